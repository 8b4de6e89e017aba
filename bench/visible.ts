// From a webhook to the post that people see, and from createPost alone, on an idle server: until the websocket of a member brings it.

import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { median } from './figure.ts'
import { createCall, type Stage } from './mattermost.ts'
import { signedPushes } from './push.ts'
import { fillChannels, startVigie, withFolder } from './servers.ts'

const rounds = 3
const perRound = 60
/** Of each round, not counted. */
const warmUp = 20
const pauseMs = 10

export interface Visible {
  readonly ours: number
  readonly yardstick: number
}

/** Both medians, in milliseconds. */
export async function visibleIn(
  { mattermost, botToken, channels }: Stage,
  post: { readonly message: string; readonly props: object },
  say: (line: string) => void,
): Promise<Visible> {
  const [channel = ''] = channels
  const eyes = await open(mattermost.url, mattermost.adminToken, channel)
  const call = createCall(mattermost.url, botToken)
  const visible = { ours: [] as number[], yardstick: [] as number[] }
  try {
    await withFolder(async (folder) => {
      await fillChannels(folder, [channel])
      const vigie = await startVigie(folder, { MATTERMOST_URL: mattermost.url, MATTERMOST_TOKEN: botToken })
      const pushes = signedPushes('', rounds * perRound, Date.now())
      let number = 0
      const webhook = async () => {
        const { headers, body } = pushes.at(number)
        number += 1
        await fetch(`http://127.0.0.1:${vigie.port}/webhook/gitlab`, { method: 'POST', headers, body })
      }
      const createPost = async () => {
        number += 1
        await call('POST', '/posts', { channel_id: channel, pending_post_id: `${process.pid}:${number}`, ...post })
      }
      for (let round = 0; round < rounds; round += 1) {
        visible.ours.push(await p50(eyes, webhook))
        const before = number
        visible.yardstick.push(await p50(eyes, createPost))
        number = before
        say(`event to visible post ${mattermost.name}: ${visible.ours.at(-1)} ${visible.yardstick.at(-1)} ms`)
      }
      await vigie.stop()
    })
  } finally {
    eyes.close()
  }
  return { ours: median(visible.ours), yardstick: median(visible.yardstick) }
}

async function p50(eyes: Eyes, act: () => Promise<void>): Promise<number> {
  const tookMs: number[] = []
  for (let number = 0; number < perRound; number += 1) {
    const startedAt = performance.now()
    const seen = eyes.next()
    await act()
    const seenAt = await seen
    if (number >= warmUp) tookMs.push(seenAt - startedAt)
    await sleep(pauseMs)
  }
  return median(tookMs)
}

/** Somebody who looks at a channel. */
interface Eyes {
  /** When the next post came. */
  next(): Promise<number>
  close(): void
}

async function open(url: string, token: string, channel: string): Promise<Eyes> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v4/websocket`, {
    headers: { authorization: `Bearer ${token}` },
  })
  let waiting: ((at: number) => void) | undefined
  await new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve())
    socket.once('error', reject)
  })
  socket.on('message', (data) => {
    const at = performance.now()
    const { event, broadcast }: { event?: string; broadcast?: { channel_id: string } } = JSON.parse(String(data))
    if (event === 'posted' && broadcast?.channel_id === channel) waiting?.(at)
  })
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve
      }),
    close: () => socket.close(),
  }
}

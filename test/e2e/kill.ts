// Events keep coming while Vigie is killed and started again: what was answered with 200 is told once, in order (threat F9).

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createDemoEvents } from '../../src/cli/demo-events.ts'
import { type Running, vigie } from '../cli/process.ts'
import { eventually, gitlabToken, type House, type Mattermost, openHouse, type TestPost } from './house.ts'

const channels = 3
const eventsOfOne = 40
const kills = 4

export function killSuite(name: string, open: () => Promise<Mattermost>): void {
  it(`kill -9 under load loses nothing and doubles nothing on ${name}`, async () => {
    const house = await openHouse(await open())
    let running: Running | undefined
    try {
      const alice = await house.person('alice', { teamAdmin: true })
      const places: string[] = []
      for (let index = 0; index < channels; index += 1) {
        const channel = await house.channel(alice)
        await alice.type(channel, `/subscribe gitlab taaf/kill-${index}`)
        places.push(channel)
      }
      await house.stopApp()
      const start = async () => {
        const started = vigie(['start'], { cwd: house.folder, environment: house.environment })
        await started.line('Vigie listens')
        return started
      }
      running = await start()

      const outcomes = new Map<string, 'accepted' | 'unknown'>()
      const feed = async (index: number) => {
        for (let number = 0; number < eventsOfOne; number += 1) {
          outcomes.set(markOf(index, number), await send(house, index, number))
          await sleep(20)
        }
      }
      const feeding = Promise.all(places.map((_, index) => feed(index)))
      for (let count = 0; count < kills; count += 1) {
        await sleep(150 + 50 * count)
        running.child.kill('SIGKILL')
        await running.ended()
        running = await eventually(() => start().catch(() => undefined), 'a start after the kill')
      }
      await feeding

      for (const [index, channel] of places.entries()) {
        const accepted = marks(outcomes, index, 'accepted')
        expect(accepted.length).toBeGreaterThan(0)
        const told = await eventually(async () => {
          const found = (await house.posts(channel)).flatMap(marksIn)
          return accepted.every((mark) => found.includes(mark)) ? found : undefined
        }, `everything accepted for channel ${index}`)
        expect(told).toEqual([...new Set(told)])
        expect(told.filter((mark) => outcomes.get(mark) === 'accepted')).toEqual(accepted)
      }
    } finally {
      running?.child.kill('SIGTERM')
      await running?.ended()
      await house.close()
    }
  }, 120_000)
}

const markOf = (index: number, number: number) => `c${index}-${String(number).padStart(3, '0')}`

/** In the order they were sent. */
function marks(outcomes: ReadonlyMap<string, string>, index: number, as: string): string[] {
  return [...outcomes].flatMap(([mark, outcome]) => (mark.startsWith(`c${index}-`) && outcome === as ? [mark] : []))
}

function marksIn(post: TestPost): string[] {
  return post.props.vigie === undefined
    ? []
    : [...post.message.matchAll(/`(c\d-\d{3})`/g)].flatMap(([, mark]) => mark ?? [])
}

/** Again until somebody answers; a call that broke in the middle may have been accepted, and GitLab would not repeat it. */
async function send(house: House, index: number, number: number): Promise<'accepted' | 'unknown'> {
  const body = createDemoEvents()
    .find(({ id }) => id === 'push')
    ?.body(Date.now())
  if (body === undefined || !('project' in body)) throw new Error('no push')
  const project = { ...(body.project as object), id: 100 + index, path_with_namespace: `taaf/kill-${index}` }
  const changed = JSON.stringify({ ...body, project, ref: `refs/heads/${markOf(index, number)}` })
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${house.environment.PORT}/webhook/gitlab`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-gitlab-token': gitlabToken },
        body: changed,
      })
      if (answer.status === 200) return 'accepted'
      throw new Error(`answered ${answer.status}`)
    } catch (error) {
      if (!isRefused(error)) return 'unknown'
      await sleep(50)
    }
  }
}

/** Nobody listened: surely not accepted. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    error.cause instanceof Error &&
    'code' in error.cause &&
    error.cause.code === 'ECONNREFUSED'
  )
}

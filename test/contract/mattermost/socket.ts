// The websocket half of the contract suite's driver: one connection to `/api/v4/websocket` that keeps every frame and
// lets a case await the one it is about.

import { WebSocket } from 'ws'
import { at } from './driver.ts'

export interface Socket {
  /** Every frame so far, events and replies, oldest first. */
  readonly frames: readonly unknown[]
  /** The first frame that fits, among those that came and those to come. @throws Error after 10 s. */
  frame(fits: (frame: unknown) => boolean): Promise<unknown>
  /** The first event of that name that fits. */
  event(name: string, fits?: (frame: unknown) => boolean): Promise<unknown>
  send(action: string, data?: unknown): Promise<unknown>
  /** Sends raw text, as a broken client would. */
  sendRaw(data: string): void
  /** Sends a ping frame of the protocol below Mattermost's and awaits the pong: the connection is alive. */
  ping(): Promise<void>
  /** Resolves once the connection is gone. */
  readonly closed: Promise<number>
  /** Drops the connection without a close frame, and waits until it is gone. */
  drop(): Promise<void>
  close(): Promise<void>
}

export interface SocketOptions {
  /** Sent as `Authorization: Bearer …` with the upgrade. */
  readonly token?: string
  readonly connectionId?: string
  readonly sequence?: number | string
}

/** A connection whose upgrade has been accepted; whether `hello` follows is the case's question. */
export async function openSocket(url: string, options: SocketOptions = {}): Promise<Socket> {
  const asked = new URL(`${url.replace(/^http/, 'ws')}/api/v4/websocket`)
  if (options.connectionId !== undefined) asked.searchParams.set('connection_id', options.connectionId)
  if (options.sequence !== undefined) asked.searchParams.set('sequence_number', String(options.sequence))
  const headers = options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }
  const socket = new WebSocket(asked, { headers })
  const frames: unknown[] = []
  const waiting = new Set<() => void>()
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  // A dropped connection also reports an error; that it is closed is what the cases look at.
  socket.on('error', (error) => frames.push({ error: error.message }))
  socket.on('message', (data) => {
    frames.push(JSON.parse(data.toString()))
    for (const look of waiting) look()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const frame = (fits: (frame: unknown) => boolean): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`no such frame among ${JSON.stringify(frames.map((seen) => at(seen, 'event')))}`))
      }, 60_000)
      const look = () => {
        const found = frames.find(fits)
        if (found === undefined) return
        clearTimeout(late)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  let sent = 0
  return {
    frames,
    frame,
    event: (name, fits = () => true) => frame((seen) => at(seen, 'event') === name && fits(seen)),
    send(action, data) {
      sent += 1
      const seq = sent
      socket.send(JSON.stringify({ seq, action, ...(data === undefined ? {} : { data }) }))
      return frame((seen) => at(seen, 'seq_reply') === seq)
    },
    sendRaw: (data) => socket.send(data),
    ping: () =>
      new Promise((resolve, reject) => {
        socket.once('pong', () => resolve())
        socket.ping((error?: Error) => (error === undefined || error === null ? undefined : reject(error)))
      }),
    closed,
    async drop() {
      socket.terminate()
      await closed
    },
    async close() {
      socket.close()
      await closed
    },
  }
}

/** The post that a `posted` or `post_edited` event carries: a JSON string within the JSON. */
export function postOf(frame: unknown): unknown {
  const carried = at(frame, 'data.post')
  return typeof carried === 'string' ? JSON.parse(carried) : null
}

/** The ids that a `posted` event names as mentioned: absent, or a JSON list as a string. */
export function mentionsOf(frame: unknown): readonly unknown[] {
  const carried = at(frame, 'data.mentions')
  const ids: unknown = typeof carried === 'string' ? JSON.parse(carried) : []
  return Array.isArray(ids) ? ids : []
}

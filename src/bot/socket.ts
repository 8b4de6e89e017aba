// The websocket's life: connect, notice silence, resume, come back (mattermost.md §1 "Websocket", threats F4 and F5). On `ws` directly:
// @mattermost/client's WebSocketClient prints to the console, leaves a connecting socket open when closed, and cannot tell a revoked
// token from a slow server.

import https from 'node:https'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Log, Meter } from '../event.ts'
import { pause } from './pause.ts'

export interface SocketEvent {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
  readonly broadcast: { readonly channel_id: string; readonly team_id: string; readonly user_id: string }
}

export type SocketState =
  | { readonly as: 'connected'; readonly since: number; readonly serverVersion: string }
  | { readonly as: 'connecting'; readonly since: number }
  | { readonly as: 'revoked'; readonly since: number }

export interface Socket {
  /** Connects again and again until the signal; resolves then. */
  run(signal: AbortSignal): Promise<void>
  state(): SocketState
}

export interface SocketParts {
  /** The server's address, `https://…`. */
  readonly url: string
  readonly token: () => string
  /** Events in the server's order, none missing between two calls of `onGap`. Must not throw. */
  readonly onEvent: (event: SocketEvent) => void
  /** A new stream begins: what happened before its first event has to be read by REST. */
  readonly onGap: () => void
  /** Asks by REST whether the token is still good: a socket says nothing when it is not. */
  readonly isTokenRevoked: (signal: AbortSignal) => Promise<boolean>
  readonly log: Log
  readonly meter: Meter
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly timing?: Partial<SocketTiming>
}

/** Milliseconds. */
export interface SocketTiming {
  readonly pingEveryMs: number
  readonly pongWithinMs: number
  /** How long a socket may stay without hello, and the upgrade without answer. */
  readonly helloWithinMs: number
  readonly firstBackOffMs: number
  readonly lastBackOffMs: number
}

const usual: SocketTiming = {
  pingEveryMs: 15_000,
  pongWithinMs: 10_000,
  helloWithinMs: 10_000,
  firstBackOffMs: 1000,
  lastBackOffMs: 60_000,
}

/** How long the server may take to answer a close before the connection is cut. */
const farewellMs = 1000

const frame = z.looseObject({
  event: z.string().optional(),
  seq: z.number().optional(),
  seq_reply: z.number().optional(),
  status: z.string().optional(),
  data: z.record(z.string(), z.unknown()).nullish(),
  broadcast: z
    .looseObject({
      channel_id: z.string().default(''),
      team_id: z.string().default(''),
      user_id: z.string().default(''),
    })
    .nullish(),
})
type Frame = z.infer<typeof frame>

/** Where the server's stream stands, so that a new connection can go on in it. */
interface Stream {
  connectionId: string
  next: number
  serverVersion: string
}

/** Why a connection ended. `gap`: events were lost on the way; the server may still have them. */
type End = 'closed' | 'silent' | 'no_hello' | 'gap' | 'stopped'

export function createSocket(parts: SocketParts): Socket {
  const { url, token, onEvent, onGap, isTokenRevoked, log, meter, now, random } = parts
  const timing = { ...usual, ...parts.timing }
  const address = `${url.replace(/^http/, 'ws')}/api/v4/websocket`
  let stream: Stream = { connectionId: '', next: 0, serverVersion: '' }
  let state: SocketState = { as: 'connecting', since: now() }
  let failures = 0
  let gapsInARow = 0

  const alive = () => {
    failures = 0
    if (state.as !== 'connected') {
      meter.count('websocket_connects', {})
      log.info({ serverVersion: stream.serverVersion }, 'connected to Mattermost')
      state = { as: 'connected', since: now(), serverVersion: stream.serverVersion }
    }
  }

  /** Takes one frame; returns why the connection must end, if it must. */
  const take = (message: Frame): End | undefined => {
    if (message.event === undefined || message.seq === undefined) return undefined
    if (message.event === 'hello') {
      const { connection_id, server_version } = message.data ?? {}
      if (typeof connection_id !== 'string') return undefined
      if (connection_id !== stream.connectionId) {
        stream = { connectionId: connection_id, next: 0, serverVersion: String(server_version ?? '') }
        onGap()
      }
    }
    if (message.seq < stream.next) return undefined
    if (message.seq > stream.next) return 'gap'
    stream.next += 1
    if (message.event === 'hello') return undefined
    gapsInARow = 0
    const nowhere = { channel_id: '', team_id: '', user_id: '' }
    onEvent({ event: message.event, data: message.data ?? {}, broadcast: message.broadcast ?? nowhere })
    return undefined
  }

  /** One connection, from the upgrade to its end. */
  const connectOnce = (signal: AbortSignal): Promise<End> =>
    new Promise((resolve) => {
      const query = new URLSearchParams({ connection_id: stream.connectionId, sequence_number: String(stream.next) })
      const socket = new WebSocket(`${address}?${query}`, {
        headers: { authorization: `Bearer ${token()}` },
        handshakeTimeout: timing.helloWithinMs,
        maxPayload: 16 * 1024 * 1024,
        perMessageDeflate: false,
        // Its own way to connect knows of no proxy.
        ...(address.startsWith('wss:') ? { agent: https.globalAgent } : {}),
      })
      const resuming = stream.connectionId !== ''
      let sequence = 0
      let greeted = false
      let timer: NodeJS.Timeout | undefined
      const end = (why: End) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        socket.removeAllListeners()
        // A socket that is cut while it connects says so once more.
        socket.on('error', (error) => log.debug({ error: error.message }, 'the websocket was cut'))
        if (why === 'stopped') {
          socket.close(1000)
          setTimeout(() => socket.terminate(), farewellMs).unref()
        } else socket.terminate()
        resolve(why)
      }
      const stop = () => end('stopped')
      const ping = () => {
        sequence += 1
        socket.send(JSON.stringify({ action: 'ping', seq: sequence }))
        clearTimeout(timer)
        timer = setTimeout(() => end(greeted ? 'silent' : 'no_hello'), timing.pongWithinMs)
      }
      const heard = () => {
        greeted = true
        clearTimeout(timer)
        timer = setTimeout(ping, timing.pingEveryMs)
        alive()
      }
      signal.addEventListener('abort', stop)
      if (signal.aborted) return stop()
      socket.on('open', ping)
      socket.on('error', (error) => log.debug({ error: error.message }, 'the websocket failed'))
      socket.on('close', () => end(greeted ? 'closed' : 'no_hello'))
      socket.on('message', (data, isBinary) => {
        const message = isBinary ? undefined : read(String(data))
        if (message === undefined) return
        if (message.seq_reply === undefined) {
          const why = take(message)
          if (why !== undefined) end(why)
          else if (message.event === 'hello') heard()
          return
        }
        // Who has no right to speak is answered FAIL. Only a stream that goes on where it stood begins without hello.
        if (message.status !== 'OK') end('no_hello')
        else if (greeted || resuming) heard()
      })
    })

  /** The wait before the next try; ends early when the token changes. */
  const wait = async (ms: number, signal: AbortSignal) => {
    const before = token()
    for (let left = ms; left > 0 && token() === before; left -= 1000) {
      await pause(Math.min(left, 1000), signal)
      if (signal.aborted) return
    }
  }

  return {
    state: () => state,
    async run(signal) {
      while (!signal.aborted) {
        const why = await connectOnce(signal)
        if (why === 'stopped') return
        const was = state.as
        if (was === 'connected') log.warn({ why }, 'lost the websocket to Mattermost')
        gapsInARow = why === 'gap' ? gapsInARow + 1 : 0
        // What was lost did not come again: begin anew, and the rest is read by REST.
        if (gapsInARow > 1) stream = { connectionId: '', next: 0, serverVersion: stream.serverVersion }
        const revoked = why === 'no_hello' && (await isTokenRevoked(signal))
        if (revoked && was !== 'revoked') log.error({}, 'Mattermost refuses the token: revoked, or the bot is disabled')
        const as = revoked ? 'revoked' : 'connecting'
        if (was !== as) state = { as, since: now() }
        const backOffMs = Math.min(timing.lastBackOffMs, timing.firstBackOffMs * 2 ** Math.min(failures, 10))
        failures += 1
        await wait(revoked ? timing.lastBackOffMs : backOffMs * (0.5 + random() / 2), signal)
      }
    },
  }
}

function read(text: string): Frame | undefined {
  try {
    return frame.safeParse(JSON.parse(text)).data
  } catch {
    // Not JSON, so not Mattermost: silence is noticed by the pings.
    return undefined
  }
}

// Who sends or reads slowly on purpose (threat T29). Node itself ends headers that are not whole after 5 s and bodies after 15 s; this
// ends what it lets live: a connection kept open by empty lines, an answer that nobody reads, and more unfinished requests of one address
// than anybody honest has. Requests that arrive as fast as a network does are never counted, however many connections there are.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../event.ts'
import { clientOf, type Proxies } from './clients.ts'

export interface SlowLimits {
  /** What is unfinished for longer is slow. */
  readonly slowMs: number
  /** So many slow connections one address may have; of more, those that began first are cut. */
  readonly mostSlow: number
  /** An idle connection, or one whose answer is not taken, is cut after this. */
  readonly idleMs: number
}

export const slowLimits: SlowLimits = { slowMs: 2000, mostSlow: 100, idleMs: 17_000 }

interface Held {
  /** Since when it is as it is; NaN until somebody looks, so that a request need not ask for the time. */
  since: number
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
  stage: Stage
  /** What it had sent when its last answer had gone. */
  readBytes: number
}

/** `sending` a request, `answered` when ours is to say, `taking` the answer, `idle` between two. */
type Stage = 'sending' | 'answered' | 'taking' | 'idle'

export interface SlowWatch {
  /** Looks at every connection; `now` in milliseconds of a clock that never goes back. */
  sweep(now: number): void
}

export interface SlowParts {
  readonly proxies: Proxies
  readonly log: Log
  readonly now: () => number
  readonly limits?: SlowLimits
}

/** Keeps the connections of this server in view, at next to no cost for each request. */
export function watchSlow(server: Server, { proxies, log, now, limits = slowLimits }: SlowParts): SlowWatch {
  const held = new Map<Socket, Held>()
  server.on('connection', (socket: Socket) => {
    held.set(socket, { since: now(), request: undefined, response: undefined, stage: 'sending', readBytes: 0 })
    socket.once('close', () => held.delete(socket))
  })
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const one = held.get(request.socket)
    if (one === undefined) return
    one.request = request
    one.response = response
    one.stage = 'sending'
    one.since = Number.NaN
  })

  return {
    sweep(at) {
      const slow = new Map<string, { readonly socket: Socket; readonly since: number }[]>()
      for (const [socket, one] of held) {
        advance(one, socket, at)
        if ((one.stage === 'taking' || one.stage === 'idle') && at - one.since > limits.idleMs) socket.destroy()
        if (!isUnfinished(one, socket) || at - one.since <= limits.slowMs) continue
        const client = clientOf(proxies, socket.remoteAddress ?? '', one.request?.headers)
        const others = slow.get(client) ?? []
        others.push({ socket, since: one.since })
        slow.set(client, others)
      }
      for (const [client, all] of slow) {
        const cut = all.toSorted((a, b) => a.since - b.since).slice(0, Math.max(0, all.length - limits.mostSlow))
        for (const { socket } of cut) socket.destroy()
        if (cut.length > 0)
          log.warn({ client, cut: cut.length }, 'too many unfinished requests of one address were cut')
      }
    },
  }
}

function advance(one: Held, socket: Socket, at: number): void {
  const stage = stageOf(one)
  if (stage === one.stage && !Number.isNaN(one.since)) return
  one.stage = stage
  one.since = at
  if (stage !== 'idle') return
  one.readBytes = socket.bytesRead
  one.request = undefined
  one.response = undefined
}

function stageOf({ request, response, stage }: Held): Stage {
  if (request === undefined || response === undefined) return stage
  if (!request.complete) return 'sending'
  if (response.writableFinished) return 'idle'
  return response.writableEnded ? 'taking' : 'answered'
}

/** Whether there is a request of which some is missing still. */
function isUnfinished({ stage, readBytes }: Held, socket: Socket): boolean {
  return stage === 'sending' || (stage === 'idle' && socket.bytesRead > readBytes)
}

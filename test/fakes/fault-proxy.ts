// A proxy of ours between Vigie and Mattermost that fails as networks do (fault table F2–F5): it knows where a request begins and ends,
// hands its bytes on as they came, and does to each what it is told.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createFrameFilter } from './frame-filter.ts'

export type Fault =
  | { readonly as: 'delay'; readonly forMs: number }
  /** The connection is reset and the request goes nowhere. */
  | { readonly as: 'reset' }
  /** The request is done, then the connection is reset instead of its reply. */
  | { readonly as: 'lose reply' }
  /** From here on nothing passes either way, and nobody is told; the request itself may still have gone through. */
  | { readonly as: 'half-open'; readonly forwarded: boolean }
  | { readonly as: 'trickle'; readonly bytesPerSecond: number }
  /** Half of the reply's body, then the end. */
  | { readonly as: 'cut' }
  /** Answered here, and done nowhere. */
  | {
      readonly as: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: string
}

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly fault?: Fault
  readonly beganAt: number
  endedAt?: number
  status?: number
}

/** What becomes of a request; nothing for all well. */
export type Judge = (asked: Asked) => Fault | undefined

export interface FaultProxy {
  readonly url: string
  /** Everything asked through it, oldest first. */
  readonly exchanges: readonly Exchange[]
  judge(by: Judge | undefined): void
  /** Resets every connection and refuses new ones. */
  down(): Promise<void>
  up(): Promise<void>
  /** One websocket frame in `n` towards the client is lost; 0 ends it. */
  dropFrames(n: number): void
  /** The websockets now open fall silent both ways and stay open. Answers how many. */
  silence(): number
  /** Websockets that neither side has closed, silenced ones too. */
  tunnels(): number
  framesDropped(): number
  close(): Promise<void>
}

/** One client connection and the connection that stands behind it. */
interface Pair {
  readonly client: Socket
  readonly server: Socket
  isTunnel: boolean
  isSilent: boolean
  current?: Exchange
}

export async function startFaultProxy(target: string, now: () => number = Date.now): Promise<FaultProxy> {
  const { hostname, port: targetPort } = new URL(target)
  const pairs = new Set<Pair>()
  const exchanges: Exchange[] = []
  const frames = { every: 0, dropped: 0 }
  let judge: Judge | undefined
  let port = 0

  const accept = (client: Socket) => {
    const server = connect(Number(targetPort), hostname)
    const pair: Pair = { client, server, isTunnel: false, isSilent: false }
    pairs.add(pair)
    let waiting: Buffer = Buffer.alloc(0)
    const filter = createFrameFilter(frames)
    for (const side of [client, server]) {
      side.setNoDelay(true)
      // Broken on purpose, or by the process that was killed.
      side.on('error', () => side.destroy())
      side.on('close', () => {
        if (!pair.isSilent || side === client) end(pair)
      })
    }
    client.on('data', (chunk: Buffer) => {
      if (pair.isSilent) return
      if (pair.isTunnel) return void server.write(chunk)
      waiting = Buffer.concat([waiting, chunk])
      const size = sizeOf(waiting)
      if (size === undefined || waiting.length < size) return
      const request = waiting.subarray(0, size)
      waiting = waiting.subarray(size)
      const exchange = read(request, now(), judge)
      exchanges.push(exchange)
      pair.current = exchange
      ask(pair, request, exchange)
    })
    server.on('data', (chunk: Buffer) => {
      if (pair.isSilent) return
      if (pair.isTunnel) return void client.write(filter(chunk))
      reply(pair, chunk, filter)
    })
  }

  const end = (pair: Pair) => {
    pairs.delete(pair)
    pair.client.destroy()
    pair.server.destroy()
  }
  const reset = (pair: Pair) => {
    pairs.delete(pair)
    pair.client.resetAndDestroy()
    pair.server.destroy()
  }

  const ask = (pair: Pair, request: Buffer, { fault }: Exchange) => {
    if (fault?.as === 'reset') return reset(pair)
    if (fault?.as === 'answer') return answer(pair, fault)
    if (fault?.as === 'half-open' && !fault.forwarded) pair.isSilent = true
    else if (fault?.as === 'delay') setTimeout(() => pair.server.write(request), fault.forMs)
    else pair.server.write(request)
  }

  const answer = (pair: Pair, { status, headers = {}, body = '' }: Extract<Fault, { as: 'answer' }>) => {
    const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) })
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    pair.client.write(`HTTP/1.1 ${status} Fault\r\n${head}\r\n${body}`)
    settle(pair, status)
  }

  const settle = (pair: Pair, status: number) => {
    if (!pair.current || pair.current.endedAt !== undefined) return
    pair.current.endedAt = now()
    pair.current.status = status
  }

  const reply = (pair: Pair, chunk: Buffer, filter: (chunk: Buffer) => Buffer) => {
    const fault = pair.current?.fault
    settle(pair, Number(chunk.toString('latin1', 9, 12)))
    if (pair.current?.status === 101) {
      pair.isTunnel = true
      const frames = chunk.indexOf('\r\n\r\n') + 4
      pair.client.write(chunk.subarray(0, frames))
      pair.client.write(filter(chunk.subarray(frames)))
    } else if (fault?.as === 'lose reply') reset(pair)
    else if (fault?.as === 'half-open') pair.isSilent = true
    else if (fault?.as === 'trickle') trickle(pair, chunk, fault.bytesPerSecond)
    else if (fault?.as === 'cut') {
      const body = chunk.indexOf('\r\n\r\n') + 4
      pair.client.write(chunk.subarray(0, body + ((chunk.length - body) >> 1)), () => end(pair))
    } else pair.client.write(chunk)
  }

  const server = createServer(accept)
  const up = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address !== null && typeof address === 'object') port = address.port
  }
  const down = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const pair of pairs) reset(pair)
    await closed
  }
  await up()

  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    judge: (by) => {
      judge = by
    },
    down,
    up,
    dropFrames: (n) => {
      frames.every = n
    },
    silence() {
      const tunnels = [...pairs].filter(({ isTunnel, isSilent }) => isTunnel && !isSilent)
      for (const pair of tunnels) pair.isSilent = true
      return tunnels.length
    },
    tunnels: () => [...pairs].filter(({ isTunnel }) => isTunnel).length,
    framesDropped: () => frames.dropped,
    close: () => (server.listening ? down() : Promise.resolve()),
  }
}

function trickle({ client }: Pair, bytes: Buffer, bytesPerSecond: number): void {
  let sent = 0
  const timer = setInterval(() => {
    if (client.destroyed || sent >= bytes.length) return clearInterval(timer)
    client.write(bytes.subarray(sent, sent + 1))
    sent += 1
  }, 1000 / bytesPerSecond)
}

/** How long the first request is, once its head is there. Whoever sends chunks is not judged by what is in them. */
function sizeOf(bytes: Buffer): number | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1]
  return head + 4 + Number(length ?? 0)
}

function read(request: Buffer, beganAt: number, judge: Judge | undefined): Exchange {
  const head = request.indexOf('\r\n\r\n')
  const [method = '', path = ''] = request.toString('latin1', 0, request.indexOf('\r\n')).split(' ')
  const fault = judge?.({ method, path, body: request.toString('utf8', head + 4) })
  return { method, path, ...(fault ? { fault } : {}), beganAt }
}

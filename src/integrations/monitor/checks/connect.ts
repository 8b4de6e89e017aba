// From a host and a port to a socket at an address that the guard has judged (threats T14, T15): resolved once, all addresses
// judged, the judged ones connected to and no other, TLS with the name that was asked for.

import type { Socket } from 'node:net'
import { readAddress } from '../guard/address.ts'
import { type Endpoint, showEndpoint } from '../guard/endpoint.ts'
import type { Guard } from '../guard/guard.ts'
import type { TlsTrust } from '../monitor.ts'
import { addPhase, CheckFailure, type Trace } from './failures.ts'
import { type Limit, LimitOver } from './limit.ts'
import type { ProxyRoute } from './proxy.ts'
import type { Resolver } from './resolver.ts'
import type { Handshake } from './trust.ts'

export interface ConnectParts {
  readonly resolver: Pick<Resolver, 'resolve'>
  readonly guard: Guard
  /** Opens a socket to an address; `net.connect`. */
  readonly open: (address: string, port: number) => Socket
  readonly handshake: Handshake
  readonly proxy: ProxyRoute | undefined
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

export interface Wanted extends Endpoint {
  readonly tls?: { readonly trust: TlsTrust; readonly isHttp: boolean }
}

/** One check's connection. @throws {CheckFailure | LimitOver | NodeJS.ErrnoException} */
export type Connect = (wanted: Wanted, limit: Limit, trace: Trace) => Promise<Socket>

/** Before the next address is tried beside one that has not answered (RFC 8305). */
const nextAddressMs = 250

export function createConnect(parts: ConnectParts): Connect {
  const { elapsed } = parts
  return async (wanted, limit, trace) => {
    let from = elapsed()
    const mark = (phase: Parameters<typeof addPhase>[1]) => {
      addPhase(trace, phase, elapsed() - from)
      from = elapsed()
    }
    trace.stage = 'dns'
    if (parts.guard.refusesName(wanted.host)) throw new CheckFailure('forbidden', 'not allowed')
    const addresses = await limit.within(parts.resolver.resolve(wanted.host))
    mark('dnsMs')
    const verdict = await parts.guard.judge(wanted, addresses)
    if (!verdict.isAllowed) throw new CheckFailure('forbidden', 'not allowed')
    const texts = verdict.addresses.map(({ text }) => text)
    const socket = await reach(parts, wanted, texts, limit, trace)
    mark('connectMs')
    if (wanted.tls === undefined) return socket
    trace.stage = 'tls'
    const secured = await parts.handshake(socket, { host: wanted.host, ...wanted.tls }, limit, trace)
    mark('tlsMs')
    return secured
  }
}

async function reach(
  parts: ConnectParts,
  { host, port }: Endpoint,
  addresses: readonly string[],
  limit: Limit,
  trace: Trace,
): Promise<Socket> {
  const [address = ''] = addresses
  if (parts.proxy?.isFor({ host, port }, address)) {
    trace.stage = 'proxy'
    return await parts.proxy.tunnel({ host: address, port }, limit)
  }
  trace.stage = 'connect'
  trace.place = showEndpoint({ host: address, port })
  return await openFirst(addresses, (text) => parts.open(text, port), limit)
}

/** The first address that lets us in, each tried a little after the one before. @throws what the first one said, if none does. */
async function openFirst(
  addresses: readonly string[],
  open: (address: string) => Socket,
  limit: Limit,
): Promise<Socket> {
  const sockets: Socket[] = []
  const start = (address: string) => {
    const socket = open(address)
    sockets.push(socket)
    return opened(socket, limit).then((open) => pinned(open, address))
  }
  const [first = '', ...rest] = addresses
  const attempts = [start(first)]
  for (const address of rest) {
    if ((await soon(attempts, nextAddressMs)) || limit.over !== undefined) break
    attempts.push(start(address))
  }
  try {
    const winner = await Promise.any(attempts)
    for (const socket of sockets) if (socket !== winner) socket.destroy()
    return winner
  } catch {
    return await (attempts[0] ?? Promise.reject(new LimitOver()))
  }
}

/** Whether one of them is well within the time; false as soon as the newest failed. */
async function soon(attempts: readonly Promise<unknown>[], withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(done, withinMs, false)
  })
  const outcomes = attempts.map((attempt, index) =>
    attempt.then(
      () => true,
      () => (index === attempts.length - 1 ? false : late),
    ),
  )
  return await Promise.race([...outcomes, late]).finally(() => clearTimeout(timer))
}

/** @throws {CheckFailure} if it did not lead where it was to lead. */
function pinned(socket: Socket, address: string): Socket {
  if (readAddress(socket.remoteAddress ?? '')?.text === address) return socket
  socket.destroy()
  throw new CheckFailure('forbidden', 'not allowed')
}

/** A socket once it stands. */
export function opened(socket: Socket, limit: Limit): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const release = limit.onOver(() => {
      reject(new LimitOver())
      socket.destroy()
    })
    // Stays: an error after the connection is told by whoever uses it then, and must not end the process before.
    socket.on('error', (error) => {
      release()
      reject(error)
    })
    socket.once('connect', () => {
      release()
      resolve(socket)
    })
  })
}

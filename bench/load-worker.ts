// The load: as many connections as asked for, each with one request after the other, in a process of its own so that it takes no
// processor time from what is measured. What it sends was signed before.

import { connect, type Socket } from 'node:net'
import { characterCalls } from './character.ts'
import { quantile } from './figure.ts'
import { type Requests, signedPushes } from './push.ts'

export type Order =
  | {
      readonly do: 'start'
      readonly port: number
      readonly path: string
      readonly connections: number
      /** API keys: characters are sent with them in turn. Absent: signed pushes. */
      readonly keys?: readonly string[]
    }
  /** Counts from now on. */
  | { readonly do: 'begin' }
  | { readonly do: 'count' }
  | { readonly do: 'stop' }

export interface Counted {
  readonly count: number
  readonly refused: number
  readonly atMs: number
  /** True once a request was sent for the second time. */
  readonly repeated: boolean
  readonly p50Ms: number
  readonly p99Ms: number
}

/** More than one server of ours takes in a run; a yardstick may meet them again. */
const prepared = 50_000

let sockets: Socket[] = []
let requests: Requests | undefined
let next = 0
let count = 0
let refused = 0
let repeated = false
let tookMs: number[] = []

process.on('message', (order: Order) => {
  if (order.do === 'start') start(order)
  if (order.do === 'begin') begin()
  if (order.do === 'stop') stop()
  process.send?.(counted(order.do === 'count'))
})
process.on('disconnect', () => process.exit(0))

function start({ port, path, connections, keys }: Extract<Order, { do: 'start' }>): void {
  requests = keys === undefined ? signedPushes(path, prepared, Date.now()) : characterCalls(path, prepared, keys)
  next = 0
  repeated = false
  begin()
  sockets = Array.from({ length: connections }, () => keepBusy(port))
}

function begin(): void {
  count = 0
  refused = 0
  tookMs = []
}

function stop(): void {
  for (const socket of sockets) socket.destroy()
  sockets = []
}

function keepBusy(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  let sentAt = 0
  const send = () => {
    sentAt = performance.now()
    socket.write(following())
  }
  socket.setNoDelay(true)
  socket.on('connect', send)
  socket.on('error', () => socket.destroy())
  // The answers are small: each comes in one piece.
  socket.on('data', (data: Buffer) => {
    tookMs.push(performance.now() - sentAt)
    if (data.subarray(9, 12).toString('latin1') === '200') count += 1
    else refused += 1
    send()
  })
  return socket
}

function following(): Buffer {
  if (requests === undefined) throw new Error('not started')
  const { bytes, sizeBytes } = requests
  if (next === requests.count) {
    next = 0
    repeated = true
  }
  next += 1
  return bytes.subarray((next - 1) * sizeBytes, next * sizeBytes)
}

function counted(withTimes: boolean): Counted {
  const sorted = withTimes ? tookMs.toSorted((a, b) => a - b) : []
  const [p50Ms, p99Ms] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  return { count, refused, atMs: performance.now(), repeated, p50Ms, p99Ms }
}

// How much of a bare HTTP server's rate is left when every event is on the disk before it is answered (libraries.md §7). Both sides in
// the same run, alternating, medians of three; the yardstick parses the body and forgets it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const connections = 50
const warmUpMs = 1000
const measureMs = 4000
const rounds = 3

interface Figure {
  readonly perSecond: number
  /** CPU time of the server for each answer, in microseconds. */
  readonly cpuUs: number
}

/** Prints both rates and their ratio. */
export async function benchIngest(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-'))
  const figures: Record<'bare' | 'intake', Figure[]> = { bare: [], intake: [] }
  try {
    for (let round = 0; round < rounds; round += 1) {
      figures.bare.push(await measure(['bare']))
      figures.intake.push(await measure(['intake', join(folder, `${round}.db`)]))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const [bare, intake] = [median(figures.bare), median(figures.intake)]
  print(`ingest: bare node:http     ${row(bare)}`)
  print(`ingest: stored, FULL sync  ${row(intake)}`)
  print(`ingest: ratio              ${(intake.perSecond / bare.perSecond).toFixed(2)}`)
}

async function measure(args: readonly string[]): Promise<Figure> {
  const server = fork(join(import.meta.dirname, 'ingest-server.ts'), args)
  try {
    const [{ port }] = await once(server, 'message')
    const load = startLoad(port)
    await new Promise((resolve) => setTimeout(resolve, warmUpMs))
    const before = { count: load.count(), cpuUs: await cpuOf(server), at: performance.now() }
    await new Promise((resolve) => setTimeout(resolve, measureMs))
    const count = load.count() - before.count
    const perSecond = (count / (performance.now() - before.at)) * 1000
    const cpuUs = ((await cpuOf(server)) - before.cpuUs) / count
    load.stop()
    return { perSecond, cpuUs }
  } finally {
    server.disconnect()
    await once(server, 'exit')
  }
}

async function cpuOf(server: ReturnType<typeof fork>): Promise<number> {
  server.send('cpu')
  const [{ cpu }] = await once(server, 'message')
  return cpu.user + cpu.system
}

/** Keeps every connection busy with one request after the other; counts answers with status 200. */
function startLoad(port: number): { count: () => number; stop: () => void } {
  const body = JSON.stringify(push)
  const head = `POST / HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  const request = Buffer.from(head + body)
  let count = 0
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('connect', () => socket.write(request))
    socket.on('error', () => socket.destroy())
    // The answers are small: each comes in one piece.
    socket.on('data', (data: Buffer) => {
      if (data.subarray(9, 12).toString() === '200') count += 1
      socket.write(request)
    })
    return socket
  })
  return {
    count: () => count,
    stop: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** A GitLab push of 2.9 KB. */
const push = {
  object_kind: 'push',
  ref: 'refs/heads/main',
  user_name: 'Jeanne',
  project: { path_with_namespace: 'acme/project7/site', web_url: 'https://git.example.org/acme/project7/site' },
  commits: Array.from({ length: 5 }, (_, index) => ({
    id: `${index}`.repeat(40),
    title: 'fix: arrondi des soldes négatifs',
    message: `fix: arrondi des soldes négatifs\n\n${'Une explication assez longue. '.repeat(10)}`,
    author: { name: 'Jeanne', email: '[REDACTED]' },
  })),
}

const median = (figures: readonly Figure[]): Figure => {
  const sorted = figures.toSorted((a, b) => a.perSecond - b.perSecond)
  return sorted[Math.floor(sorted.length / 2)] ?? { perSecond: Number.NaN, cpuUs: Number.NaN }
}

const row = ({ perSecond, cpuUs }: Figure): string =>
  `${Math.round(perSecond).toString().padStart(7)}/s  ${Math.round(cpuUs).toString().padStart(5)} µs CPU each`

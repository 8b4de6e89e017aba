// A server in a process of its own that can be asked what it has used.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Heap, Used } from './probe.ts'

export interface Server {
  readonly port: number
  /** From the spawn of its process to its first good answer, in milliseconds. */
  readonly startedInMs: number
  used(): Promise<Used>
  /** Bytes of its heap in use, once nothing is left to collect. */
  heap(): Promise<number>
  stop(): Promise<void>
}

export interface ServerParts {
  /** The file that Node runs. */
  readonly entry: string
  readonly args: readonly string[]
  readonly port: number
  /** Answers 200 once the server is ready. */
  readonly readyPath: string
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
}

const patienceMs = 120_000
const running = new Set<ChildProcess>()

/** What a bench that failed left behind. */
export function killLeft(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Its standard output goes to a file of its folder, as a service's does. VIGIE_BENCH_PROFILE: a folder for processor profiles. */
export async function startServer(parts: ServerParts): Promise<Server> {
  const { entry, args, port, readyPath, environment, folder } = parts
  const output = openSync(join(folder, 'output.log'), 'a')
  const profiles = process.env.VIGIE_BENCH_PROFILE
  const startedAt = performance.now()
  const child = fork(entry, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    execArgv: [
      '--import',
      join(import.meta.dirname, 'probe.ts'),
      ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
    ],
    stdio: ['ignore', output, 'inherit', 'ipc'],
  })
  closeSync(output)
  running.add(child)
  child.once('exit', () => running.delete(child))
  await answering(child, port, readyPath)
  const startedInMs = performance.now() - startedAt
  return {
    port,
    startedInMs,
    async used() {
      child.send('used')
      const [used]: Used[] = await once(child, 'message')
      if (used === undefined) throw new Error('no answer')
      return used
    },
    async heap() {
      child.send('heap')
      const [heap]: Heap[] = await once(child, 'message')
      if (heap === undefined) throw new Error('no answer')
      return heap.heapBytes
    },
    async stop() {
      if (child.exitCode !== null) throw new Error(`${entry} ended with ${child.exitCode}`)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function answering(child: ChildProcess, port: number, path: string): Promise<void> {
  const until = performance.now() + patienceMs
  while (!(await isWell(port, path))) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it was ready`)
    if (performance.now() > until) throw new Error('it never became ready')
    await sleep(2)
  }
}

function isWell(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
      .on('error', () => resolve(false))
      .end()
  })
}

// A Vigie in a process of its own, as the long tests of the HTTP door ask it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { secrets, signed } from '../threats/http-vigie.ts'

export interface Door {
  readonly port: number
  /** Where a bare server takes a body in and forgets it. */
  readonly barePort: number
  /** An API key with every scope, and a secret that signs for `/webhook/events`. */
  readonly key: string
  readonly signer: string
  /** The longest that its event loop was held up since it was last asked, by the clock and of processor time, and its memory. */
  held(): Promise<{ maxMs: number; usedMs: number; memoryMb: number }>
  close(): Promise<void>
}

export async function openDoor(logLevel = 'info'): Promise<Door> {
  const child = fork(join(import.meta.dirname, 'http-process.ts'), [logLevel])
  const [{ port, barePort, key, signer }] = await once(child, 'message')
  return {
    port,
    barePort,
    key,
    signer,
    async held() {
      const answer = once(child, 'message')
      child.send('held')
      return (await answer)[0]
    },
    async close() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

export interface Answered {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

export async function post(
  port: number,
  body: string | Buffer,
  headers: Record<string, string>,
  path = '/webhook/gitlab',
): Promise<Answered> {
  const began = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: answer.status, body: await answer.text(), tookMs: performance.now() - began }
}

export const byToken = { 'x-gitlab-token': secrets.gitlab }
export const bySignature = signed

/** The value that so great a part of the others does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}

// The door for `vigie status`, `doctor`, `stop` and `restore` beside a running `start`: HTTP on a unix socket that only this user can open.

import { chmodSync, rmSync } from 'node:fs'
import Fastify, { type FastifyInstance } from 'fastify'
import { UserError } from '../errors.ts'
import type { JsonObject, Log, Part } from '../event.ts'
import { guardDoors } from './doors.ts'

export interface StatusReport {
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly pid: number
  readonly parts: readonly Part[]
}

export interface DoctorLine {
  /** The path tried: `gitlab → mattermost`. */
  readonly path: string
  readonly ok: boolean
  readonly said: Readonly<Record<'fr' | 'en', string>>
  readonly tookMs: number
}

export interface ControlParts {
  readonly status: () => Promise<StatusReport>
  readonly doctor: () => Promise<readonly DoctorLine[]>
  /** Begins to stop; resolves at once. */
  readonly stop: () => void
  /** Puts a copy in the place of the database and goes on with it. @throws {UserError} for a file that is no good copy. */
  readonly restore: (file: string) => Promise<JsonObject>
  readonly log: Log
}

const own = { config: { door: { proof: 'socket', takes: 'nothing' } } } as const

/** Listens at `path` (mode 600); a socket left by a crash is replaced, since the database's lock says that nobody else runs. */
export async function listenForControl(path: string, parts: ControlParts): Promise<FastifyInstance> {
  const http = Fastify({ logger: false, forceCloseConnections: true })
  guardDoors(http)
  http.get('/status', own, () => parts.status())
  http.post('/doctor', own, () => parts.doctor())
  http.post('/stop', own, async () => {
    parts.stop()
    return { stopping: true }
  })
  http.post<{ Querystring: { file?: string } }>('/restore', own, ({ query }) => parts.restore(query.file ?? ''))
  http.setErrorHandler((error, _request, reply) => {
    if (error instanceof UserError) return reply.code(422).send({ said: error.said })
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
    if (status >= 400 && status < 500) return reply.code(status).send({ message: 'this request cannot be read' })
    parts.log.error({ error }, 'the control door failed')
    return reply.code(500).send({ message: error instanceof Error ? error.message : String(error) })
  })
  rmSync(path, { force: true })
  await http.listen({ path })
  chmodSync(path, 0o600)
  return http
}

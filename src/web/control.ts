// The door for `vigie status`, `doctor`, `stop` and `restore` beside a running `start`: HTTP on a unix socket that only this user can open.

import { chmodSync, rmSync } from 'node:fs'
import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
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

/** As app/import.ts has it. */
const recordShape = z.object({ line: z.number(), value: z.unknown(), nth: z.number() })
export type TakenRecord = z.infer<typeof recordShape>

export interface ControlParts {
  readonly status: () => Promise<StatusReport>
  readonly doctor: () => Promise<readonly DoctorLine[]>
  /** Begins to stop; resolves at once. */
  readonly stop: () => void
  /** Puts a copy in the place of the database and goes on with it. @throws {UserError} for a file that is no good copy. */
  readonly restore: (file: string) => Promise<JsonObject>
  /** Takes up what a file held: history, told to nobody. */
  readonly take: (records: readonly TakenRecord[]) => Promise<object>
  readonly log: Log
}

const json = { config: { door: { proof: 'socket', takes: 'application/json' } } } as const
const mostImportBytes = 256 * 1024 * 1024
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
  void http.register(async (scope) => {
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, body: string) =>
      JSON.parse(body),
    )
    scope.post('/import', { ...json, bodyLimit: mostImportBytes }, ({ body }) =>
      parts.take(z.array(recordShape).parse(body)),
    )
  })
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

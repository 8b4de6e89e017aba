// Where jobs report: `GET` or `POST /heartbeat/:token[/start|/fail|/<exit code>]` (interface.md, "HTTP routes"). The token is all that is
// asked; a body that comes with it (a job's log, perhaps) is not read.

import type { FastifyInstance } from 'fastify'
import { type Beat, readBeat } from './beats.ts'
import type { Monitor } from './monitor.ts'
import type { Watch } from './watch.ts'
import { hashToken } from './wish.ts'

export interface RouteParts {
  readonly watch: Pick<Watch, 'findJob' | 'report'>
  /** Resolves once what was reported is stored. @throws {StoreUnavailable} */
  readonly settle: () => Promise<void>
  readonly now: () => number
}

/** A job's log is let in up to here, unread. */
const mostBytes = 10 * 1024 * 1024

export function registerRoutes(http: FastifyInstance, { watch, settle, now }: RouteParts): void {
  const startedAt = new Map<string, number>()
  function take(monitor: Monitor, beat: Beat): void {
    if (beat.kind === 'start') startedAt.set(monitor.id, now())
    else {
      startedAt.delete(monitor.id)
      watch.report(monitor.id, beat.result)
    }
  }

  http.register(async (scope) => {
    scope.addContentTypeParser('*', (_request, body, done) => {
      body.resume()
      done(null)
    })
    for (const url of ['/heartbeat/:token', '/heartbeat/:token/:word']) {
      scope.route<{ Params: { token: string; word?: string } }>({
        method: ['GET', 'POST'],
        url,
        bodyLimit: mostBytes,
        config: { door: { proof: 'token', takes: 'anything' } },
        async handler({ params: { token, word = '' } }, reply) {
          const monitor = watch.findJob(hashToken(token))?.monitor
          const beat = monitor && readBeat(word, now(), startedAt.get(monitor.id))
          if (!monitor || !beat) return await reply.callNotFound()
          take(monitor, beat)
          await settle()
          return { ok: true }
        },
      })
    }
  })
}

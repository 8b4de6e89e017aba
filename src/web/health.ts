// What orchestrators and alarms ask (interface.md, "HTTP routes"): up or down, nothing else.

import type { FastifyInstance } from 'fastify'
import type { Now } from '../event.ts'

export interface HealthParts {
  /** Resolves when something could be stored just now. */
  readonly storable: () => Promise<void>
  /** True once whatever may come in can be routed and answered. */
  readonly started: () => boolean
  /** Whether Mattermost answers. */
  readonly mattermostAnswers: () => boolean
  /** When the oldest delivery that is due began to wait; milliseconds since 1970. */
  readonly oldestWaitingAt: () => Promise<number | undefined>
  readonly now: Now
}

const lateMs = 60_000
const open = { config: { door: { proof: 'open', takes: 'nothing' } } } as const

export function registerHealth(http: FastifyInstance, parts: HealthParts): void {
  http.get('/health', open, async () => ({ status: 'up' }))

  http.get('/ready', open, async (_request, reply) => {
    const ready =
      parts.started() &&
      (await parts.storable().then(
        () => true,
        () => false,
      ))
    return reply
      .code(ready ? 200 : 503)
      .headers(ready ? {} : { 'retry-after': '5' })
      .send({ status: ready ? 'up' : 'down' })
  })

  http.get('/health/delivery', open, async (_request, reply) => {
    const oldest = await parts.oldestWaitingAt().catch(() => 0)
    const up = parts.mattermostAnswers() && (oldest === undefined || parts.now() - oldest <= lateMs)
    return reply.code(up ? 200 : 503).send({ status: up ? 'up' : 'down' })
  })
}

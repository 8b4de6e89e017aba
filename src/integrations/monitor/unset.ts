// What `/monitor edit --without` takes back (interface.md, "/monitor"): as if it had never been asked for.

import { UserError } from '../../errors.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { MonitorWish, Unset } from '../integration.ts'
import { requireFlagOf } from './fitting.ts'
import type { HttpWish, Monitor } from './monitor.ts'

const inHttp =
  (less: (http: HttpWish) => HttpWish) =>
  (monitor: Monitor): Monitor =>
    monitor.http === undefined ? monitor : { ...monitor, http: less(monitor.http) }

const lessened: Readonly<Record<Unset, (monitor: Monitor) => Monitor>> = {
  slow: ({ slowMs: _was, ...monitor }) => monitor,
  remind: ({ remindMs: _was, ...monitor }) => monitor,
  escalate: ({ escalate: _was, ...monitor }) => monitor,
  prompt: ({ prompt: _was, ...monitor }) => monitor,
  'no-email': ({ noEmail: _was, ...monitor }) => monitor,
  public: ({ isPublic: _was, ...monitor }) => monitor,
  status: inHttp((http) => ({ ...http, status: [[200, 299]] })),
  json: inHttp(({ json: _was, ...http }) => http),
  header: inHttp((http) => ({ ...http, headers: {} })),
  'secret-header': inHttp((http) => ({ ...http, sealedHeaders: {} })),
  body: inHttp(({ body: _was, ...http }) => http),
  contains(monitor) {
    if (monitor.dns !== undefined) return { ...monitor, dns: { record: monitor.dns.record } }
    return inHttp(({ contains: _was, ...http }) => http)(monitor)
  },
  cron(monitor) {
    if (monitor.heartbeat === undefined) return monitor
    const { cron: _was, timeZone: _zone, ...heartbeat } = monitor.heartbeat
    return { ...monitor, heartbeat }
  },
}

/** What is left of a monitor for the rest of the wish. @throws {UserError} for what is not of its type, or leaves nothing to go by. */
export function withoutThose(monitor: Monitor, { without = [], everyMs }: Partial<MonitorWish>): Monitor {
  for (const name of without) requireFlagOf(`--${name}`, monitor.type)
  if (without.includes('cron') && monitor.heartbeat?.cron !== undefined && everyMs === undefined) throw noPeriod()
  return without.reduce((left, name) => lessened[name](left), monitor)
}

function noPeriod(): UserError {
  return new UserError(
    said({
      fr: rich`Sans cron, dites aussi toutes les combien la tâche est attendue, par exemple ${code('--every 1d')}.`,
      en: rich`Without cron, say how often the job is expected, for example ${code('--every 1d')}.`,
    }),
  )
}

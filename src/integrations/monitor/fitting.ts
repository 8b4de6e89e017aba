// Which flags of `/monitor` mean something for what is watched (interface.md, "/monitor"): one that would be forgotten in silence is
// refused instead.

import { UserError } from '../../errors.ts'
import { duration } from '../../text/format.ts'
import { code, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { MonitorWish } from '../integration.ts'
import type { Monitor, MonitorType } from './monitor.ts'

const checked: readonly MonitorType[] = ['http', 'tcp', 'dns', 'tls']

/** A job reports by itself: nobody asks it again, and one word from it is enough. */
const only: readonly (readonly [flag: string, wish: keyof MonitorWish, types: readonly MonitorType[]])[] = [
  ['--method', 'method', ['http']],
  ['--body', 'body', ['http']],
  ['--status', 'status', ['http']],
  ['--json', 'json', ['http']],
  ['--header', 'headers', ['http']],
  ['--secret-header', 'secretHeaders', ['http']],
  ['--contains', 'contains', ['http', 'dns']],
  ['--record', 'record', ['dns']],
  ['--tls', 'tls', ['http', 'tls']],
  ['--slow', 'slowMs', checked],
  ['--timeout', 'timeoutMs', checked],
  ['--retries', 'failures', checked],
  ['--retry-every', 'retryEveryMs', checked],
  ['--recover', 'successes', checked],
  ['--grace', 'graceMs', ['heartbeat']],
  ['--cron', 'cron', ['heartbeat']],
  ['--tz', 'timeZone', ['heartbeat']],
]

/** @throws {UserError} for a flag that does nothing to this monitor, as it comes out of this wish. */
export function requireEffect(wish: Partial<MonitorWish>, monitor: Monitor): void {
  for (const [flag, name, types] of only) {
    if (wish[name] === undefined || types.includes(monitor.type) || isSoAnyway(name, wish[name])) continue
    throw strange(flag, monitor.type)
  }
  const { slowMs, timeoutMs, heartbeat } = monitor
  const isTimed = wish.slowMs !== undefined || wish.timeoutMs !== undefined
  if (isTimed && slowMs !== undefined && slowMs >= timeoutMs) throw slowerThanFailed(slowMs, timeoutMs)
  if (wish.timeZone !== undefined && heartbeat?.cron === undefined) {
    throw refused(
      rich`${code('--tz')} est le fuseau d’un cron\u00a0: donnez aussi ${code('--cron')}.`,
      rich`${code('--tz')} is the zone of a cron: give ${code('--cron')} too.`,
    )
  }
  if (wish.everyMs !== undefined && wish.cron === undefined && heartbeat?.cron !== undefined) {
    throw refused(
      rich`Cette tâche est attendue par son cron\u00a0: changez ${code('--cron')}, ou ajoutez ${code('--without cron')}.`,
      rich`This job is expected by its cron: change ${code('--cron')}, or add ${code('--without cron')}.`,
    )
  }
}

/** @throws {UserError} for a flag that this type does not know. */
export function requireFlagOf(flag: string, type: MonitorType): void {
  const types = only.find(([one]) => one === flag)?.[2]
  if (types !== undefined && !types.includes(type)) throw strange(flag, type)
}

/** `--retries 1` of a job says what is true of every job. */
const isSoAnyway = (name: keyof MonitorWish, value: unknown): boolean =>
  (name === 'failures' || name === 'successes') && value === 1

const strange = (flag: string, type: MonitorType): UserError =>
  refused(
    rich`${code(flag)} ne va pas avec un moniteur ${code(type)}.`,
    rich`${code(flag)} does not go with a ${code(type)} monitor.`,
  )

const slowerThanFailed = (slowMs: number, timeoutMs: number): UserError =>
  refused(
    rich`${code('--slow')} (${{ own: duration('fr', slowMs) }}) doit être plus court que ${code('--timeout')} (${{ own: duration('fr', timeoutMs) }}), au bout duquel c’est un échec.`,
    rich`${code('--slow')} (${{ own: duration('en', slowMs) }}) must be shorter than ${code('--timeout')} (${{ own: duration('en', timeoutMs) }}), after which it is a failure.`,
  )

const refused = (fr: Rich, en: Rich): UserError => new UserError(said({ fr, en }))

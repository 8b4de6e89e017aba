// The wiring of what watches over Vigie's own word: alerts that nobody took, a refused token, and the sign of life for somebody outside.

import type { Env } from '../env.ts'
import type { Describe, Emit, Log, Now } from '../event.ts'
import { createFallback, type Way } from '../flow/fallback.ts'
import type { OutboxStatus } from '../flow/outbox.ts'
import { waitByTheClock } from '../flow/waiting.ts'
import type { Integration } from '../integrations/integration.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import type { Said } from '../text/locale.ts'
import { createHeartbeat, readHeartbeatUrl } from './heartbeat.ts'
import { createTokenAlarm, type TokenAlarmParts } from './token-alarm.ts'

export interface AlarmParts extends Pick<TokenAlarmParts, 'refusedSince' | 'answers'> {
  readonly settings: Pick<Settings, 'locale' | 'timeZone'>
  readonly store: Pick<Store, 'alerts' | 'events' | 'marks' | 'check'>
  readonly integrations: readonly Integration[]
  readonly describe: Describe
  readonly emit: Emit
  readonly outbox: () => OutboxStatus
  readonly fetch: typeof fetch
  readonly now: Now
  readonly log: Log
}

export interface Alarms {
  /** Until the signal. */
  run(signal: AbortSignal): Promise<unknown>
}

/** Reads FALLBACK and HEARTBEAT_URL: problems are noted in `env`. */
export function readAlarms(
  env: Env,
  receivers: readonly string[],
  admins: () => readonly string[],
): (parts: AlarmParts) => Alarms {
  const ways = readFallback(env, receivers, admins)
  const url = readHeartbeatUrl(env)
  return ({ settings, store, integrations, describe, emit, outbox, refusedSince, answers, fetch, now, log }) => {
    const { locale, timeZone } = settings
    const shared = { now, log, wait: waitByTheClock }
    const { alerts, events, marks } = store
    const fallback = createFallback({ alerts, events, ways, emit, describe, telling: { locale, timeZone }, ...shared })
    const storable = () => store.check()
    const heartbeat = createHeartbeat({ url, storable, outbox, integrations, fetch, ...shared })
    const token = createTokenAlarm({ refusedSince, answers, admins, marks, emit, ...shared })
    return { run: (signal) => Promise.all([fallback.run(signal), heartbeat.run(signal), token.run(signal)]) }
  }
}

/** Whom FALLBACK reaches: the names of notifiers, or `notifier:address`. */
export function readFallback(env: Env, receivers: readonly string[], admins: () => readonly string[]): readonly Way[] {
  const named = env.list('FALLBACK')
  const names = named.length > 0 ? named : receivers.length > 0 ? ['email'] : []
  return names.flatMap((written): readonly Way[] => {
    const [, notifier = '', address] = /^([a-z]+)(?::(.+))?$/.exec(written) ?? []
    const isKnown = notifier === 'mattermost' || notifier === 'email'
    if (!isKnown || (notifier === 'email' && receivers.length === 0)) {
      env.problem(isKnown ? noMail(written) : noWay(written))
      return []
    }
    const everybody = () => (notifier === 'email' ? receivers : admins().map((id) => `@${id}`))
    const to = address === undefined ? everybody : () => [address]
    return [{ name: written, targets: () => to().map((one) => ({ notifier, address: one })) }]
  })
}

const noMail = (written: string): Said => ({
  fr: `FALLBACK\u00a0: «\u00a0${written}\u00a0» demande SMTP_SERVER.`,
  en: `FALLBACK: "${written}" needs SMTP_SERVER.`,
})
const noWay = (written: string): Said => ({
  fr: `FALLBACK\u00a0: email ou mattermost est attendu, pas «\u00a0${written}\u00a0».`,
  en: `FALLBACK: email or mattermost is expected, not "${written}".`,
})

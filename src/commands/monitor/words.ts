// How a monitor and what was seen of it are said in answers, in both languages.

import type { MonitorKeeper, WatchedNow } from '../../integrations/integration.ts'
import type { Health, Result } from '../../integrations/monitor/monitor.ts'
import { clock, duration, until } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { own, type Rich, rich } from '../../text/rich.ts'
import type { CallContext } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { keeperOf } from './keeper.ts'

const states: Readonly<Record<Locale, Readonly<Record<Health, string>>>> = {
  fr: {
    unknown: '⚪ pas encore vérifié',
    up: '🟢 répond',
    suspect: '🟡 un échec, à confirmer',
    down: '🔴 en panne',
    degraded: '🟠 lent',
    flapping: '🟠 va et vient',
  },
  en: {
    unknown: '⚪ not checked yet',
    up: '🟢 answers',
    suspect: '🟡 a failure, to be confirmed',
    down: '🔴 down',
    degraded: '🟠 slow',
    flapping: '🟠 comes and goes',
  },
}

/** `🟢 répond · 🛠️ en maintenance · 🔕 jusqu’à 14:00`. */
export function stateWords({ monitor, state }: WatchedNow, parts: MonitorParts, { locale, now }: CallContext): Rich {
  const { timeZone } = parts
  if (monitor.isPaused) return own(locale === 'fr' ? '⏸️ suspendu' : '⏸️ paused')
  const maintained = locale === 'fr' ? ' · 🛠️ en maintenance' : ' · 🛠️ in maintenance'
  const health = own(`${states[locale][state.health]}${keeperOf(parts).isMaintained(monitor) ? maintained : ''}`)
  if (monitor.mute === undefined || monitor.mute.until <= now) return health
  return rich`${health} · 🔕 ${own(until(locale, timeZone, monitor.mute.until, now))}`
}

/** `🟢 \`200\` en 84 ms`. */
export function checkedWords(result: Result, keeper: MonitorKeeper, locale: Locale): Rich {
  return rich`${own(result.failure === undefined ? '🟢' : '🔴')} ${keeper.inWords(result, locale)}`
}

/** `12:03:20 🔴 …`, one line. */
export function resultLine(
  result: Result,
  keeper: MonitorKeeper,
  { locale, now }: CallContext,
  timeZone: string,
): Rich {
  return rich`${own(clock(locale, timeZone, result.at, now))} ${checkedWords(result, keeper, locale)}`
}

/** `DNS 3 ms · connexion 12 ms · TLS 20 ms · premier octet 40 ms`; nothing where no part is known. */
export function phaseWords({ phases }: Result, locale: Locale): Rich {
  const names = locale === 'fr' ? ['DNS', 'connexion', 'TLS', 'premier octet'] : ['DNS', 'connect', 'TLS', 'first byte']
  const values = [phases.dnsMs, phases.connectMs, phases.tlsMs, phases.firstByteMs]
  const parts = values.flatMap((ms, index) => (ms === undefined ? [] : [`${names[index]} ${duration(locale, ms)}`]))
  return own(parts.join(' · '))
}

/** Whole days that are left of a certificate; below 0 it has ended. */
export function certificateWords({ certificateEndsAt }: Result, { locale, now }: CallContext): Rich {
  if (certificateEndsAt === undefined) return []
  const days = Math.floor((certificateEndsAt - now) / 86_400_000)
  const many = Math.abs(days) > 1
  if (locale === 'fr') return own(days < 0 ? 'expiré' : `encore ${days} ${many ? 'jours' : 'jour'}`)
  return own(days < 0 ? 'expired' : `${days} ${many || days === 0 ? 'days' : 'day'} left`)
}

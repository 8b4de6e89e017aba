// That it runs again, and what befell the database, told to Vigie's administrators (interface.md, "Event types"; threats F11, F13, F32).

import type { Describe, Draft, Event, Severity, Telling } from '../../event.ts'
import { duration, moment, size } from '../../text/format.ts'
import { code, own, type Rich, rich } from '../../text/rich.ts'

/** No copy could be made; `lastAt` is when one last was. Milliseconds since 1970. */
export function backupFailed(error: string, lastAt: number | undefined, at: number): Draft {
  return news('vigie.backup_failed', 'warning', at, { error, lastAt })
}

/** Vigie runs, again or for the first time. One card, brought up to date at every start. */
export function vigieStarted(version: string, at: number): Draft {
  return { ...news('vigie.started', 'info', at, { version }), card: 'started' }
}

export interface RestoredNews {
  readonly reason: 'damaged' | 'missing' | 'asked'
  readonly from: string
  readonly since: number
  readonly until: number
  readonly unsure: number
  readonly damage?: string | undefined
  readonly lostEvents?: number | undefined
  readonly aside?: string | undefined
}

/** A copy took the database's place: what happened from `since` to `until` is not known any more. */
export function databaseRestored({ reason, from, since, until, unsure, ...rest }: RestoredNews): Draft {
  const { damage, lostEvents, aside } = rest
  const data = { reason, from, since, until, unsure, damage, lostEvents, aside }
  return news('vigie.restored', reason === 'asked' ? 'info' : 'critical', until, data)
}

/** Little room is left for the database; `full`: nothing new is taken. */
export function diskLow(freeBytes: number, full: boolean, at: number): Draft {
  return news('vigie.disk_low', full ? 'critical' : 'warning', at, { freeBytes, full })
}

function news(type: string, severity: Severity, at: number, data: Draft['data']): Draft {
  const time = new Date(at).toISOString()
  return { source: 'vigie', type, time, data, severity, audience: 'closed', byDefault: false }
}

interface Said {
  readonly title: Rich
  readonly text: Rich
}
type Tell = (event: Event, telling: Telling) => Said

const tells: Readonly<Record<string, Tell>> = {
  'vigie.started': tellStarted,
  'vigie.backup_failed': tellBackupFailed,
  'vigie.restored': tellRestored,
  'vigie.disk_low': tellDiskLow,
}
const colors: Readonly<Record<Severity, string>> = { info: '#36a64f', warning: '#ffaa00', critical: '#d00000' }

/** By type. */
export const upkeepDescribers: readonly (readonly [string, Describe])[] = Object.entries(tells).map(([type, tell]) => [
  type,
  (event, telling) => {
    const said = tell(event, telling)
    return { ...said, color: colors[event.severity], footer: 'Vigie', summary: said.title }
  },
])

function tellStarted({ data, time }: Event, telling: Telling): Said {
  const version = own(typeof data.version === 'string' ? data.version : '?')
  const since = own(moment(telling.locale, telling.timeZone, Date.parse(time), telling.now))
  return telling.locale === 'fr'
    ? { title: own('Vigie veille.'), text: rich`En marche depuis ${since}, version ${version}.` }
    : { title: own('Vigie keeps watch.'), text: rich`Running since ${since}, version ${version}.` }
}

function tellBackupFailed({ data }: Event, telling: Telling): Said {
  const error = code(String(data.error))
  const last = instant(data.lastAt, telling)
  return telling.locale === 'fr'
    ? {
        title: own('La base de Vigie n’a pas pu être copiée.'),
        text: rich`${error}\n${own(last ? `Dernière copie\u00a0: ${last}.` : 'Il n’y a encore aucune copie.')} Vérifiez la place et les droits de ${code('BACKUP_PATH')}\u202f; je réessaie chaque heure.`,
      }
    : {
        title: own('Vigie’s database could not be copied.'),
        text: rich`${error}\n${own(last ? `Last copy: ${last}.` : 'There is no copy yet.')} Check the room and permissions of ${code('BACKUP_PATH')}; I try again every hour.`,
      }
}

const titles = {
  fr: {
    damaged: 'Ma base était abîmée\u00a0: j’ai rendu la dernière bonne copie.',
    missing: 'Ma base avait disparu\u00a0: j’ai rendu la dernière bonne copie.',
    asked: 'Ma base a été rendue depuis une copie.',
  },
  en: {
    damaged: 'My database was damaged: I restored the newest good copy.',
    missing: 'My database was gone: I restored the newest good copy.',
    asked: 'My database was restored from a copy.',
  },
} as const

function tellRestored({ data }: Event, telling: Telling): Said {
  const { locale } = telling
  const reason = data.reason === 'damaged' || data.reason === 'missing' ? data.reason : 'asked'
  const span = own(`${instant(data.since, telling)} → ${instant(data.until, telling)}`)
  const forMs = own(duration(locale, Number(data.until) - Number(data.since)))
  const lost = typeof data.lostEvents === 'number' ? own(` (${data.lostEvents})`) : []
  const unsure = Number(data.unsure ?? 0)
  const aside = typeof data.aside === 'string' ? code(data.aside) : undefined
  const text =
    locale === 'fr'
      ? [
          ...rich`Manque ${forMs}\u00a0: ${span}. Ce qui a été reçu${lost} ou réglé entre-temps n’est plus connu\u202f; ce qui a été publié reste.\n`,
          ...rich`${unsure} envoi(s) en attente\u00a0: chacun est cherché dans son canal avant d’être envoyé.`,
          ...(aside ? rich`\nLa base d’avant est là\u00a0: ${aside}.` : []),
        ]
      : [
          ...rich`${forMs} are missing: ${span}. What was received${lost} or set in between is not known any more; what was posted stays.\n`,
          ...rich`${unsure} waiting: each is looked for in its channel before it is sent.`,
          ...(aside ? rich`\nThe database before is here: ${aside}.` : []),
        ]
  return { title: own(titles[locale][reason]), text }
}

function tellDiskLow({ data }: Event, { locale }: Telling): Said {
  const free = own(size(locale, Number(data.freeBytes)))
  if (locale === 'fr')
    return {
      title: own(data.full === true ? 'Le disque de Vigie est plein.' : 'Le disque de Vigie se remplit.'),
      text:
        data.full === true
          ? rich`Reste ${free}. Les webhooks sont refusés (503) jusqu’à ce qu’il y ait de la place\u202f; ce qui était reçu est encore envoyé.`
          : rich`Reste ${free}, moins d’un dixième. Faites de la place avant qu’il soit plein.`,
    }
  return {
    title: own(data.full === true ? 'Vigie’s disk is full.' : 'Vigie’s disk is filling up.'),
    text:
      data.full === true
        ? rich`${free} left. Webhooks are refused (503) until there is room; what was taken before is still sent.`
        : rich`${free} left, less than a tenth. Make room before it is full.`,
  }
}

function instant(value: unknown, { locale, timeZone, now }: Telling): string | undefined {
  return typeof value === 'number' ? moment(locale, timeZone, value, now) : undefined
}

// `/monitor incidents [--open]`: this channel's, newest first.

import type { Incident } from '../../integrations/monitor/monitor.ts'
import { duration, moment } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, own, type Rich } from '../../text/rich.ts'
import type { Call, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { keeperOf } from './keeper.ts'

const mostRows = 20

const words = {
  fr: {
    title: 'Incidents',
    none: 'Aucun incident dans ce canal.',
    noneOpen: 'Aucun incident en cours dans ce canal.',
    head: ['Incident', 'Quoi', 'Début', 'Durée', 'Pris en charge'],
    open: (lasted: string) => `depuis ${lasted}`,
    more: (count: number) => `${count} ${count === 1 ? 'autre' : 'autres'}`,
    nobody: 'personne',
    next: '/monitor liste',
  },
  en: {
    title: 'Incidents',
    none: 'No incident in this channel.',
    noneOpen: 'No open incident in this channel.',
    head: ['Incident', 'What', 'Began', 'Lasted', 'Taken by'],
    open: (lasted: string) => `for ${lasted}`,
    more: (count: number) => `${count} ${count === 1 ? 'other' : 'others'}`,
    nobody: 'nobody',
    next: '/monitor list',
  },
}

export async function incidentsReply(parts: MonitorParts, call: Call): Promise<Reply> {
  const { locale, now, place } = call
  const say = words[locale]
  const isOpen = call.flags.open === true
  const wanted = { channel: place.channel, limit: mostRows, ...(isOpen ? { isOpen } : {}) }
  const incidents = await keeperOf(parts).incidents(wanted)
  if (incidents.length === 0) return { text: own(isOpen ? say.noneOpen : say.none), mood: 'good', next: say.next }
  const rows = incidents.map((incident): readonly Rich[] => {
    const lasted = duration(locale, Math.max(1000, (incident.closedAt ?? now) - beganAt(incident)))
    return [
      [code(incident.id)],
      namesOf(incident, locale),
      own(moment(locale, parts.timeZone, beganAt(incident), now)),
      own(`${lampOf(incident)} ${incident.closedAt === undefined ? say.open(lasted) : lasted}`),
      incident.acknowledged === undefined ? own(say.nobody) : [incident.acknowledged.name],
    ]
  })
  const anyOpen = incidents.some(({ closedAt }) => closedAt === undefined)
  return { title: own(say.title), table: { head: say.head, rows }, mood: anyOpen ? 'danger' : 'plain', next: say.next }
}

/** As on its card. */
function lampOf({ cause, closedAt, closedAs }: Incident): string {
  if (closedAt !== undefined) return closedAs === 'up' ? '🟢' : '⚪'
  return cause === 'down' ? '🔴' : '🟠'
}

export function beganAt({ monitors, openedAt }: Incident): number {
  return Math.min(openedAt, ...monitors.map(({ failingSince }) => failingSince))
}

/** `boutique`, or the first and how many others. */
export function namesOf({ monitors }: Incident, locale: Locale): Rich {
  const [first, ...others] = monitors
  const name: Rich = first === undefined ? [] : [code(first.name)]
  return others.length === 0 ? name : [...name, ...own(` + ${words[locale].more(others.length)}`)]
}

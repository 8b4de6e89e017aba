// `/monitor list`: what this channel watches, at a glance.

import type { WatchedNow } from '../../integrations/integration.ts'
import { ago, plural } from '../../text/format.ts'
import { bold, code, own, type Rich, rich } from '../../text/rich.ts'
import { typedName } from '../../text/typed.ts'
import type { Call, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { keeperOf } from './keeper.ts'
import { stateWords } from './words.ts'

const mostRows = 60

const words = {
  fr: {
    title: 'Ce que ce canal surveille',
    none: 'Ce canal ne surveille rien.',
    head: ['Nom', 'État', 'Cible', 'Vérifié'],
    cut: 'Vigie semble elle-même coupée du réseau\u00a0: les états sont figés.',
    down: (count: number) => rich`${bold(own(String(count)))} en panne.`,
    unwell: (count: number) => rich`${bold(own(String(count)))} ${own(plural('fr', count, 'perturbé', 'perturbés'))}.`,
    well: 'Tout va bien.',
    more: (count: number) => `… et ${count} de plus`,
    first: '/monitor ajouter https://…',
    next: (name: string) => `/monitor voir ${name}`,
  },
  en: {
    title: 'What this channel watches',
    none: 'This channel watches nothing.',
    head: ['Name', 'State', 'Target', 'Checked'],
    cut: 'Vigie itself seems cut off from the network: the states are frozen.',
    down: (count: number) => rich`${bold(own(String(count)))} down.`,
    unwell: (count: number) => rich`${bold(own(String(count)))} disturbed.`,
    well: 'All is well.',
    more: (count: number) => `… and ${count} more`,
    first: '/monitor add https://…',
    next: (name: string) => `/monitor show ${name}`,
  },
}

export async function listReply(parts: MonitorParts, call: Call): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { locale, now, place } = call
  const say = words[locale]
  const here = keeper.inChannel(place.channel)
  const [first] = here
  if (first === undefined) return { text: own(say.none), next: say.first }
  const down = here.filter(({ state }) => state.health === 'down' || state.beneath === 'down').length
  const unwell = here.filter(({ state }) => isUnwell(state)).length
  const verdict = down > 0 ? say.down(down) : unwell > 0 ? say.unwell(unwell) : own(say.well)
  const isCut = keeper.cutSince() !== undefined
  const rows = here
    .slice(0, mostRows)
    .map((one): readonly Rich[] => [
      [code(one.monitor.name)],
      stateWords(one, parts, call),
      [code(one.monitor.target === '' ? 'heartbeat' : one.monitor.target)],
      one.state.last === undefined ? own('–') : own(ago(locale, now - one.state.last.at)),
    ])
  const more = here.length > mostRows ? [[own(say.more(here.length - mostRows)), [], [], []]] : []
  return {
    title: own(say.title),
    text: isCut ? own(say.cut) : verdict,
    table: { head: say.head, rows: [...rows, ...more] },
    mood: down > 0 && !isCut ? 'danger' : isCut || unwell > 0 ? 'warning' : 'good',
    next: say.next(typedName(first.monitor.name)),
  }
}

const isUnwell = ({ health, beneath }: WatchedNow['state']): boolean =>
  health === 'degraded' || (health === 'flapping' && beneath !== 'down')

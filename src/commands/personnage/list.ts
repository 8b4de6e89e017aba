// `/personnage list` and `show`: who there is, and one of them.

import type { Personnage } from '../../event.ts'
import type { PersonnageKeeper } from '../../integrations/integration.ts'
import { moment, number, plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { niveauWords } from '../../text/niveau.ts'
import { bold, code, own, type Rich, rich } from '../../text/rich.ts'
import { typedName } from '../../text/typed.ts'
import type { Call, Reply, Table } from '../command.ts'
import type { PersonnageParts } from '../personnage.ts'
import { keeperOf, unknownNom } from './keeper.ts'

const mostRows = 60

const words = {
  fr: {
    title: 'Personnages',
    none: 'Aucun personnage encore.',
    first: '/personnage ajouter Naruto 85',
    count: (count: number) => `${number('fr', count)} ${plural('fr', count, 'personnage', 'personnages')}`,
    head: ['Rang', 'Nom', 'Score', 'Niveau'],
    more: (count: number) => `… et ${number('fr', count)} de plus`,
    show: 'voir',
    rank: 'Rang',
    rankOf: (rank: string, all: string) => `${rank} sur ${all}`,
    level: 'Niveau',
    changed: 'Dernier changement',
    key: (name: string) => rich`l’API (clé ${code(name)})`,
  },
  en: {
    title: 'Characters',
    none: 'No characters yet.',
    first: '/personnage add Naruto 85',
    count: (count: number) => `${number('en', count)} ${plural('en', count, 'character', 'characters')}`,
    head: ['Rank', 'Name', 'Score', 'Level'],
    more: (count: number) => `… and ${number('en', count)} more`,
    show: 'show',
    rank: 'Rank',
    rankOf: (rank: string, all: string) => `${rank} of ${all}`,
    level: 'Level',
    changed: 'Last change',
    key: (name: string) => rich`the API (key ${code(name)})`,
  },
}

export async function listReply(parts: PersonnageParts, { locale }: Call): Promise<Reply> {
  const keeper = keeperOf(parts)
  const say = words[locale]
  const [{ all }, best] = await Promise.all([
    keeper.counts(Number.MAX_SAFE_INTEGER),
    keeper.list({ sort: 'score', order: 'desc', limit: mostRows }),
  ])
  const [first] = best
  if (first === undefined) return noneReply(locale)
  const over = all - best.length
  const { head, rows } = tableOf(keeper, best, locale)
  return {
    title: own(say.title),
    text: own(say.count(all)),
    table: { head, rows: [...rows, ...(over > 0 ? [[own(''), own(say.more(over)), [], []]] : [])] },
    mood: 'good',
    next: `/personnage ${say.show} ${typedName(first.nom)}`,
  }
}

export const noneReply = (locale: Locale): Reply => ({ text: own(words[locale].none), next: words[locale].first })

/** The best first; who has the same score has the same rank. */
export function tableOf(keeper: PersonnageKeeper, best: readonly Personnage[], locale: Locale): Table {
  const ranks = ranksOf(best)
  const rows = best.map(({ nom, score }, index): readonly Rich[] => [
    own(String(ranks[index])),
    [bold(nom)],
    own(number(locale, score)),
    own(niveauWords(locale, keeper.niveauOf(score))),
  ])
  return { head: words[locale].head, rows }
}

/** 1, 1, 3 for those that come first. */
export function ranksOf(best: readonly Pick<Personnage, 'score'>[]): readonly number[] {
  return best.map(({ score }) => best.findIndex((other) => other.score === score) + 1)
}

/** Of a key that was revoked its id is all that is left. */
async function nameOf({ keys }: PersonnageParts, id: string): Promise<string> {
  return (await keys.list()).find((key) => key.id === id)?.name ?? id
}

export async function showReply(parts: PersonnageParts, { args, locale, now }: Call): Promise<Reply> {
  const keeper = keeperOf(parts)
  const say = words[locale]
  const found = await keeper.find(args.nom ?? '')
  if (found === undefined) throw unknownNom(args.nom ?? '')
  const { nom, score, changedAt, by } = found
  const { all, above } = await keeper.counts(score)
  const [, key] = /^key (.*)$/s.exec(by) ?? []
  const who = key === undefined ? [bold(await parts.around.username(by))] : say.key(await nameOf(parts, key))
  return {
    title: rich`${nom}`,
    fields: [
      { title: 'Score', value: own(number(locale, score)), short: true },
      { title: say.level, value: own(niveauWords(locale, keeper.niveauOf(score))), short: true },
      { title: say.rank, value: own(say.rankOf(number(locale, above + 1), number(locale, all))), short: true },
      {
        title: say.changed,
        value: rich`${own(moment(locale, parts.timeZone, changedAt, now))} · ${who}`,
        short: true,
      },
    ],
    mood: 'good',
    buttons: [
      { verb: 'personnage.plus', object: nom, label: '+1' },
      { verb: 'personnage.minus', object: nom, label: '−1' },
    ],
    next: '/personnage top',
  }
}

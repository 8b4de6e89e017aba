// `/personnage top`: the ranking, as a table and as a picture. An ephemeral answer carries no file: the picture then comes by direct message.

import { UserError } from '../../errors.ts'
import type { Ranking } from '../../event.ts'
import type { Locale } from '../../text/locale.ts'
import { niveauColors } from '../../text/niveau.ts'
import { code, own, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Call, Reply } from '../command.ts'
import type { PersonnageParts } from '../personnage.ts'
import { keeperOf } from './keeper.ts'
import { noneReply, ranksOf, tableOf } from './list.ts'

const usually = 10
const most = 20

const words: Readonly<Record<Locale, { readonly title: string; readonly file: string }>> = {
  fr: { title: 'Classement des personnages', file: 'classement.png' },
  en: { title: 'Ranking of the characters', file: 'ranking.png' },
}

export async function topReply(parts: PersonnageParts, { args, locale }: Call): Promise<Reply> {
  const count = readCount(args.n)
  const keeper = keeperOf(parts)
  const best = await keeper.list({ sort: 'score', order: 'desc', limit: count })
  if (best.length === 0) return noneReply(locale)
  const title = words[locale].title
  const ranks = ranksOf(best)
  const ranking: Ranking = {
    title,
    rows: best.map(({ nom, score }, index) => ({
      rank: ranks[index] ?? index + 1,
      name: nom,
      score,
      color: niveauColors[keeper.niveauOf(score)],
    })),
  }
  const bytes = await parts.drawRanking(ranking, locale)
  return {
    title: own(title),
    table: tableOf(keeper, best, locale),
    mood: 'good',
    ...(bytes === undefined ? {} : { file: { name: words[locale].file, type: 'image/png', bytes } }),
  }
}

/** @throws {UserError} */
function readCount(text: string | undefined): number {
  if (text === undefined) return usually
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new UserError(
    said({
      fr: rich`Le classement montre de 1 à ${most} personnages\u202f; ${code(text)} n’est pas un tel nombre.`,
      en: rich`The ranking shows 1 to ${most} characters; ${code(text)} is no such number.`,
    }),
  )
}

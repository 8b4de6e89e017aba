// `/personnage add`, `score`, `remove`, and the buttons of a card: what is done to one character.

import type { PersonnageChanged } from '../../integrations/integration.ts'
import { number } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { niveauWords } from '../../text/niveau.ts'
import { bold, own, type Rich, rich } from '../../text/rich.ts'
import { typedName } from '../../text/typed.ts'
import type { Call, CallContext, Reply } from '../command.ts'
import type { PersonnageParts } from '../personnage.ts'
import { authorOf, keeperOf, readScore, unknownNom } from './keeper.ts'

const words = {
  fr: {
    added: 'Ajouté\u00a0:',
    scored: 'Score donné\u00a0:',
    removed: 'Retiré\u00a0:',
    verbs: { show: 'voir', list: 'liste' },
  },
  en: {
    added: 'Added:',
    scored: 'Score given:',
    removed: 'Removed:',
    verbs: { show: 'show', list: 'list' },
  },
}

export async function addReply(parts: PersonnageParts, call: Call): Promise<Reply> {
  const wish = { nom: call.args.nom ?? '', score: readScore(call.args.score ?? '') }
  const changed = await keeperOf(parts).put(wish, authorOf(call))
  return replyOf(changed, call.locale)
}

export async function scoreReply(parts: PersonnageParts, call: Call): Promise<Reply> {
  return await ratedReply(parts, call, call.args.nom ?? '', { to: readScore(call.args.score ?? '') })
}

export async function ratedReply(
  parts: PersonnageParts,
  context: CallContext,
  nom: string,
  change: { readonly to: number } | { readonly add: number },
): Promise<Reply> {
  const changed = await keeperOf(parts).rate(nom, change, authorOf(context))
  if (changed === undefined) throw unknownNom(nom)
  return replyOf(changed, context.locale)
}

export async function removeReply(parts: PersonnageParts, call: Call): Promise<Reply> {
  const nom = call.args.nom ?? ''
  const changed = await keeperOf(parts).remove(nom, authorOf(call))
  if (changed === undefined) throw unknownNom(nom)
  const say = words[call.locale]
  const { personnage } = changed
  return {
    text: rich`${bold(own(say.removed))} ${bold(personnage.nom)} (${own(number(call.locale, personnage.score))})`,
    mood: 'good',
    next: `/personnage ${say.verbs.list}`,
    changed: `${personnage.nom} ${personnage.score}`,
  }
}

function replyOf(changed: PersonnageChanged, locale: Locale): Reply {
  const { personnage, before, accepted } = changed
  const say = words[locale]
  const done = before === undefined ? say.added : say.scored
  return {
    text: rich`${bold(own(done))} ${bold(personnage.nom)}, ${scoreWords(changed, locale)}`,
    mood: 'good',
    next:
      accepted.matched === 0 ? '/subscribe personnage' : `/personnage ${say.verbs.show} ${typedName(personnage.nom)}`,
    changed: `${personnage.nom} ${personnage.score}`,
  }
}

/** `85 → 86 · 🏆 expert` */
function scoreWords({ personnage, before, niveau }: PersonnageChanged, locale: Locale): Rich {
  const was = before === undefined ? [] : own(`${number(locale, before)} → `)
  return rich`${was}${own(number(locale, personnage.score))} · ${own(niveauWords(locale, niveau))}`
}

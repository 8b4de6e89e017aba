// Characters in words: one live card each, and the lines of its thread (reference/cards.md). Pure. Names are anybody's: they are foreign
// text everywhere.

import type { Action, Describe, Description, Event, Field, Telling } from '../../event.ts'
import { number } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { niveauColors, niveauWords } from '../../text/niveau.ts'
import { bold, code, own, type Rich, rich } from '../../text/rich.ts'
import { type Deed, deedOf, type Facts, factsShape } from './facts.ts'

const goneColor = '#808080'

/** `organisation`: ORGANISATION. */
export function createDescribe(organisation: string | undefined): Describe {
  const footers = { fr: 'Personnages', en: 'Characters' }
  const behind = organisation === undefined ? '' : ` · ${organisation}`
  return (event, telling) => ({ ...cardOf(event, telling), footer: `${footers[telling.locale]}${behind}` })
}

function cardOf(event: Event, { locale }: Telling): Description {
  const facts = factsShape.parse(event.data)
  const deed = deedOf(event.type)
  const { nom } = facts
  const isGone = deed === 'removed'
  const title = titles[locale][deed](nom, facts)
  return {
    title,
    text: textOf(facts, deed, locale),
    fields: fieldsOf(facts, locale),
    color: isGone ? goneColor : niveauColors[facts.niveau],
    summary: deed === 'scored' ? title : rich`${title} (${own(number(locale, facts.score))})`,
    line: lineOf(facts, deed, locale),
    ...(isGone ? {} : { actions: actionsOf(nom) }),
  }
}

const titles: Readonly<Record<Locale, Readonly<Record<Deed, (nom: string, facts: Facts) => Rich>>>> = {
  fr: {
    created: (nom) => rich`Nouveau personnage\u00a0: ${nom}`,
    scored: (nom, { before, score }) =>
      before === score
        ? rich`${nom} reste à ${shown('fr', score)}`
        : rich`${nom} passe de ${shown('fr', before)} à ${shown('fr', score)}`,
    removed: (nom) => rich`${nom} a été retiré`,
  },
  en: {
    created: (nom) => rich`New character: ${nom}`,
    scored: (nom, { before, score }) =>
      before === score
        ? rich`${nom} stays at ${shown('en', score)}`
        : rich`${nom} goes from ${shown('en', before)} to ${shown('en', score)}`,
    removed: (nom) => rich`${nom} was removed`,
  },
}

const shown = (locale: Locale, score = 0): Rich => own(number(locale, score))

function textOf(facts: Facts, deed: Deed, locale: Locale): Rich {
  const who = authorWords(locale, facts.by)
  const done = {
    fr: { created: 'Ajouté par', scored: 'Score donné par', removed: 'Retiré par' },
    en: { created: 'Added by', scored: 'Score given by', removed: 'Removed by' },
  }[locale][deed]
  return rich`${own(done)} ${who}${risen(facts, locale)}`
}

/** ` · devient 🏆 expert`, where the niveau changed. */
function risen({ niveau, niveauBefore }: Facts, locale: Locale): Rich {
  if (niveauBefore === undefined || niveauBefore === niveau) return []
  const becomes = locale === 'fr' ? 'devient' : 'becomes'
  return rich` · ${own(becomes)} ${bold(own(niveauWords(locale, niveau)))}`
}

function fieldsOf({ score, niveau }: Facts, locale: Locale): Field[] {
  return [
    { title: 'Score', value: shown(locale, score), short: true },
    { title: locale === 'fr' ? 'Niveau' : 'Level', value: own(niveauWords(locale, niveau)), short: true },
  ]
}

/** `**claire**\u00a0: 85 → 86 · devient 🏆 expert` */
function lineOf(facts: Facts, deed: Deed, locale: Locale): Rich {
  const who = authorWords(locale, facts.by)
  const colon = own(locale === 'fr' ? '\u00a0: ' : ': ')
  if (deed === 'scored')
    return rich`${who}${colon}${shown(locale, facts.before)} → ${shown(locale, facts.score)}${risen(facts, locale)}`
  const done = { fr: { created: 'ajouté', removed: 'retiré' }, en: { created: 'added', removed: 'removed' } }
  return rich`${who}${colon}${own(done[locale][deed])}`
}

function actionsOf(nom: string): Action[] {
  return [
    { kind: 'button', verb: 'personnage.plus', object: nom, label: '+1' },
    { kind: 'button', verb: 'personnage.minus', object: nom, label: '−1' },
  ]
}

/** `**claire**`, `l’API (clé \`production\`)`. */
function authorWords(locale: Locale, by: Facts['by']): Rich {
  if ('person' in by) return [bold(by.name)]
  const key = code(by.name ?? by.key)
  return locale === 'fr' ? rich`l’API (clé ${key})` : rich`the API (key ${key})`
}

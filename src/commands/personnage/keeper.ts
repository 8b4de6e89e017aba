// Who keeps characters, as `/personnage` reaches it, and which one a call names.

import { UserError } from '../../errors.ts'
import type { PersonnageAuthor, PersonnageKeeper } from '../../integrations/integration.ts'
import { number } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, own, type Rich, rich, shorten } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { CallContext } from '../command.ts'
import type { PersonnageParts } from '../personnage.ts'

/** @throws {UserError} where nobody does. */
export function keeperOf({ sources }: Pick<PersonnageParts, 'sources'>): PersonnageKeeper {
  const keeper = sources.find(({ name }) => name === 'personnage')?.personnages
  if (keeper !== undefined) return keeper
  throw new UserError(
    said({ fr: rich`Vigie ne tient pas de personnages ici.`, en: rich`Vigie keeps no characters here.` }),
  )
}

export function authorOf({ person }: CallContext): PersonnageAuthor {
  return { person: person.id, name: person.username }
}

export function unknownNom(nom: string): UserError {
  return new UserError(
    said({
      fr: rich`Aucun personnage ne s’appelle ${code(nom)}. ${code('/personnage liste')} les montre, ${code('/personnage ajouter')} en ajoute un.`,
      en: rich`No character is called ${code(nom)}. ${code('/personnage list')} shows them, ${code('/personnage add')} adds one.`,
    }),
  )
}

const least = (locale: Locale): Rich => own(number(locale, Number.MIN_SAFE_INTEGER))
const most = (locale: Locale): Rich => own(number(locale, Number.MAX_SAFE_INTEGER))

function tooFar(words: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(shorten(words, 40))} est hors de portée\u00a0: un score va de ${least('fr')} à ${most('fr')}.`,
      en: rich`${code(shorten(words, 40))} is out of reach: a score goes from ${least('en')} to ${most('en')}.`,
    }),
  )
}

/** As typed: `85`, `-3`, `−3`. @throws {UserError} */
export function readScore(words: string): number {
  const number = words.replace(/^[−–]/, '-')
  const isWhole = /^[+-]?\d+$/.test(number)
  // `-0` is nought.
  if (isWhole && Number.isSafeInteger(Number(number))) return Number(number) + 0
  if (isWhole) throw tooFar(words)
  throw new UserError(
    said({
      fr: rich`Le score est un nombre entier, par exemple ${code('85')}\u202f; ${code(words)} n’en est pas un. Un nom avec des espaces se met entre guillemets.`,
      en: rich`The score is a whole number, for example ${code('85')}; ${code(words)} is none. A name with spaces stands in quotes.`,
    }),
  )
}

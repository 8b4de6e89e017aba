// Characters as they change: each change is an event, and is kept in the commit of that event, so that neither is without the other.

import { UserError } from '../../errors.ts'
import type { Draft, Emit, JsonObject, Keeping, Log, Now, Personnage } from '../../event.ts'
import type { PersonnageStore } from '../../store/store.ts'
import { number } from '../../text/format.ts'
import type { Niveau } from '../../text/niveau.ts'
import { cleanNom, longestNom, nomFault, nomKey } from '../../text/nom.ts'
import { code, own, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { PersonnageAuthor, PersonnageChanged, PersonnageKeeper, ToldSo } from '../integration.ts'
import { type Deed, typePrefix } from './facts.ts'
import { type Niveaux, niveauOf } from './niveaux.ts'

export interface KeeperParts {
  readonly store: PersonnageStore
  readonly niveaux: Niveaux
  readonly emit: Emit
  readonly log: Log
  readonly now: Now
}

interface Change {
  readonly deed: Deed
  readonly personnage: Personnage
  readonly before?: number
  readonly by: PersonnageAuthor
}

/** What is to be done with the one of a name, as it then stands. @throws {UserError | Gone} */
type Decide = (known: Personnage | undefined) => Change

/** It was known a moment ago. */
class Gone extends Error {}

export function createKeeper({ store, niveaux, emit, log, now }: KeeperParts): PersonnageKeeper {
  const levelOf = (score: number): Niveau => niveauOf(niveaux, score)
  const toldOf = (change: Change): Draft => {
    const { personnage, before } = change
    const niveauBefore = before === undefined ? {} : { niveauBefore: levelOf(before) }
    return draftOf(change, { niveau: levelOf(personnage.score), ...niveauBefore }, now())
  }

  /** `first`: what it is taken for until it is recorded. */
  async function tell(nom: string, first: Change, decide: Decide, options: ToldSo = {}): Promise<PersonnageChanged> {
    let done = first
    const draftOfFirst = toldOf(first)
    const keeps: Keeping = {
      nom,
      change(known) {
        done = decide(known)
        const draft = done === first ? draftOfFirst : toldOf(done)
        return done.deed === 'removed' ? { draft } : { draft, personnage: done.personnage }
      },
    }
    const accepted = await emit(draftOfFirst, { ...options, keeps })
    const { deed, personnage, before } = done
    const { score } = personnage
    const niveau = levelOf(score)
    const { event, matched, repeated } = accepted
    log.info({ nom: personnage.nom, score, niveau, deed, event, matched, repeated }, 'a character was heard of')
    return { personnage, niveau, ...(before === undefined ? {} : { before }), accepted }
  }

  const rated = (known: Personnage, score: number, by: PersonnageAuthor): Change => ({
    deed: 'scored',
    personnage: { ...known, score, changedAt: now(), by: signatureOf(by) },
    before: known.score,
    by,
  })

  /** Nothing where the name is unknown, or is by the time it is recorded. */
  async function change(
    nom: string,
    to: (known: Personnage) => Change,
    options: ToldSo | undefined,
  ): Promise<PersonnageChanged | undefined> {
    const known = await store.find(nom)
    if (known === undefined) return undefined
    const decide: Decide = (then) => {
      if (then === undefined) throw new Gone()
      return to(then)
    }
    try {
      return await tell(nom, to(known), decide, options)
    } catch (error) {
      if (error instanceof Gone) return undefined
      throw error
    }
  }

  return {
    ...store,
    niveauOf: levelOf,
    async put(wish, by, options) {
      const nom = readNom(wish.nom)
      const score = readScore(wish.score)
      const at = now()
      const made: Change = {
        deed: 'created',
        personnage: { nom, score, madeAt: at, changedAt: at, by: signatureOf(by) },
        by,
      }
      return await tell(nom, made, (known) => (known === undefined ? made : rated(known, score, by)), options)
    },
    rate: (nom, wish, by, options) =>
      change(nom, (known) => rated(known, readScore('to' in wish ? wish.to : known.score + wish.add), by), options),
    remove: (nom, by, options) =>
      change(nom, (known) => ({ deed: 'removed', personnage: known, before: known.score, by }), options),
  }
}

function draftOf(
  { deed, personnage, before, by }: Change,
  levels: { readonly niveau: Niveau; readonly niveauBefore?: Niveau },
  at: number,
): Draft {
  const { nom, score, madeAt } = personnage
  const data: JsonObject = { nom, score, ...levels, ...(before === undefined ? {} : { before }), by }
  return {
    source: 'personnage',
    type: `${typePrefix}${deed}`,
    subject: subjectOf(nom),
    time: new Date(at).toISOString(),
    data,
    severity: 'info',
    audience: 'open',
    card: `personnage ${madeAt} ${nomKey(nom)}`,
    byDefault: true,
  }
}

/** Globs are told apart by spaces: in subjects `_` stands for each. */
export const subjectOf = (nom: string): string => nom.replace(/\s/gu, '_')

const signatureOf = (by: PersonnageAuthor): string => ('key' in by ? `key ${by.key}` : by.person)

/** @throws {UserError} */
function readNom(text: string): string {
  const nom = cleanNom(text)
  const fault = nomFault(nom)
  if (fault === undefined) return nom
  throw new UserError(
    fault === 'hidden'
      ? said({
          fr: rich`Un nom se compose de caractères visibles, sur une seule ligne.`,
          en: rich`A name is made of visible characters, on one line.`,
        })
      : said({
          fr: rich`Un nom compte de 1 à ${longestNom} caractères.`,
          en: rich`A name has 1 to ${longestNom} characters.`,
        }),
  )
}

/** @throws {UserError} */
function readScore(score: number): number {
  // One way of writing nothing: `-0` would be told with its sign.
  if (Number.isSafeInteger(score)) return score + 0
  const most = Number.MAX_SAFE_INTEGER
  throw new UserError(
    said({
      fr: rich`Un score est un nombre entier, de ${own(`−${number('fr', most)}`)} à ${own(number('fr', most))}\u00a0: ${code(String(score))} n’en est pas un.`,
      en: rich`A score is a whole number, from ${own(`−${number('en', most)}`)} to ${own(number('en', most))}: ${code(String(score))} is none.`,
    }),
  )
}

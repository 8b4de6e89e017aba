// `GET /personnages`: which characters, in what order, from where on. A page's `next` names its last character as it stood, so that pages
// go on where they ended whatever changed meanwhile; it is opaque to callers and says nothing secret.

import { z } from 'zod'
import { type FieldProblem, HttpProblem } from '../../errors.ts'
import type { Personnage } from '../../event.ts'
import type { PersonnageQuery } from '../../store/store.ts'
import type { Said } from '../../text/locale.ts'
import { niveaux as niveauNames } from '../../text/niveau.ts'
import { longestNom } from '../../text/nom.ts'
import { gotWords } from './got.ts'
import { type Niveaux, scoresOf } from './niveaux.ts'

const mostAtOnce = 1000
const usualAtOnce = 100

const sorts: Readonly<Record<string, Pick<PersonnageQuery, 'sort' | 'order'>>> = {
  '-score': { sort: 'score', order: 'desc' },
  score: { sort: 'score', order: 'asc' },
  nom: { sort: 'nom', order: 'asc' },
  '-nom': { sort: 'nom', order: 'desc' },
  date: { sort: 'changedAt', order: 'asc' },
  '-date': { sort: 'changedAt', order: 'desc' },
}
const usualSort = '-score'

const folded = (words: string): string => words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const niveauNamed = (words: string) => niveauNames.find((one) => folded(one) === folded(words))

const scoreWord = z
  .string()
  .regex(/^-?\d{1,16}$/)
  .transform(Number)
  .pipe(z.int())
const niveauWord = z.string().transform((words, context) => {
  const found = niveauNamed(words)
  if (found === undefined) context.addIssue({ code: 'custom', message: 'no niveau' })
  return found ?? z.NEVER
})

/** The words behind `?`. */
export const queryShape = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(mostAtOnce))
    .optional(),
  after: z.string().max(1000).optional(),
  sort: z
    .string()
    .refine((words) => Object.hasOwn(sorts, words))
    .optional(),
  nom: z.string().max(longestNom).optional(),
  niveau: niveauWord.optional(),
  min: scoreWord.optional(),
  max: scoreWord.optional(),
})

const expected: Readonly<Record<string, Said>> = {
  limit: {
    fr: `un nombre entier de 1 à ${mostAtOnce} est attendu`,
    en: `a whole number from 1 to ${mostAtOnce} is expected`,
  },
  after: {
    fr: 'le next d’une page, demandée avec le même sort, est attendu',
    en: 'the next of a page that was asked for with the same sort is expected',
  },
  sort: { fr: `attendu\u00a0: ${Object.keys(sorts).join(', ')}`, en: `expected: ${Object.keys(sorts).join(', ')}` },
  nom: {
    fr: `une partie d’un nom est attendue, ${longestNom} caractères au plus`,
    en: `part of a name is expected, ${longestNom} characters at most`,
  },
  niveau: { fr: `attendu\u00a0: ${niveauNames.join(', ')}`, en: `expected: ${niveauNames.join(', ')}` },
  min: { fr: 'un nombre entier est attendu', en: 'a whole number is expected' },
  max: { fr: 'un nombre entier est attendu', en: 'a whole number is expected' },
}
const unknownWord: Said = {
  fr: `inconnu ici\u00a0: ${Object.keys(expected).join(', ')} sont connus`,
  en: `unknown here: ${Object.keys(expected).join(', ')} are known`,
}
const wrong: Said = {
  fr: 'Ces valeurs ne conviennent pas\u00a0: voir les champs.',
  en: 'These values will not do: see the fields.',
}

/** One more than was asked for, which tells whether there is another page. */
export interface Page {
  readonly query: PersonnageQuery
  readonly limit: number
}

/** `query`: each word once. @throws {HttpProblem} 422 */
export function readPage(words: Readonly<Record<string, unknown>>, niveaux: Niveaux): Page {
  // An empty word says nothing: `?after=` is the first page.
  const given = Object.fromEntries(Object.entries(words).filter(([, value]) => value !== ''))
  const read = queryShape.safeParse(given)
  if (!read.success) throw refused(read.error.issues.flatMap((issue) => faults(issue, given)))
  const { limit = usualAtOnce, after, sort = usualSort, nom, niveau, min, max } = read.data
  const order = sorts[sort] ?? { sort: 'score', order: 'desc' }
  const bounds = niveau === undefined ? {} : scoresOf(niveaux, niveau)
  const least = greatest(min, bounds.min)
  const most = smallest(max, bounds.max)
  const place = after === undefined ? undefined : readPlace(after, sort)
  return {
    limit,
    query: {
      ...order,
      ...(nom === undefined ? {} : { contains: nom }),
      ...(least === undefined ? {} : { min: least }),
      ...(most === undefined ? {} : { max: most }),
      ...(place === undefined ? {} : { after: place }),
      limit: limit + 1,
    },
  }
}

const given = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined)
const greatest = (...values: (number | undefined)[]) =>
  given(values).length > 0 ? Math.max(...given(values)) : undefined
const smallest = (...values: (number | undefined)[]) =>
  given(values).length > 0 ? Math.min(...given(values)) : undefined

const placeShape = z.tuple([
  z.string(),
  z
    .string()
    .min(1)
    .max(2 * longestNom),
  z.int(),
  z.int(),
])

/** The name of the place behind `last`. */
export function placeOf({ nom, score, changedAt }: Personnage, words: Readonly<Record<string, unknown>>): string {
  const sort = typeof words.sort === 'string' && words.sort !== '' ? words.sort : usualSort
  return Buffer.from(JSON.stringify([sort, nom, score, changedAt])).toString('base64url')
}

function readPlace(after: string, sort: string): NonNullable<PersonnageQuery['after']> {
  const place = placeShape.safeParse(parsed(Buffer.from(after, 'base64url').toString('utf8'))).data
  if (place === undefined || place[0] !== sort) throw refused([fault('after', after)])
  const [, nom, score, changedAt] = place
  return { nom, score, changedAt }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No place of ours: refused like every other that is none.
    return undefined
  }
}

function faults(issue: z.core.$ZodIssue, words: Readonly<Record<string, unknown>>): FieldProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, 5).map((name) => ({ field: name.slice(0, 60).toWellFormed(), said: unknownWord }))
  const field = issue.path.join('.')
  return [fault(field, words[field])]
}

function fault(field: string, value: unknown): FieldProblem {
  const { fr, en } = expected[field] ?? wrong
  const got = gotWords(value)
  return { field, said: { fr: `${fr}\u202f; reçu\u00a0: ${got.fr}`, en: `${en}; got: ${got.en}` } }
}

const refused = (fields: readonly FieldProblem[]): HttpProblem => new HttpProblem(422, wrong, undefined, { fields })

// Bodies of the character service: bytes → a name and a score, or a problem that says field, reason and what was got (issue "The open
// door", "Bad input"). Nothing is converted: a number as text is text.

import { z } from 'zod'
import { type FieldProblem, HttpProblem } from '../../errors.ts'
import { parseJson, repeatedName, tooMuch, type Unreadable, unreadableWords } from '../../text/exact-json.ts'
import { exactNumbers } from '../../text/exact-number.ts'
import { isTooMuch } from '../../text/json-depth.ts'
import type { Said } from '../../text/locale.ts'
import { cleanNom, longestNom, nomFault } from '../../text/nom.ts'
import { gotWords } from './got.ts'

/** `{"nom": "Naruto", "score": 85}`, of `POST /webhook/personnage` and `POST /scores`. */
export const personnageShape = z.strictObject({
  nom: z
    .string()
    .overwrite(cleanNom)
    .refine((nom) => nomFault(nom) === undefined)
    .meta({
      said: { fr: 'connu sans égard à la casse', en: 'known without regard to case' },
      minLength: 1,
      maxLength: longestNom,
    }),
  score: z.int().meta({ said: { fr: 'un nombre entier', en: 'a whole number' } }),
})
export type PersonnageBody = z.infer<typeof personnageShape>

const empty: Said = {
  fr: 'Le corps est vide\u202f; {"nom": …, "score": …} est attendu.',
  en: 'The body is empty; {"nom": …, "score": …} is expected.',
}
const unreadable: Readonly<Record<Unreadable, Said>> = { ...unreadableWords, empty, blank: empty }
const problems = {
  doubled: { fr: 'Un champ est dit deux fois.', en: 'A field is said twice.' },
  wrong: {
    fr: 'Ces valeurs ne conviennent pas\u00a0: voir les champs.',
    en: 'These values will not do: see the fields.',
  },
} satisfies Record<string, Said>

const expected: Readonly<Record<string, Said>> = {
  nom: {
    fr: `un texte de 1 à ${longestNom} caractères visibles est attendu`,
    en: `a text of 1 to ${longestNom} visible characters is expected`,
  },
  score: {
    fr: 'un nombre entier est attendu, entre −9\u00a0007\u00a0199\u00a0254\u00a0740\u00a0991 et 9\u00a0007\u00a0199\u00a0254\u00a0740\u00a0991',
    en: 'a whole number is expected, between −9,007,199,254,740,991 and 9,007,199,254,740,991',
  },
  '': { fr: 'un objet JSON est attendu', en: 'a JSON object is expected' },
}
const unknownField: Said = {
  fr: 'champ inconnu\u00a0: seuls nom et score sont attendus',
  en: 'unknown field: only nom and score are expected',
}

/** @throws {HttpProblem} 400 for what is no JSON, 413 for too many values, 422 for what is no name and score. */
export function readPersonnage(bytes: Uint8Array): PersonnageBody {
  if (isTooMuch(bytes)) throw new HttpProblem(413, tooMuch)
  const parsed = parseJson(bytes)
  if ('unreadable' in parsed) throw new HttpProblem(400, unreadable[parsed.unreadable])
  const { text } = parsed
  // What no double holds is neither rounded into a score nor told as another number than what came.
  const keep = exactNumbers(text)
  const body: unknown = keep === undefined ? parsed.value : JSON.parse(text, keep)
  const read = personnageShape.safeParse(fewOf(body))
  if (!read.success)
    throw new HttpProblem(422, problems.wrong, undefined, {
      fields: read.error.issues.flatMap((one) => faults(one, body)),
    })
  // Looked for last: by now there are no other names than the two.
  const doubled = repeatedName(text)
  if (doubled === undefined) return read.data
  const said = { fr: 'ce champ est dit plus d’une fois', en: 'this field is said more than once' }
  throw new HttpProblem(422, problems.doubled, undefined, { fields: [{ field: doubled, said }] })
}

/** Enough of an object with very many fields to say what is wrong with it: each that is unknown costs time (threat T28). */
function fewOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const names = Object.keys(body)
  if (names.length <= mostLookedAt) return body
  const some = [...names.slice(0, mostLookedAt), 'nom', 'score']
  return Object.fromEntries(some.map((name) => [name, fieldOf(body, name)]))
}

const mostLookedAt = 16

const mostUnknown = 5

function faults(issue: z.core.$ZodIssue, body: unknown): FieldProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, mostUnknown).map((name) => ({ field: shortName(name), said: unknownField }))
  const field = issue.path.join('.')
  const { fr, en } = expected[field] ?? problems.wrong
  const value = field === '' ? body : fieldOf(body, field)
  const got = gotWords(value)
  return [{ field, said: { fr: `${fr}\u202f; reçu\u00a0: ${got.fr}`, en: `${en}; got: ${got.en}` } }]
}

function fieldOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined
  return Object.getOwnPropertyDescriptor(body, name)?.value
}

const mostOfAName = 60
const shortName = (name: string): string =>
  name.length > mostOfAName ? `${name.slice(0, mostOfAName)}…`.toWellFormed() : name

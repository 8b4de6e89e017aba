// The plain form of `POST /webhook/events` (interface.md): `{"type","text","title"?,"severity"?,"subject"?,"url"?,"fields"?}`.

import { z } from 'zod'
import type { FieldProblem } from '../../errors.ts'
import type { Json, Severity } from '../../event.ts'
import { numbersAsText } from '../../text/exact-number.ts'
import { number } from '../../text/format.ts'
import type { Said } from '../../text/locale.ts'
import { isLine, isType, longestAttribute, longestType, typeWanted } from './cloud-event.ts'
import { type Facts, isObject, type ToldField } from './facts.ts'
import { expected, refusedFields } from './refusals.ts'

const longestText = 16_000
const mostFields = 50
const mostProblems = 20
const longestAddress = 2000
const longestValue = 2000

const line = z
  .string()
  .refine((text) => isLine(text))
  .meta({ minLength: 1, maxLength: longestAttribute })
const scalar = z.union([z.string().max(longestValue), z.number(), z.boolean()])
/** What the documentation says of them. */
export const cardSaid: Said = {
  fr: 'les événements de même valeur modifient une seule carte',
  en: 'events of the same value edit one card',
}
export const progressSaid: Said = { fr: 'dessine une barre sur la carte', en: 'draws a bar on the card' }
const typeSaid: Said = { fr: 'ce que /subscribe hook nomme', en: 'what /subscribe hook names' }
const titleSaid: Said = { fr: 'de la carte, sinon subject, sinon type', en: 'of the card, else subject, else type' }
const severitySaid: Said = { fr: 'info sinon\u202f; colore la carte', en: 'else info; colours the card' }
const fieldsSaid: Said = {
  fr: `${mostFields} au plus\u00a0: {"nom": valeur}, ou une liste de {"title", "value", "short"}`,
  en: `at most ${mostFields}: {"name": value}, or a list of {"title", "value", "short"}`,
}

export const plainShape = z.strictObject({
  type: z.string().refine(isType).meta({ minLength: 1, maxLength: longestType, said: typeSaid }),
  text: z.string().min(1).max(longestText),
  title: line.optional().meta({ said: titleSaid }),
  severity: z.enum(['info', 'warning', 'critical']).optional().meta({ said: severitySaid }),
  subject: line.optional(),
  url: z.string().refine(isWebAddress).meta({ format: 'uri', maxLength: longestAddress }).optional(),
  fields: z
    .union([
      z.record(z.string().min(1).max(200), scalar).refine((fields) => Object.keys(fields).length <= mostFields),
      z
        .array(z.strictObject({ title: z.string().min(1).max(200), value: scalar, short: z.boolean().optional() }))
        .max(mostFields),
    ])
    .optional()
    .meta({ said: fieldsSaid }),
  vigiecard: line.optional().meta({ said: cardSaid }),
  progress: z.number().min(0).max(100).optional().meta({ said: progressSaid }),
})
const lineWanted = {
  fr: `un texte d’une ligne et de 1 à ${number('fr', longestAttribute)} caractères`,
  en: `a text of one line and 1 to ${number('en', longestAttribute)} characters`,
}
const valueWanted = {
  fr: `un texte de ${number('fr', longestValue)} caractères au plus, un nombre ou un booléen`,
  en: `a text of at most ${number('en', longestValue)} characters, a number or a boolean`,
}
type Field = keyof typeof plainShape.shape

/** What each field takes, as the refusal says it. */
const wanted: Readonly<Record<Field, { readonly fr: string; readonly en: string }>> = {
  type: typeWanted,
  text: {
    fr: `un texte de 1 à ${number('fr', longestText)} caractères`,
    en: `a text of 1 to ${number('en', longestText)} characters`,
  },
  title: lineWanted,
  severity: { fr: '"info", "warning" ou "critical"', en: '"info", "warning" or "critical"' },
  subject: lineWanted,
  url: {
    fr: `une adresse http ou https, sans nom ni mot de passe, de ${number('fr', longestAddress)} caractères au plus,`,
    en: `an http or https address without name and password, of at most ${number('en', longestAddress)} characters,`,
  },
  fields: {
    fr: `un objet de textes, nombres ou booléens (${mostFields} au plus), ou une liste de {"title","value"},`,
    en: `an object of texts, numbers or booleans (at most ${mostFields}), or a list of {"title","value"},`,
  },
  vigiecard: lineWanted,
  progress: { fr: 'un nombre de 0 à 100', en: 'a number from 0 to 100' },
}

export interface Plain {
  readonly facts: Facts
  readonly severity: Severity
}

/** @throws {HttpProblem} 422 */
export function readPlain(value: Json): Plain {
  // Told as text.
  const asText =
    isObject(value) && Object.hasOwn(value, 'fields') ? { fields: numbersAsText(value.fields ?? null) } : {}
  const read = plainShape.safeParse(isObject(value) ? { ...value, ...asText } : value)
  if (!read.success) throw refusedFields(problemsOf(read.error, value))
  const { type, text, title, severity = 'info', subject, url, fields, vigiecard, progress } = read.data
  const told = {
    text,
    title: title ?? subject ?? type,
    ...(fields === undefined ? {} : { fields: fieldsOf(fields) }),
  }
  const facts: Facts = {
    type,
    told,
    ...(subject === undefined ? {} : { subject }),
    ...(url === undefined ? {} : { url: new URL(url).href }),
    ...(vigiecard === undefined ? {} : { extensions: { vigiecard } }),
    ...(progress === undefined ? {} : { progress }),
  }
  return { facts, severity }
}

function problemsOf({ issues }: z.ZodError, value: Json): FieldProblem[] {
  if (!isObject(value)) return [{ field: '', said: expected({ fr: 'un objet JSON', en: 'a JSON object' }, value) }]
  const known = Object.keys(plainShape.shape)
  const strange = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  )
  const wrong = new Set(issues.flatMap(({ path: [name] }) => (typeof name === 'string' ? [name] : [])))
  return [
    ...known
      .filter((name) => wrong.has(name))
      .flatMap((name) => {
        const field = isField(name) ? name : 'type'
        const within = name === 'fields' ? valueProblems(value.fields) : []
        if (within.length > 0) return within
        return { field, said: expected(wanted[field], Object.hasOwn(value, name) ? value[name] : undefined) }
      }),
    ...strange.slice(0, mostProblems).map((name) => ({
      field: name.slice(0, 200),
      said: {
        fr: `ce champ n’existe pas\u00a0: il y a ${known.join(', ')}`,
        en: `there is no such field: there are ${known.join(', ')}`,
      },
    })),
  ]
}

/** Of `fields` that is an object: each value that is none. */
function valueProblems(fields: Json | undefined): FieldProblem[] {
  if (!isObject(fields)) return []
  return Object.entries(fields)
    .filter(([, value]) => !scalar.safeParse(value === undefined ? null : numbersAsText(value)).success)
    .slice(0, mostProblems)
    .map(([name, value]) => ({
      field: `fields.${name.slice(0, 200)}`.toWellFormed(),
      said: expected(valueWanted, value),
    }))
}

function isField(name: string): name is Field {
  return Object.hasOwn(wanted, name)
}

function fieldsOf(fields: NonNullable<z.infer<typeof plainShape>['fields']>): ToldField[] {
  const all = Array.isArray(fields)
    ? fields
    : Object.entries(fields).map(([title, value]) => ({ title, value, short: undefined }))
  return all.map(({ title, value, short }) => ({
    title,
    value: String(value),
    ...(short === undefined ? {} : { short }),
  }))
}

/** An absolute http or https address without credentials. */
function isWebAddress(text: string): boolean {
  const url = text.length > longestAddress ? null : URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

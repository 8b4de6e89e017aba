// CloudEvents 1.0 as they come over HTTP (https://github.com/cloudevents/spec, v1.0.2: JSON format, HTTP protocol binding): structured,
// binary and batch, into the facts of an event. Attributes are told one by one where they are wrong.

import type { IncomingHttpHeaders } from 'node:http'
import type { Json, JsonObject, Severity } from '../../event.ts'
import { number } from '../../text/format.ts'
import type { Said } from '../../text/locale.ts'
import { readMoment } from '../../text/moment.ts'
import { type Facts, isObject, isScalar, type Scalar } from './facts.ts'
import { expected, gatherProblems, jsonOf, type Problems, refusedFields } from './refusals.ts'

export const mostInABatch = 100
export const longestAttribute = 1000
export const longestType = 200
const mostExtensions = 40

const words = {
  version: { fr: '"1.0"', en: '"1.0"' },
  text: {
    fr: `un texte d’une ligne, de 1 à ${number('fr', longestAttribute)} caractères,`,
    en: `a text of one line and 1 to ${number('en', longestAttribute)} characters`,
  },
  type: {
    fr: `un type comme "com.exemple.commande" (lettres, chiffres, points, tirets, deux-points, barres obliques, ${longestType} caractères au plus)`,
    en: `a type like "com.example.order" (letters, digits, dots, dashes, colons, slashes, at most ${longestType} characters)`,
  },
  time: {
    fr: 'une date et une heure de la RFC 3339 ("2026-11-21T08:00:00Z")',
    en: 'a date and time of RFC 3339 ("2026-11-21T08:00:00Z")',
  },
  extension: {
    fr: 'un texte, un booléen ou un nombre entier de 32 bits',
    en: 'a text, a boolean or a whole number of 32 bits',
  },
  progress: { fr: 'un nombre de 0 à 100', en: 'a number from 0 to 100' },
  base64: { fr: 'du base64', en: 'base64' },
  object: { fr: 'un objet JSON', en: 'a JSON object' },
  list: { fr: 'une liste JSON', en: 'a JSON list' },
} satisfies Record<string, Said>

const badName: Said = {
  fr: 'un nom d’attribut CloudEvents n’a que des minuscules et des chiffres (40 au plus)',
  en: 'a CloudEvents attribute name has only lower-case letters and digits (40 at most)',
}
const bothData: Said = {
  fr: 'data et data_base64 ne vont pas ensemble',
  en: 'data and data_base64 do not go together',
}
const tooMany: Said = {
  fr: `un lot a ${mostInABatch} événements au plus`,
  en: `a batch has at most ${mostInABatch} events`,
}
const tooManyExtensions: Said = {
  fr: `un événement a ${mostExtensions} attributs d’extension au plus`,
  en: `an event has at most ${mostExtensions} extension attributes`,
}

/** @throws {HttpProblem} 400, 422 */
export function readStructured(value: Json): Facts {
  const problems = gatherProblems()
  const facts = factsOf(value, '', problems)
  problems.check()
  return facts
}

/** All of them or none. @throws {HttpProblem} 422 that names each wrong field: `2.type`. */
export function readBatch(value: Json): Facts[] {
  const problems = gatherProblems()
  if (!Array.isArray(value)) throw refusedFields([{ field: '', said: expected(words.list, value) }])
  if (value.length > mostInABatch) throw refusedFields([{ field: '', said: tooMany }])
  const all = value.map((one: Json, index) => factsOf(one, `${index}.`, problems))
  problems.check()
  return all
}

export function isBinary(headers: IncomingHttpHeaders): boolean {
  return headers['ce-specversion'] !== undefined
}

/** Attributes in `ce-…` headers, the body is the data. @throws {HttpProblem} 400, 422 */
export function readBinary(headers: IncomingHttpHeaders, body: Uint8Array): Facts {
  const attributes: Record<string, Json> = {}
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith('ce-') || typeof value !== 'string') continue
    const name = header.slice('ce-'.length)
    // The body alone is the data, and its type is the content type's.
    if (name !== 'data' && name !== 'data_base64' && name !== 'datacontenttype') attributes[name] = headerText(value)
  }
  const { progress } = attributes
  if (typeof progress === 'string' && /^\d{1,3}$/.test(progress)) attributes.progress = Number(progress)
  const type = headers['content-type']
  return readStructured({
    ...attributes,
    ...(type === undefined ? {} : { datacontenttype: type }),
    ...dataIn(type, body),
  })
}

/** A header's value as an attribute: quotes taken off, then one round of percent-decoding (HTTP binding, 3.1.3.2). */
export function headerText(value: string): string {
  const [, quoted] = /^"((?:[^"\\]|\\.)*)"$/.exec(value) ?? []
  const bare = quoted === undefined ? value : quoted.replace(/\\(.)/g, '$1')
  return bare.replace(/(?:%[\dA-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

function dataIn(type: string | undefined, body: Uint8Array): JsonObject {
  if (body.length === 0) return {}
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (type === undefined || /^(?:application\/json|[^;\s]+\+json)\s*(?:;|$)/i.test(type)) return { data: jsonOf(body) }
  if (/^text\//i.test(type)) return { data: bytes.toString('utf8') }
  return { data_base64: bytes.toString('base64') }
}

const known: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
])

function factsOf(value: Json, at: string, problems: Problems): Facts {
  if (!isObject(value)) {
    problems.add(at.replace(/\.$/, ''), expected(words.object, value))
    return { type: '' }
  }
  const own = (name: string): Json | undefined => (Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined)
  const text = (name: string, isNeeded = false): string | undefined => {
    const said = own(name)
    if (said === undefined && !isNeeded) return undefined
    if (typeof said === 'string' && isLine(said)) return said
    problems.add(at + name, expected(words.text, said))
    return undefined
  }
  if (own('specversion') !== '1.0') problems.add(`${at}specversion`, expected(words.version, own('specversion')))
  const given = {
    id: text('id', true),
    source: text('source', true),
    subject: text('subject'),
    time: readTime(own('time'), `${at}time`, problems),
    datacontenttype: text('datacontenttype'),
    dataschema: text('dataschema'),
    extensions: extensionsOf(value, at, problems),
    ...contentOf(own('data'), own('data_base64'), at, problems),
  }
  const type = own('type')
  if (!isType(type)) problems.add(`${at}type`, expected(words.type, type))
  const progress = progressOf(given.extensions?.progress, given.data, at, problems)
  return { type: isType(type) ? type : '', ...withoutNothing({ ...given, progress }) }
}

/** Without those that are not there. */
function withoutNothing<T extends object>(facts: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  const said: { [Name in keyof T]?: NonNullable<T[Name]> } = {}
  for (const name in facts) {
    const value = facts[name]
    if (value !== undefined && value !== null) said[name] = value
  }
  return said
}

/** Of one line and not too long, nothing in it that a text of CloudEvents may not hold. */
export function isLine(text: string, most = longestAttribute): boolean {
  return text.length > 0 && text.length <= most && !/[\p{Cc}\u2028\u2029]/u.test(text) && text.isWellFormed()
}

/** What a type may be, so that `/subscribe hook <type>` can name it. */
export function isType(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= longestType && /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._:/+~-]*$/u.test(value)
  )
}

export const typeWanted: Said = words.type

function readTime(said: Json | undefined, field: string, problems: Problems): string | undefined {
  if (said === undefined) return undefined
  const isForm =
    typeof said === 'string' &&
    /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,12})?(?:[Zz]|[+-]\d{2}:\d{2})$/.test(said)
  // Nine digits of a second are as many as are looked at.
  const at = isForm ? readMoment(said.replace(/(\.\d{9})\d+/, '$1'), 'UTC') : undefined
  if (at !== undefined) return new Date(at).toISOString()
  problems.add(field, expected(words.time, said))
  return undefined
}

function contentOf(
  data: Json | undefined,
  base64: Json | undefined,
  at: string,
  problems: Problems,
): Pick<Facts, 'data' | 'data_base64'> {
  if (base64 === undefined) return data === undefined ? {} : { data }
  if (data !== undefined) problems.add(`${at}data_base64`, bothData)
  if (typeof base64 === 'string' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
    return { data_base64: base64 }
  problems.add(`${at}data_base64`, expected(words.base64, base64))
  return {}
}

function extensionsOf(value: JsonObject, at: string, problems: Problems): Record<string, Scalar> | undefined {
  const extensions: Record<string, Scalar> = {}
  let count = 0
  for (const [name, said] of Object.entries(value)) {
    if (known.has(name) || said === null || said === undefined) continue
    count += 1
    if (count > mostExtensions) break
    if (!/^[a-z0-9]{1,40}$/.test(name)) problems.add(at + name, badName)
    else if (name !== 'progress' && !isExtension(said)) problems.add(at + name, expected(words.extension, said))
    else if (isScalar(said)) extensions[name] = said
    else problems.add(at + name, expected(words.progress, said))
  }
  if (count > mostExtensions) problems.add(at.replace(/\.$/, ''), tooManyExtensions)
  return count === 0 ? undefined : extensions
}

function isExtension(value: Json): value is Scalar {
  if (typeof value === 'number') return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31
  return typeof value === 'boolean' || (typeof value === 'string' && (value === '' || isLine(value)))
}

/** The attribute, else the number of that name in the data. */
function progressOf(
  attribute: Scalar | undefined,
  data: Json | undefined,
  at: string,
  problems: Problems,
): number | undefined {
  const inData = isObject(data) && Object.hasOwn(data, 'progress') ? data.progress : undefined
  if (attribute === undefined) return isShare(inData) ? inData : undefined
  if (isShare(attribute)) return attribute
  problems.add(`${at}progress`, expected(words.progress, attribute))
  return undefined
}

export function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 100
}

/** Ours is the attribute `severity` where it holds a word of ours; anything else is the origin's own. */
export function severityIn(extensions: Facts['extensions']): Severity {
  const said = extensions !== undefined && Object.hasOwn(extensions, 'severity') ? extensions.severity : undefined
  return said === 'warning' || said === 'critical' ? said : 'info'
}

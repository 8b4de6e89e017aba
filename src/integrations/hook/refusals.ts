// What a body is refused with, field by field (interface.md, "Errors"); the sentences say what to send instead.

import { type FieldProblem, HttpProblem } from '../../errors.ts'
import type { Json } from '../../event.ts'
import { readExactJson, tooMuch } from '../../text/exact-json.ts'
import { isExactNumber } from '../../text/exact-number.ts'
import { isTooMuch } from '../../text/json-depth.ts'
import type { Said } from '../../text/locale.ts'

const wrong: Said = {
  fr: 'Ces valeurs ne conviennent pas\u00a0: voir les champs.',
  en: 'These values will not do: see the fields.',
}
const wrongType: Said = {
  fr: 'Ce type de contenu n’est pas pris en charge ici\u00a0: application/json, application/cloudevents+json ou application/cloudevents-batch+json est attendu, ou les en-têtes ce-….',
  en: 'This content type is not supported here: application/json, application/cloudevents+json or application/cloudevents-batch+json is expected, or the headers ce-….',
}
const wrongInType: Said = {
  fr: 'Ce type de contenu n’est pas pris en charge ici\u00a0: application/json est attendu, ou un formulaire avec payload.',
  en: 'This content type is not supported here: application/json is expected, or a form with payload.',
}

export const unsupported = (): HttpProblem => new HttpProblem(415, wrongType)
export const unsupportedIn = (): HttpProblem => new HttpProblem(415, wrongInType)

/** Gathers what is wrong with a body. */
export interface Problems {
  add(field: string, said: Said): void
  /** @throws {HttpProblem} 422 where anything is. */
  check(): void
}

/** Answers name no more than this. */
const mostNamed = 50

export function gatherProblems(): Problems {
  const fields: FieldProblem[] = []
  return {
    add(field, said) {
      if (fields.length < mostNamed) fields.push({ field: field.slice(0, 200), said })
    },
    check() {
      if (fields.length > 0) throw refusedFields(fields)
    },
  }
}

export function refusedFields(fields: readonly FieldProblem[]): HttpProblem {
  return new HttpProblem(422, wrong, undefined, { fields })
}

/** @throws {HttpProblem} 400 for what is no JSON, 413 for too many values, 422 for what could be read in two ways. */
export function jsonOf(bytes: Uint8Array): Json {
  if (isTooMuch(bytes)) throw new HttpProblem(413, tooMuch)
  const read = readExactJson(bytes)
  if ('unreadable' in read) throw new HttpProblem(400, read.unreadable)
  if ('wrong' in read) throw refusedFields([{ field: read.at.slice(0, 200), said: read.wrong }])
  return read.value
}

/** What was got, so that the caller finds it: its kind, or the short thing itself. */
export function got(value: unknown): Said {
  if (value === undefined) return { fr: 'rien', en: 'nothing' }
  if (value === null) return { fr: 'null', en: 'null' }
  if (Array.isArray(value)) return { fr: 'une liste', en: 'a list' }
  if (typeof value === 'object' && !isExactNumber(value)) return { fr: 'un objet', en: 'an object' }
  const text = JSON.stringify(value)
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return { fr: shown, en: shown }
}

/** `{wanted} is expected, not {what was got}.`; in French, what is wanted may be of either gender. */
export function expected(wanted: Said, value: unknown): Said {
  const { fr, en } = got(value)
  return { fr: `il faut ${wanted.fr} et non ${fr}.`, en: `${wanted.en} is expected, not ${en}.` }
}

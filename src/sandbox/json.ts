// Reading JSON bodies as Go's decoder does: a missing or null field is the zero value, a wrongly typed one spoils the whole body.
import { badBody } from './api-error.ts'

/** Any JSON object. */
export type Fields = Record<string, unknown>

/** Whether a value is a JSON object (not a list, not null). */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The value as an object; `null` counts as empty.
 * @throws ApiError 400 naming `name`, when it is something else.
 */
export function fieldsOf(value: unknown, name = 'body'): Fields {
  if (value === null) return {}
  if (!isFields(value)) throw badBody(name)
  return value
}

/**
 * A text field, '' when absent.
 * @throws ApiError 400 when it is no text.
 */
export function textOf(fields: Fields, key: string): string {
  const value = fields[key] ?? ''
  if (typeof value !== 'string') throw badBody(key)
  return value
}

/**
 * A number field, 0 when absent.
 * @throws ApiError 400 when it is no number.
 */
export function numberOf(fields: Fields, key: string): number {
  const value = fields[key] ?? 0
  if (typeof value !== 'number') throw badBody(key)
  return value
}

/**
 * A yes-or-no field, false when absent.
 * @throws ApiError 400 when it is neither.
 */
export function flagOf(fields: Fields, key: string): boolean {
  const value = fields[key] ?? false
  if (typeof value !== 'boolean') throw badBody(key)
  return value
}

/**
 * A field of texts, undefined when absent.
 * @throws ApiError 400 when it is no list of texts.
 */
export function textsOf(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw badBody(name)
  return value.map((word: unknown) => {
    if (typeof word !== 'string') throw badBody(name)
    return word
  })
}

/** A deep copy of JSON data: what a handler keeps must not change with what it was given. */
export function copyOf<T>(value: T): T {
  return structuredClone(value)
}

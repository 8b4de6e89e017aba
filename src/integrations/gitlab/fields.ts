// Tolerant pieces of GitLab's bodies: each field is read by itself, and one that is wrongly typed is left out while all
// others stay (interface.md, `POST /webhook/gitlab`). Every piece may read its own output again: what was stored is read the same way.

import type { Json } from '../../event.ts'
import { shorten } from '../../text/rich.ts'

/** Reads a fact out of a foreign value; nothing where it is not there. @throws never */
export type Piece<T extends Json | undefined> = (value: unknown) => T
export type Pieces = Readonly<Record<string, Piece<Json | undefined>>>
/** What such pieces read. */
export type Facts<S extends Pieces> = { [K in keyof S]: ReturnType<S[K]> }

/** Foreign text, cut to `most` characters; nothing where it is blank. */
export const text =
  (most = 250): Piece<string | undefined> =>
  (value) => {
    if (typeof value !== 'string' || isBlank(value)) return undefined
    return value.length > most ? shorten(value.slice(0, most * 4), most) : value.toWellFormed()
  }

/** The first line of a message, such as a commit's title. */
export const firstLine: Piece<string | undefined> = (value) => {
  if (typeof value !== 'string') return undefined
  const line = value
    .slice(0, 4000)
    .trimStart()
    .split(/[\r\n]/, 1)[0]
  return line === undefined || isBlank(line) ? undefined : shorten(line, 120)
}

/** A machine word: an action, a status, a hash, a path. Holds no white space. */
export const word: Piece<string | undefined> = (value) =>
  typeof value === 'string' && value.length <= 500 && /^\S+$/u.test(value) ? value.toWellFormed() : undefined

/** A whole number from 0: an id, a count. */
export const count: Piece<number | undefined> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** A duration in seconds. */
export const seconds: Piece<number | undefined> = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined

export const flag: Piece<boolean | undefined> = (value) => (typeof value === 'boolean' ? value : undefined)

/** A time, as ISO 8601 in UTC. GitLab writes `2017-09-15 16:50:55 UTC`, `2013-12-03T17:23:34Z`, `2021-04-28 21:50:00 +0200`. */
export const instant: Piece<string | undefined> = (value) => (typeof value === 'string' ? isoInstant(value) : undefined)

/** A day, `2024-01-26`, of a date or of a time. */
export const day: Piece<string | undefined> = (value) => {
  const found = typeof value === 'string' ? /^\d{4}-\d\d-\d\d(?=$|[T ])/.exec(value)?.[0] : undefined
  return found !== undefined && Number.isNaN(Date.parse(found)) ? undefined : found
}

/** An object of such pieces; nothing where it is not an object. */
export const object = <S extends Pieces>(pieces: S): Piece<Facts<S> | undefined> => {
  const take = shape(pieces)
  return (value) => (isObject(value) ? take(value) : undefined)
}

/** The first `most` entries of a list that are objects of this shape. */
export const list = <S extends Pieces>(pieces: S, most: number): Piece<Facts<S>[] | undefined> => {
  const take = shape(pieces)
  return (value) => (Array.isArray(value) ? value.slice(0, most).filter(isObject).map(take) : undefined)
}

/** All of a body: what is no object has none of them. */
export const shape = <S extends Pieces>(pieces: S): Piece<Facts<S>> => {
  const named = Object.entries(pieces)
  return (value) => {
    const from: Readonly<Record<string, unknown>> = isObject(value) ? value : {}
    const taken: Record<string, unknown> = {}
    for (const [name, take] of named) {
      const fact = take(Object.hasOwn(from, name) ? from[name] : undefined)
      if (fact !== undefined) taken[name] = fact
    }
    return taken as Facts<S>
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isBlank(words: string): boolean {
  return !/\S/.test(words)
}

/** ISO 8601 in UTC of any form of time GitLab writes; nothing for other words. */
export function isoInstant(value: string): string | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(UTC|Z|[+-]\d\d:?\d\d)?$/.exec(value.trim())
  if (!parts) return undefined
  const [, date, time, zone = 'Z'] = parts
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')
  const at = Date.parse(`${date}T${time}${offset}`)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

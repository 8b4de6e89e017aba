// Tolerant pieces of GitLab's bodies: each field is read by itself, and one that is wrongly typed is left out while all
// others stay (interface.md, `POST /webhook/gitlab`). Every piece may read its own output again: what was stored is read the same way.

import * as z from 'zod'
import { shorten } from '../../text/rich.ts'

/** Foreign text, cut to `most` characters; nothing where it is blank. */
export const text = (most = 250) =>
  z
    .string()
    .nullish()
    .catch(undefined)
    .transform((value) => {
      if (value === null || value === undefined || value.trim() === '') return undefined
      return value.length > most ? shorten(value.slice(0, most * 4), most) : value.toWellFormed()
    })

/** The first line of a message, such as a commit's title. */
export const firstLine = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => {
    const line =
      value
        ?.slice(0, 4000)
        .trimStart()
        .split(/[\r\n]/, 1)[0] ?? ''
    return line.trim() === '' ? undefined : shorten(line, 120)
  })

/** A machine word: an action, a status, a hash, a path. Holds no white space. */
export const word = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => (value && value.length <= 500 && /^\S+$/u.test(value) ? value.toWellFormed() : undefined))

/** A whole number from 0: an id, a count. */
export const count = z
  .int()
  .nonnegative()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined)

/** A duration in seconds. */
export const seconds = z
  .number()
  .nonnegative()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined)

export const flag = z
  .boolean()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined)

/** A time, as ISO 8601 in UTC. GitLab writes `2017-09-15 16:50:55 UTC`, `2013-12-03T17:23:34Z`, `2021-04-28 21:50:00 +0200`. */
export const instant = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => (value ? isoInstant(value) : undefined))

/** A day, `2024-01-26`, of a date or of a time. */
export const day = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => {
    const found = value ? /^\d{4}-\d\d-\d\d(?=$|[T ])/.exec(value)?.[0] : undefined
    return found !== undefined && Number.isNaN(Date.parse(found)) ? undefined : found
  })

/** An object of such pieces; nothing where it is not an object. */
export const object = <S extends z.ZodRawShape>(shape: S) =>
  z
    .object(shape)
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined)

/** The first `most` entries of a list that are objects of this shape. */
export const list = <S extends z.ZodRawShape>(shape: S, most: number) => {
  const entry = z.object(shape)
  return z
    .unknown()
    .optional()
    .transform((value): z.output<typeof entry>[] | undefined => {
      if (!Array.isArray(value)) return undefined
      const entries: z.output<typeof entry>[] = []
      for (const candidate of value.slice(0, most)) {
        const read = entry.safeParse(candidate)
        if (read.success) entries.push(read.data)
      }
      return entries
    })
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

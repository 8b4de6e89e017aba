// What an event of `hook` holds: the CloudEvent as it came, or the words of a form that speaks no CloudEvents (interface.md,
// `POST /webhook/events`).

import { z } from 'zod'
import type { Json, JsonObject } from '../../event.ts'
import { isExactNumber } from '../../text/exact-number.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const field = z.object({ title: z.string(), value: z.string(), short: z.boolean().optional() })

export const factsShape = z.object({
  /** The CloudEvents type: `com.example.order.created`. */
  type: z.string(),
  source: z.string().optional(),
  /** The origin's own. */
  id: z.string().optional(),
  subject: z.string().optional(),
  time: z.string().optional(),
  datacontenttype: z.string().optional(),
  dataschema: z.string().optional(),
  /** Extension attributes, as they came. */
  extensions: z.record(z.string(), scalar).optional(),
  data: z.custom<Json>(() => true).optional(),
  /** Data that is no JSON and no text. */
  data_base64: z.string().optional(),
  /** Of 100. */
  progress: z.number().optional(),
  /** A page about it; told as words unless its address is of a server we know. */
  url: z.string().optional(),
  /** What a plain form or a chat tool's body says, to be told as it is. */
  told: z
    .object({
      title: z.string().optional(),
      text: z.string().optional(),
      fields: z.array(field).optional(),
      footer: z.string().optional(),
      color: z.string().optional(),
    })
    .optional(),
})

export type Facts = z.infer<typeof factsShape>
export type Told = NonNullable<Facts['told']>
export type ToldField = z.infer<typeof field>
export type Scalar = z.infer<typeof scalar>

/** The facts as an event carries them. */
export function dataOf(facts: Facts): JsonObject {
  return { ...facts }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value)
}

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
}

/** As it was written; nothing for lists, objects and nothing. */
export function wordOf(value: unknown): string | undefined {
  if (isExactNumber(value)) return value.rawJSON
  return isScalar(value) ? String(value) : undefined
}

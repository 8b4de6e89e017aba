// The headers that routes read and answer beside their own, as `/openapi.json` tells them (key-once.ts, key-limit.ts, problem.ts). Pure.

import { z } from 'zod'
import type { Json, JsonObject } from '../../event.ts'
import type { RouteDoc, RouteParam } from '../../integrations/integration.ts'
import type { Locale, Said } from '../../text/locale.ts'

const nameOfCall = z
  .string()
  .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/)
  .max(255)
  .optional()

const once: Readonly<Record<string, RouteParam>> = {
  'Idempotency-Key': {
    said: {
      fr: 'un nom de cet appel\u00a0: répété sous le même, il n’a qu’un effet et reçoit la première réponse, pendant 14 jours',
      en: 'a name of this call: repeated under the same one it takes effect once and gets the first answer, for 14 days',
    },
    schema: nameOfCall,
  },
  'webhook-id': { said: { fr: 'comme Idempotency-Key', en: 'as Idempotency-Key' }, schema: nameOfCall },
}

/** What a route reads of the headers. */
export const headersOf = (one: RouteDoc): Readonly<Record<string, RouteParam>> => ({
  ...one.headers,
  ...(one.once ? once : {}),
})

const answered: Readonly<Record<string, { readonly said: Said; readonly type: 'string' | 'integer' }>> = {
  'RateLimit-Policy': {
    said: { fr: 'ce qui est permis\u00a0: "key";q=600;w=60', en: 'what is allowed: "key";q=600;w=60' },
    type: 'string',
  },
  RateLimit: {
    said: { fr: 'ce qui reste, et pour combien de secondes', en: 'what is left, and for how many seconds' },
    type: 'string',
  },
  'RateLimit-Limit': { said: { fr: 'appels permis par minute', en: 'calls allowed in a minute' }, type: 'integer' },
  'RateLimit-Remaining': { said: { fr: 'appels qui restent', en: 'calls that are left' }, type: 'integer' },
  'RateLimit-Reset': {
    said: { fr: 'secondes jusqu’à ce qu’il en reste davantage', en: 'seconds until more are left' },
    type: 'integer',
  },
  'Retry-After': { said: { fr: 'secondes avant de réessayer', en: 'seconds to wait' }, type: 'integer' },
  'WWW-Authenticate': { said: { fr: 'ce qui est attendu', en: 'what is expected' }, type: 'string' },
}

/** Of `components`. */
export const headerComponents = (locale: Locale): JsonObject =>
  Object.fromEntries(
    Object.entries(answered).map(([name, { said, type }]) => [name, { description: said[locale], schema: { type } }]),
  )

/** What an answer of this status carries; a signed call has no limit, so its answers tell none. */
export function answerHeaders({ proof }: RouteDoc, status: number, isRefusal: boolean): { headers?: JsonObject } {
  const names = [
    ...(proof.by === 'key' && status !== 401 ? Object.keys(answered).filter((name) => /^RateLimit/.test(name)) : []),
    ...(isRefusal && (status === 429 || status === 503) ? ['Retry-After'] : []),
    ...(status === 401 && (proof.by === 'key' || proof.by === 'bearer') ? ['WWW-Authenticate'] : []),
  ]
  const told = names.map((name): [string, Json] => [name, { $ref: `#/components/headers/${name}` }])
  return told.length === 0 ? {} : { headers: Object.fromEntries(told) }
}

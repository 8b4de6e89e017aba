// Bytes of a webhook → event, with every bound that keeps a hostile body harmless (threat T28): UTF-8, depth before parsing,
// an object. Pure, so that a large body can be read on another thread (read-worker.ts).

import { hash } from 'node:crypto'
import type { Json, JsonObject } from '../../event.ts'
import { parseJson, type Unreadable } from '../../text/exact-json.ts'
import { type Hint, type Translated, translate } from './translate.ts'

/** 88 bits: enough to tell apart what one channel is told. */
const originLength = 22

export type Refusal = 'not_utf8' | 'too_deep' | 'not_json' | 'not_object'

export type Read =
  | (Translated & {
      /** SHA-256 of the body with sorted keys, hexadecimal: equal for equal facts however they are written. */
      readonly bodyHash: string
      /** The same of the body as a hook's event list keeps it; where it was asked for. */
      readonly loggedHash?: string
    })
  | { readonly refusal: Refusal }

const refusals: Readonly<Record<Unreadable, Refusal>> = {
  empty: 'not_json',
  blank: 'not_json',
  notUtf8: 'not_utf8',
  tooDeep: 'too_deep',
  notJson: 'not_json',
}

/** @throws never */
export function readBody(bytes: Uint8Array, hint: Hint): Read {
  const parsed = parseJson(bytes)
  if ('unreadable' in parsed) return { refusal: refusals[parsed.unreadable] }
  const body = parsed.value
  if (!isObject(body)) return { refusal: 'not_object' }
  const order = ordered(body)
  const bodyHash = hash('sha256', JSON.stringify(order))
  const loggedHash = hint.logged ? { loggedHash: hash('sha256', JSON.stringify(order, asLogged)) } : {}
  const translated = translate(body, hint)
  const draft = { ...translated.draft, origin: (loggedHash.loggedHash ?? bodyHash).slice(0, originLength) }
  return { ...translated, draft, bodyHash, ...loggedHash }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The same value for equal facts however they are written: an object as `[1, name, value, …]` by sorted names, a list as
 * `[0, entry, …]`. Lists, since making objects anew costs twice as much. The depth is bounded by `maxDepth` already.
 */
function ordered(value: Json | undefined): Json {
  if (value === undefined) return null
  if (value === null || typeof value !== 'object') return value
  const list: Json[] = [isList(value) ? 0 : 1]
  if (isList(value)) for (const entry of value) list.push(ordered(entry))
  else for (const name of Object.keys(value).sort()) list.push(name, ordered(value[name]))
  return list
}

/** A hook's event list keeps bodies without e-mail addresses (GitLab, `WebHookLog`); what looks like one is taken out of both sides. */
function asLogged(_name: string, value: Json): Json {
  return typeof value === 'string' && value.includes('@') && /^[^\s@]+@[^\s@]+$/.test(value) ? '[REDACTED]' : value
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

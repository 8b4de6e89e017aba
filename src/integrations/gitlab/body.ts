// Bytes of a webhook → event, with every bound that keeps a hostile body harmless (threat T28): UTF-8, depth before parsing,
// an object. Pure, so that a large body can be read on another thread (read-worker.ts).

import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../event.ts'
import { type Hint, type Translated, translate } from './translate.ts'

export const maxDepth = 64

export type Refusal = 'not_utf8' | 'too_deep' | 'not_json' | 'not_object'

export type Read =
  | (Translated & {
      /** SHA-256 of the body with sorted keys, hexadecimal: equal for equal facts however they are written. */
      readonly bodyHash: string
    })
  | { readonly refusal: Refusal }

/** @throws never */
export function readBody(bytes: Uint8Array, hint: Hint): Read {
  if (!isUtf8(bytes)) return { refusal: 'not_utf8' }
  if (depthOf(bytes) > maxDepth) return { refusal: 'too_deep' }
  const body = parse(bytes)
  if (body === undefined) return { refusal: 'not_json' }
  if (!isObject(body)) return { refusal: 'not_object' }
  const bodyHash = createHash('sha256').update(canonical(body)).digest('hex')
  return { ...translate(body, hint), bodyHash }
}

/** How deep brackets nest outside strings, counted no further than needed. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]
    if (inString) {
      if (byte === 0x5c) index += 1
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1
      if (depth > deepest) deepest = depth
      if (deepest > maxDepth) return deepest
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1
  }
  return deepest
}

function parse(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON text with sorted keys. The depth is bounded by `maxDepth` already. */
function canonical(value: Json | undefined): string {
  if (value === undefined || value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry)}`).join(',')}}`
}

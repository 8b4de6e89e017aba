// Signatures of webhooks as https://www.standardwebhooks.com has them: HMAC-SHA256 over id, time and the raw body, in base64. Comparisons
// are in constant time, over every signature sent (threats T9, T10).

import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** A body in one piece, or in blocks in order whose memory is theirs alone. */
export type Bytes = Uint8Array | readonly Uint8Array<ArrayBuffer>[]

/** What is taken in one step: hashed, copied. */
export const blockBytes = 1024 * 1024

/** How far a signed call's clock may differ from ours, either way. */
export const toleranceMs = 300_000

/** Whether a signature that was sent could prove anything: it has the form of one, an id and a recent time. */
export function isPlausible(headers: Headers, nowMs: number): boolean {
  return signatureOf(headers, nowMs) !== undefined
}

/** Whether one of a recent call's signatures was made with this key. */
export async function signaturesProve(
  key: KeyObject,
  { headers, body, now }: { readonly headers: Headers; readonly body: Bytes; readonly now: number },
): Promise<boolean> {
  const signature = signatureOf(headers, now)
  if (signature === undefined) return false
  const expected = Buffer.from(await sign(key, signature.head, body))
  let proven = false
  // All are of one length: 44 characters.
  for (const given of signature.given) if (timingSafeEqual(expected, Buffer.from(given))) proven = true
  return proven
}

/** What stands before the body that was signed, and every signature of the form of a base64 HMAC-SHA256. */
function signatureOf(
  headers: Headers,
  nowMs: number,
): { readonly head: string; readonly given: readonly string[] } | undefined {
  const id = one(headers, 'webhook-id')
  const timestamp = one(headers, 'webhook-timestamp')
  if (!id || !timestamp || !isRecent(timestamp, nowMs)) return undefined
  const given = (one(headers, 'webhook-signature') ?? '')
    .split(' ')
    .flatMap((signature) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(signature)?.[1] ?? [])
  return given.length === 0 ? undefined : { head: `${id}.${timestamp}.`, given }
}

/** The key of a `whsec_…` secret; nothing where it is not one. */
export function signingKey(secret: string): KeyObject | undefined {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  const key = encoded === undefined ? undefined : Buffer.from(encoded, 'base64')
  return key === undefined || key.length === 0 ? undefined : createSecretKey(key)
}

function isRecent(timestamp: string, nowMs: number): boolean {
  return (
    /^\d{1,12}$/.test(timestamp) && Math.abs(Math.floor(nowMs / 1000) * 1000 - Number(timestamp) * 1000) <= toleranceMs
  )
}

/** The base64 HMAC-SHA256 of a head and a body, in steps that stall nobody. */
export async function sign(key: KeyObject, head: string, body: Bytes): Promise<string> {
  const hmac = createHmac('sha256', key).update(head)
  let isFirst = true
  for (const block of blocksOf(body)) {
    for (let from = 0; from < block.length; from += blockBytes) {
      if (!isFirst) await setImmediate()
      isFirst = false
      hmac.update(block.subarray(from, from + blockBytes))
    }
  }
  return hmac.digest('base64')
}

/** The blocks, the one piece among them. */
export function blocksOf(bytes: Bytes): readonly Uint8Array[] {
  return bytes instanceof Uint8Array ? [bytes] : bytes
}

/** A header sent exactly once. */
export function one(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

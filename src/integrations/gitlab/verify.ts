// Who calls the webhook: a secret token (`X-Gitlab-Token`) or a Standard Webhooks signature over the raw body
// (https://www.standardwebhooks.com; GitLab 19). Every comparison is of digests, in constant time, over all secrets (threats T9, T10).

import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { LiveSecrets } from '../../env.ts'
import type { Now } from '../../event.ts'
import { type Bytes, blockBytes, blocksOf } from './bytes.ts'

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** How far a signed call's clock may differ from ours, either way. */
export const toleranceMs = 300_000

export interface Verifier {
  /** Whether any secret is set. */
  configured(): boolean
  /** Whether the body is needed: a signature was sent, and there are secrets to check it. */
  signed(headers: Headers): boolean
  /** Whether a signature that was sent could prove anything: it has the form of one, an id and a recent time. */
  plausible(headers: Headers): boolean
  /** Which credential the token proves, as a name that does not tell it; nothing where it proves none. */
  byToken(headers: Headers): string | undefined
  /** The same for a signature. */
  bySignature(headers: Headers, body: Bytes): Promise<string | undefined>
}

export interface VerifierParts {
  readonly tokens: LiveSecrets
  readonly signing: LiveSecrets
  readonly now: Now
}

export function createVerifier({ tokens, signing, now }: VerifierParts): Verifier {
  const keyOf = rememberLatest(signingKey)
  const credentialOf = rememberLatest(credential)
  const digestOf = rememberLatest(digest)
  return {
    configured: () => tokens.current().length > 0 || signing.current().length > 0,
    signed: (headers) => signing.current().length > 0 && headers['webhook-signature'] !== undefined,
    plausible: (headers) => signatureOf(headers, now()) !== undefined,
    byToken(headers) {
      const given = digest(one(headers, 'x-gitlab-token') ?? '')
      let proven: string | undefined
      for (const token of tokens.current()) {
        const secret = token.reveal()
        if (timingSafeEqual(digestOf(secret), given)) proven = credentialOf(secret)
      }
      return proven
    },
    async bySignature(headers, body) {
      let proven: string | undefined
      for (const secret of signing.current()) {
        const key = keyOf(secret.reveal())
        if (key === undefined) continue
        if (await signaturesProve(key, { headers, body, now: now() })) proven = credentialOf(secret.reveal())
      }
      return proven
    },
  }
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

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** What was made of the settings' latest secrets: they are few, and asked for at every call. */
function rememberLatest<T>(make: (secret: string) => T): (secret: string) => T {
  const made = new Map<string, T>()
  return (secret) => {
    const known = made.get(secret)
    if (known !== undefined) return known
    if (made.size >= mostRemembered) made.clear()
    const fresh = make(secret)
    made.set(secret, fresh)
    return fresh
  }
}

const mostRemembered = 20

/** A short name for a secret: enough to tell two apart, too little to find either. */
function credential(secret: string): string {
  return digest(`vigie gitlab credential ${secret}`).toString('hex').slice(0, 8)
}

/** A header sent exactly once. */
export function one(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

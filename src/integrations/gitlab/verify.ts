// Who calls the webhook: a secret token (`X-Gitlab-Token`) or a Standard Webhooks signature over the raw body
// (https://www.standardwebhooks.com; GitLab 19). Every comparison is of digests, in constant time, over all secrets (threats T9, T10).

import { hash, timingSafeEqual } from 'node:crypto'
import type { LiveSecrets } from '../../env.ts'
import type { Now } from '../../event.ts'
import { type Bytes, type Headers, isPlausible, one, signaturesProve, signingKey } from '../../standard-webhooks.ts'

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
    plausible: (headers) => isPlausible(headers, now()),
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

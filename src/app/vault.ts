// Secrets at rest: sealed under VIGIE_SECRET_KEY, so that a copy of the database proves nothing to anybody (issue 4, "Doors").

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { type LiveSecrets, Secret } from '../env.ts'
import type { Vault } from '../integrations/integration.ts'

export interface VaultParts {
  /** The first seals, all of them open. */
  readonly secrets: LiveSecrets
  /** `crypto.randomBytes`. */
  readonly random: (sizeBytes: number) => Buffer
}

/** AES-256-GCM under a key of its own, base64url; bound to what the secret is about, so that no row can lend its secret to another. */
export function createVault({ secrets, random }: VaultParts): Vault {
  const keys = new Map<string, Buffer>()
  const keyOf = (secret: Secret): Buffer => {
    const text = secret.reveal()
    const key = keys.get(text) ?? Buffer.from(hkdfSync('sha256', text, 'vigie', 'vigie vault 1', 32))
    keys.set(text, key)
    return key
  }
  return {
    random: (sizeBytes) => random(sizeBytes),
    seal(secret, about) {
      const [first] = secrets.current()
      if (first === undefined) throw new Error('VIGIE_SECRET_KEY is not set: nothing can be kept secret')
      const nonce = random(12)
      const cipher = createCipheriv('aes-256-gcm', keyOf(first), nonce).setAAD(Buffer.from(about))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed, about) {
      for (const [index, secret] of secrets.current().entries()) {
        const text = decrypt(keyOf(secret), sealed, about)
        if (text !== undefined) return { secret: new Secret(text), old: index > 0 }
      }
      return undefined
    },
  }
}

function decrypt(key: Buffer, sealed: string, about: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < 28) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    // Altered, or sealed under another key: the caller tries the next one, then does without.
    return undefined
  }
}

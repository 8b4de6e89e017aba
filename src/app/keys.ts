// API keys, wired: how they are made, listed and revoked, for chat and shell alike (interface.md, "API keys").

import { hash } from 'node:crypto'
import { UserError } from '../errors.ts'
import type { Now } from '../event.ts'
import type { KeyRing, KeyWish, Scope, Vault } from '../integrations/integration.ts'
import type { ApiKeyStore, KeptKey } from '../store/store.ts'
import { parseDuration } from '../text/format.ts'
import { code, own, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import { sealedFor } from '../web/keys.ts'

export interface KeyRingParts {
  readonly keys: Pick<ApiKeyStore, 'add' | 'all' | 'revoke'>
  readonly vault: Pick<Vault, 'random' | 'seal'>
  readonly now: Now
}

const scopes: readonly Scope[] = ['personnages:read', 'personnages:write', 'events:write', 'subscriptions:write']
const dayMs = 86_400_000
const usualLifeMs = 365 * dayMs
const longestLifeMs = 3650 * dayMs
const longestName = 64
const secretBytes = 32

export function createKeyRing({ keys, vault, now }: KeyRingParts): KeyRing {
  const living = async () => (await keys.all()).filter(({ revokedAt }) => revokedAt === undefined)
  return {
    async make(wish) {
      const at = now()
      const id = idOf(vault.random(secretBytes))
      const secret = vault.random(secretBytes)
      const shown = wish.signing ? `whsec_${secret.toString('base64')}` : `vigie_${id}_${secret.toString('base64url')}`
      const life = readLife(wish.expires)
      const key: KeptKey = {
        id,
        name: readName(wish.name),
        scopes: readScopes(wish),
        ...(wish.signing
          ? { sealed: vault.seal(shown, sealedFor(id)) }
          : { hash: hash('sha256', secret.toString('base64url')) }),
        ...(wish.maker === undefined ? {} : { maker: wish.maker }),
        ...(wish.channel === undefined ? {} : { channel: wish.channel }),
        ...(wish.inName === undefined ? {} : { inName: readInName(wish.inName) }),
        madeAt: at,
        ...(life === undefined ? {} : { expiresAt: at + life }),
      }
      if (!(await keys.add(key))) throw taken(key.name)
      return { shown, key }
    },
    list: living,
    async revoke(words) {
      const name = words.trim().toLowerCase()
      const key = (await living()).find((one) => one.name.toLowerCase() === name || one.id === name)
      if (key === undefined || !(await keys.revoke(key.id, now()))) throw unknown(words)
      return key
    },
  }
}

/** 12 characters of 32, evenly. */
function idOf(random: Buffer): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
  return [...random.subarray(0, 12)].map((byte) => alphabet.charAt(byte & 31)).join('')
}

function readName(text: string): string {
  const name = text.trim()
  if (name.length > 0 && name.length <= longestName && !/[\p{Cc}\p{Cf}]/u.test(name)) return name
  throw new UserError(
    said({
      fr: rich`Donnez à la clé un nom de 1 à ${longestName} caractères, par exemple ${code('banque')}.`,
      en: rich`Give the key a name of 1 to ${longestName} characters, for example ${code('bank')}.`,
    }),
  )
}

/** What signs or stands for one address only sends events. */
function readScopes({ scopes: words, signing, inName }: KeyWish): readonly Scope[] {
  const asked = [...new Set(words.flatMap((word) => word.split(',')).map((word) => word.trim().toLowerCase()))]
  const named = asked.filter((word) => word !== '')
  const found = named.map((word) => {
    const scope = scopes.find((one) => one === word)
    if (scope === undefined) throw noScope(word)
    return scope
  })
  if (signing && inName !== undefined)
    throw new UserError({
      fr: '--signing ne va pas avec --in\u00a0: ce secret ne signe que pour /webhook/events.',
      en: '--signing does not go with --in: such a secret signs for /webhook/events alone.',
    })
  if (signing || inName !== undefined) {
    if (found.every((scope) => scope === 'events:write')) return ['events:write']
    throw new UserError({
      fr: 'Avec --signing ou --in, la seule portée possible est events:write.',
      en: 'With --signing or --in, the one possible scope is events:write.',
    })
  }
  if (found.length > 0) return found
  throw noScope(undefined)
}

function noScope(word: string | undefined): UserError {
  const all = scopes.join(', ')
  return new UserError(
    said({
      fr: rich`${word === undefined ? own('Dites ce que la clé peut faire') : rich`${code(word)} n’est pas une portée`}\u00a0: ${code('--scope')} prend une ou plusieurs de ${own(all)}, séparées par des virgules.`,
      en: rich`${word === undefined ? own('Say what the key may do') : rich`${code(word)} is no scope`}: ${code('--scope')} takes one or more of ${own(all)}, separated by commas.`,
    }),
  )
}

/** Nothing for a key that does not expire. */
function readLife(words: string | undefined): number | undefined {
  if (words === undefined) return usualLifeMs
  const text = words.trim().toLowerCase()
  if (text === 'never' || text === 'jamais') return undefined
  const life = /[a-zé]/.test(text) ? parseDuration(text) : undefined
  if (life !== undefined && life > 0 && life <= longestLifeMs) return life
  throw new UserError(
    said({
      fr: rich`${code(words)} n’est pas une durée de vie\u00a0: écrivez par exemple ${code('365d')}, ${code('12h')} (dix ans au plus) ou ${code('never')}.`,
      en: rich`${code(words)} is no life time: write for example ${code('365d')}, ${code('12h')} (ten years at most) or ${code('never')}.`,
    }),
  )
}

function readInName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text
  throw new UserError(
    said({
      fr: rich`${code(text)} ne peut pas suivre ${code('/webhook/in/')}\u00a0: lettres, chiffres, points, tirets, 64 au plus.`,
      en: rich`${code(text)} cannot follow ${code('/webhook/in/')}: letters, digits, dots and dashes, 64 at most.`,
    }),
  )
}

function taken(name: string): UserError {
  return new UserError(
    said({
      fr: rich`Une clé s’appelle déjà ${code(name)}\u00a0: prenez un autre nom, ou révoquez-la d’abord.`,
      en: rich`A key is called ${code(name)} already: take another name, or revoke that one first.`,
    }),
  )
}

function unknown(words: string): UserError {
  return new UserError(
    said({
      fr: rich`Aucune clé ne s’appelle ${code(words)}.`,
      en: rich`No key is called ${code(words)}.`,
    }),
  )
}

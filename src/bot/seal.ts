// Sealed tokens for buttons, menus and dialogs (threats T3–T5; mattermost.md §0 rules 3 and 4). A click carries no proof of its own:
// an unguessable token inside the button's context, bound to what it may do, where, on which post or for whom, and until when, does.

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { z } from 'zod'
import type { LiveSecrets } from '../env.ts'
import type { Now } from '../event.ts'

/** Buttons of posts that tell events live for a month. */
export const cardLifeMs = 30 * 86_400_000
/** Buttons of answers live for an hour. */
export const answerLifeMs = 3_600_000
/** Dialogs, at most. */
export const dialogLifeMs = 15 * 60_000

/** What one press does: `<command>.<name of its button>` and what it is about. */
export interface Offer {
  readonly verb: string
  readonly object: string
}

/** Where a button stands: a post that tells events names its delivery, an answer names the person it was given to. */
export type ButtonPlace =
  | { readonly channel: string; readonly delivery: string }
  | { readonly channel: string; readonly person: string }

/** An action's `integration`, as Mattermost takes it. */
export interface Integration {
  readonly url: string
  readonly context: { readonly vigie: string }
}

/** Seals a button (one offer) or a menu (one offer per option; option `value`s are their indexes, `'0'…'n'`). */
export type Stamp = (offers: readonly Offer[]) => Integration

/** A press whose seal was good. */
export interface OpenedButton extends Offer {
  /** For single use; another one for each option of a menu. */
  readonly id: string
  readonly expiresAt: number
  readonly delivery?: string
  readonly person?: string
}

export interface DialogDraft {
  readonly person: string
  readonly channel: string
  readonly team?: string
  readonly command: string
  readonly commandVerb?: string
  /** What was typed with the command, and is kept while the form asks for the rest. */
  readonly line?: string
}

export interface OpenedDialog extends DialogDraft {
  readonly id: string
  readonly expiresAt: number
}

export interface Sealer {
  /** The stamp for the buttons of one post or answer; for a month or an hour. */
  stamp(place: ButtonPlace): Stamp
  /**
   * What the press does, or nothing for a token that is absent, altered, expired, of another channel or person, or for an option that
   * was not offered. `option` is a menu's `selected_option`; the post is for the caller to check against `delivery`.
   */
  openButton(token: unknown, press: { channel: string; person: string; option?: unknown }): OpenedButton | undefined
  /** A dialog's `state`. */
  sealDialog(draft: DialogDraft): string
  /** Nothing for a state that is altered, expired, another person's or another channel's. */
  openDialog(state: unknown, submission: { channel: string; person: string }): OpenedDialog | undefined
}

export interface SealerParts {
  /** VIGIE_SECRET_KEY: the first seals, all of them open. */
  readonly secrets: LiveSecrets
  readonly now: Now
  /** `crypto.randomBytes`. */
  readonly random: (sizeBytes: number) => Buffer
  /** `https://vigie.example.org/mattermost/action`. */
  readonly actionUrl: string
}

const offer = z.strictObject({ v: z.string(), o: z.string() })
const buttonShape = z.strictObject({
  id: z.string(),
  x: z.number(),
  c: z.string(),
  d: z.string().optional(),
  p: z.string().optional(),
  o: z.array(offer).min(1),
})
const dialogShape = z.strictObject({
  id: z.string(),
  x: z.number(),
  c: z.string(),
  p: z.string(),
  t: z.string().optional(),
  m: z.string(),
  mv: z.string().optional(),
  l: z.string().optional(),
})

const tokenPattern = /^[A-Za-z0-9_-]{38,60000}$/

/** Tokens are AES-256-GCM under a key of their own, base64url: what they hold is neither read nor changed outside. */
export function createSealer({ secrets, now, random, actionUrl }: SealerParts): Sealer {
  const keyOf = createKeyring()
  const seal = (kind: Kind, content: object): string => {
    const [secret] = secrets.current()
    if (secret === undefined) throw new Error('VIGIE_SECRET_KEY is not set: nothing can be sealed')
    return encrypt(keyOf(secret.reveal()), kind, Buffer.from(JSON.stringify(content)), random(12))
  }
  const open = (kind: Kind, token: unknown): unknown => {
    if (typeof token !== 'string' || !tokenPattern.test(token)) return undefined
    for (const secret of secrets.current()) {
      const content = decrypt(keyOf(secret.reveal()), kind, token)
      if (content !== undefined) return content
    }
    return undefined
  }
  const newId = () => random(12).toString('base64url')

  return {
    stamp: (place) => (offers) => {
      const bound = 'delivery' in place ? { d: place.delivery } : { p: place.person }
      const token = seal('button', {
        id: newId(),
        x: now() + ('delivery' in place ? cardLifeMs : answerLifeMs),
        c: place.channel,
        ...bound,
        o: offers.map(({ verb, object }) => ({ v: verb, o: object })),
      })
      return { url: actionUrl, context: { vigie: token } }
    },
    openButton(token, { channel, person, option }) {
      const parsed = buttonShape.safeParse(open('button', token))
      if (!parsed.success) return undefined
      const { id, x: expiresAt, c, d: delivery, p, o: offers } = parsed.data
      if (expiresAt <= now() || c !== channel || (p !== undefined && p !== person)) return undefined
      const index = option === undefined ? (offers.length === 1 ? 0 : undefined) : offered(option)
      const chosen = index === undefined ? undefined : offers[index]
      if (chosen === undefined) return undefined
      return {
        id: `${id}.${index}`,
        expiresAt,
        verb: chosen.v,
        object: chosen.o,
        delivery,
        person: p,
      }
    },
    sealDialog({ person, channel, team, command, commandVerb, line }) {
      const content = {
        id: newId(),
        x: now() + dialogLifeMs,
        c: channel,
        p: person,
        t: team,
        m: command,
        mv: commandVerb,
        l: line,
      }
      return seal('dialog', content)
    },
    openDialog(state, { channel, person }) {
      const parsed = dialogShape.safeParse(open('dialog', state))
      if (!parsed.success) return undefined
      const { id, x: expiresAt, c, p, t: team, m: command, mv: commandVerb, l: line } = parsed.data
      if (expiresAt <= now() || c !== channel || p !== person) return undefined
      return {
        id,
        expiresAt,
        person,
        channel,
        command,
        team,
        commandVerb,
        line,
      }
    },
  }
}

type Kind = 'button' | 'dialog'

/** A menu's option values are the indexes of its offers, written plainly. */
function offered(option: unknown): number | undefined {
  return typeof option === 'string' && /^(0|[1-9]\d{0,2})$/.test(option) ? Number(option) : undefined
}

/** Sealing has its own key: nothing that reads or forges elsewhere under the same secret can seal. Derived once a secret. */
function createKeyring(): (secret: string) => Buffer {
  const keys = new Map<string, Buffer>()
  return (secret) => {
    const key = keys.get(secret) ?? Buffer.from(hkdfSync('sha256', secret, 'vigie', 'vigie seal 1', 32))
    keys.set(secret, key)
    return key
  }
}

function encrypt(key: Buffer, kind: Kind, content: Buffer, nonce: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(kind))
  const sealed = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

function decrypt(key: Buffer, kind: Kind, token: string): unknown {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.toString('base64url') !== token) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(kind)).setAuthTag(bytes.subarray(12, 28))
  try {
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'))
  } catch {
    // An altered token, or one sealed under another secret: the caller tries the next one, then refuses.
    return undefined
  }
}

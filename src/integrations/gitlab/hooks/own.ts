// The hooks that are ours: known in memory, kept in the store, each proven by a secret of its own that holds for its own project or group
// alone (interface.md, `POST /webhook/gitlab`).

import { hash, timingSafeEqual } from 'node:crypto'
import type { Now } from '../../../event.ts'
import { type Bytes, type Headers, one, signaturesProve, signingKey } from '../../../standard-webhooks.ts'
import type { HookStore, KeptHook } from '../../../store/store.ts'
import type { Vault } from '../../integration.ts'
import type { HookSettings, Place } from './places.ts'

export type HookSecrets = Pick<HookSettings, 'token' | 'signing'>

export interface OwnHooks {
  /** Takes up what is kept, once, before anything else is asked; seals it anew where the key has changed. @throws {StoreUnavailable} */
  load(): Promise<void>
  all(): readonly KeptHook[]
  find(place: Pick<Place, 'kind' | 'id'>): KeptHook | undefined
  /** Nothing where the key they were sealed under is gone. */
  secretsOf(hook: KeptHook): HookSecrets | undefined
  /** Keeps a hook with new secrets: from now on its calls are believed. */
  add(place: Place): Promise<KeptHook>
  /** Changes what is kept of a hook; nothing for one that was removed meanwhile. */
  change(key: string, changes: Partial<Omit<KeptHook, 'key' | 'sealed'>>): Promise<KeptHook | undefined>
  remove(key: string): Promise<void>
  /** The hook whose token a call carries. */
  byToken(headers: Headers): KeptHook | undefined
  /** Whether a call of that hook is signed as its secret asks, where it is signed at all. */
  signedWell(hook: KeptHook, headers: Headers, body: Bytes): Promise<boolean>
}

export interface OwnHooksParts {
  readonly store: HookStore
  readonly vault: Vault
  readonly now: Now
}

interface Held {
  hook: KeptHook
  readonly secrets: HookSecrets | undefined
  readonly digest: Buffer
}

/** What a token is compared with where no hook is meant: as long as any. */
const nobody = digest('nobody')

export function createOwnHooks({ store, vault, now }: OwnHooksParts): OwnHooks {
  const held = new Map<string, Held>()
  let loading: Promise<void> | undefined

  const hold = (hook: KeptHook, secrets: HookSecrets | undefined) => {
    const proof = secrets === undefined ? Buffer.from(vault.random(32)) : digest(secrets.token)
    held.set(hook.key, { hook, secrets, digest: proof })
  }

  async function read(): Promise<void> {
    for (const hook of await store.all()) {
      const opened = vault.open(hook.sealed, about(hook.key))
      const [token = '', signing = ''] = opened?.secret.reveal().split('\n') ?? []
      hold(hook, opened === undefined ? undefined : { token, signing })
    }
  }

  /** Under the key that seals now: the one before goes at the next rotation, maybe while we run. */
  async function sealAnew(): Promise<void> {
    for (const one of held.values()) {
      const opened = vault.open(one.hook.sealed, about(one.hook.key))
      if (opened?.old !== true) continue
      one.hook = { ...one.hook, sealed: vault.seal(opened.secret.reveal(), about(one.hook.key)) }
      await store.save(one.hook)
    }
  }

  return {
    async load() {
      loading ??= read().catch((error: unknown) => {
        loading = undefined
        throw error
      })
      await loading
      await sealAnew()
    },
    all: () => [...held.values()].map(({ hook }) => hook),
    find: (place) => held.get(keyOf(place))?.hook,
    secretsOf: ({ key }) => held.get(key)?.secrets,
    async add(place) {
      const key = keyOf(place)
      const token = `vigie.${key}.${vault.random(32).toString('base64url')}`
      const signing = `whsec_${vault.random(32).toString('base64')}`
      const hook: KeptHook = {
        key,
        path: place.path,
        sealed: vault.seal(`${token}\n${signing}`, about(key)),
        seen: 0,
        state: 'working',
        told: false,
        failedTests: 0,
        madeAt: now(),
        lookedAt: now(),
      }
      await store.save(hook)
      hold(hook, { token, signing })
      return hook
    },
    async change(key, changes) {
      const one = held.get(key)
      if (one === undefined) return undefined
      one.hook = { ...one.hook, ...changes }
      await store.save(one.hook)
      return one.hook
    },
    async remove(key) {
      held.delete(key)
      await store.remove(key)
    },
    byToken(headers) {
      const token = one(headers, 'x-gitlab-token')
      if (token === undefined) return undefined
      // The key in the middle is no secret: it only says which secret to compare with.
      const named = held.get(/^vigie\.([pg]\d{1,15})\./.exec(token)?.[1] ?? '')
      return timingSafeEqual(digest(token), named?.digest ?? nobody) ? named?.hook : undefined
    },
    async signedWell({ key }, headers, body) {
      if (headers['webhook-signature'] === undefined) return true
      const signing = signingKey(held.get(key)?.secrets?.signing ?? '')
      return signing !== undefined && (await signaturesProve(signing, { headers, body, now: now() }))
    },
  }
}

/** Whether a hook's secret proves an event of this subject: only what happened in its own project or group. */
export function speaksFor(hook: KeptHook, subject: string | undefined, home: string | undefined): boolean {
  const { kind, id, path } = placeOf(hook)
  if (subject === undefined || !covers({ kind, path }, subject)) return false
  // Cards and states are known by the project's id: another project's must not be changed under this one's name.
  return kind === 'group' || home === String(id) || home === subject
}

/** Whether a hook of this place hears of that project or group; GitLab's paths are equal without regard to case. */
export function covers({ kind, path }: Pick<Place, 'kind' | 'path'>, other: string): boolean {
  const [whole, part] = [path.toLowerCase(), other.toLowerCase()]
  return part === whole || (kind === 'group' && part.startsWith(`${whole}/`))
}

/** The project or group that a kept hook is of. */
export function placeOf({ key, path }: KeptHook): Place {
  return { kind: key.startsWith('g') ? 'group' : 'project', id: Number(key.slice(1)), path, public: false }
}

function keyOf({ kind, id }: Pick<Place, 'kind' | 'id'>): string {
  return `${kind === 'group' ? 'g' : 'p'}${id}`
}

/** What a hook's sealed secret is bound to. */
export const about = (key: string): string => `gitlab hook ${key}`

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

// Who has every right in Vigie: the people VIGIE_ADMINS named, by the ids their names had when first read, and system administrators
// (interface.md, "Settings" and "Who may"). What was last known is kept, so that routing judges while Mattermost is away.

import { ConfigError } from '../errors.ts'
import type { Log, Now } from '../event.ts'
import type { MarkStore, PeopleStore } from '../store/store.ts'
import type { Said } from '../text/locale.ts'
import type { Calls, User } from './calls.ts'
import { MattermostError } from './rest.ts'

export interface Admins {
  /** Takes up what was known when we last ran; before anything else. */
  load(): Promise<void>
  /** Finds the ids of the names in VIGIE_ADMINS that have none yet. @throws {ConfigError} for a name that no active, non-guest person bears. @throws {MattermostError} */
  resolve(signal?: AbortSignal): Promise<void>
  /** As last known. */
  has(userId: string): boolean
  /** Whether this person is one, now that Mattermost described them; remembers it. */
  judge(user: User): Promise<boolean>
  /** Asks Mattermost about everybody known; what is a few seconds old is not asked again. Without an answer what was known stays. */
  refresh(signal?: AbortSignal): Promise<void>
  /** Ids of all that are known, those that VIGIE_ADMINS names first, for what concerns Vigie itself. */
  all(): readonly string[]
}

export interface AdminsParts {
  /** The names in VIGIE_ADMINS. */
  readonly names: readonly string[]
  readonly calls: Pick<Calls, 'usersByName' | 'usersById'>
  readonly marks: Pick<MarkStore, 'get' | 'set'>
  readonly people: PeopleStore
  readonly now: Now
  readonly log: Log
}

const markName = 'vigie_admins'
const freshMs = 5000

export function createAdmins({ names, calls, marks, people, now, log }: AdminsParts): Admins {
  const wanted = names.map((name) => name.replace(/^@/, '').toLowerCase())
  const named = new Set<string>()
  const known = new Set<string>()
  const askedAt = new Map<string, number>()

  const remember = async (id: string, isAdmin: boolean) => {
    if (known.has(id) !== isAdmin) {
      // Stored first: what could not be stored is asked, and stored, again.
      await people.setAdmin(id, isAdmin, now())
      if (isAdmin) known.add(id)
      else known.delete(id)
    }
    askedAt.set(id, now())
  }

  const judge = async (user: User): Promise<boolean> => {
    const isAdmin = isTrustworthy(user) && (named.has(user.id) || hasRole(user, 'system_admin'))
    await remember(user.id, isAdmin)
    return isAdmin
  }

  return {
    judge,
    has: (userId) => known.has(userId),
    all: () => [...new Set([...named, ...known])].filter((id) => known.has(id)),
    async load() {
      for (const id of await people.admins()) known.add(id)
      const kept = (await marks.get(markName)) ?? {}
      for (const name of wanted) {
        const id = kept[name]
        if (typeof id === 'string') named.add(id)
      }
    },
    async resolve(signal) {
      const kept = (await marks.get(markName)) ?? {}
      const ids: Record<string, string> = {}
      for (const name of wanted) {
        const id = kept[name]
        if (typeof id === 'string') ids[name] = id
      }
      const missing = wanted.filter((name) => ids[name] === undefined)
      const found = missing.length === 0 ? [] : await calls.usersByName(missing, signal)
      for (const user of found.filter(isTrustworthy)) ids[user.username.toLowerCase()] = user.id
      const nobody = wanted.filter((name) => ids[name] === undefined)
      if (nobody.length > 0) throw new ConfigError(nobody.map(unknownAdmin))
      await marks.set(markName, ids)
      for (const id of Object.values(ids)) named.add(id)
      for (const user of found) if (named.has(user.id)) await judge(user)
    },
    async refresh(signal) {
      const stale = [...new Set([...known, ...named])].filter((id) => now() - (askedAt.get(id) ?? 0) >= freshMs)
      for (let start = 0; start < stale.length; start += 100) {
        const asked = stale.slice(start, start + 100)
        try {
          const users = await calls.usersById(asked, signal)
          for (const user of users) await judge(user)
          const gone = asked.filter((id) => !users.some((user) => user.id === id))
          for (const id of gone) await remember(id, false)
        } catch (error) {
          if (!(error instanceof MattermostError)) throw error
          log.debug({ err: error }, 'administrators are judged by what was last known')
          return
        }
      }
    },
  }
}

/** An active person who is no guest. */
export function isTrustworthy(user: User): boolean {
  return user.delete_at === 0 && !user.is_bot && !hasRole(user, 'system_guest')
}

export function hasRole({ roles }: { roles: string }, role: string): boolean {
  return roles.split(' ').includes(role)
}

function unknownAdmin(name: string): Said {
  return {
    fr: `VIGIE_ADMINS\u00a0: personne d’actif, hors invités et bots, ne s’appelle «\u00a0${name}\u00a0» dans Mattermost. Écrivez un nom d’utilisateur qui existe.`,
    en: `VIGIE_ADMINS: no active person, guests and bots aside, is called "${name}" in Mattermost. Write a username that exists.`,
  }
}

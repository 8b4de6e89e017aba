// In which language whoever is told something reads: a channel's own, a person's where they are written to directly, else what is set for
// all. Mattermost is asked about people, and while it is away nobody's message waits for the answer.

import type { Log, Target } from '../event.ts'
import type { SubscriptionStore } from '../store/store.ts'
import type { Locale } from '../text/locale.ts'
import type { People } from './conversation.ts'

export interface ReadingParts {
  readonly people: Pick<People, 'person'>
  readonly subscriptions: Pick<SubscriptionStore, 'settings'>
  /** Of whoever states none. */
  readonly locale: Locale
  readonly log: Log
}

const mostRemembered = 10_000

/** The language of a target: `address` is a channel's id, or `@` and a person's. @throws {StoreUnavailable} for a channel. */
export function createLocaleOf({
  people,
  subscriptions,
  locale,
  log,
}: ReadingParts): (target: Target) => Promise<Locale> {
  /** As last known, by person. */
  const known = new Map<string, Locale>()
  const ofPerson = async (id: string): Promise<Locale> => {
    try {
      const found = (await people.person(id))?.locale ?? locale
      if (known.size >= mostRemembered) known.clear()
      known.set(id, found)
      return found
    } catch (error) {
      log.debug({ err: error, person: id }, 'written to in the language that was last known')
      return known.get(id) ?? locale
    }
  }
  return async ({ address }) =>
    address.startsWith('@') ? ofPerson(address.slice(1)) : ((await subscriptions.settings(address)).lang ?? locale)
}

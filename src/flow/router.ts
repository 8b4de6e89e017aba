// The index of everything subscribed, rebuilt when something about it changed.

import type { Store } from '../store/store.ts'
import { createIndex, type Index } from './route.ts'

export interface Router {
  /** Knows every change that was committed before the call. @throws {StoreUnavailable} */
  current(): Promise<Index>
}

export function createRouter(store: Pick<Store, 'subscriptions' | 'people'>): Router {
  let index: Promise<Index> | undefined
  const forget = () => {
    index = undefined
  }
  store.subscriptions.onChange(forget)
  store.people.onChange(forget)

  async function load(): Promise<Index> {
    const [subscriptions, rules, mutes, admins] = await Promise.all([
      store.subscriptions.all(),
      store.subscriptions.rules(),
      store.subscriptions.mutes(),
      store.people.admins(),
    ])
    return createIndex({ subscriptions, rules, mutes, admins })
  }

  return {
    current() {
      if (index) return index
      const loading = load()
      index = loading
      // A failed load is tried again by the next call; whoever waits for this one hears of it.
      loading.catch(() => {
        if (index === loading) index = undefined
      })
      return loading
    },
  }
}

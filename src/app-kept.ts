// What integrations may ask of the store: they are made before it is opened, so that their settings are read first.

import type { IntegrationParts } from './integrations/integration.ts'
import type { Store } from './store/store.ts'

/** Waits for the store where it is asked sooner. */
export function keptWhenOpen(
  opened: Promise<Store>,
): Pick<IntegrationParts, 'lastEventAt' | 'recentEvents' | 'hooks' | 'admins'> {
  return {
    lastEventAt: async (source) => (await opened).events.lastAcceptedAt(source),
    recentEvents: async (source, subject, limit) => (await opened).events.recent({ source, subject, limit }),
    admins: async () => (await opened).people.admins(),
    hooks: {
      all: async () => (await opened).hooks.all(),
      save: async (hook) => (await opened).hooks.save(hook),
      remove: async (key) => (await opened).hooks.remove(key),
    },
  }
}

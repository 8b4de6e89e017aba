// What integrations may ask of the store: they are made before it is opened, so that their settings are read first.

import type { IntegrationParts } from '../integrations/integration.ts'
import type { ApiKeyStore, Store } from '../store/store.ts'

/** Waits for the store where it is asked sooner. */
export function keptWhenOpen(
  opened: Promise<Store>,
): Pick<
  IntegrationParts,
  'lastEventAt' | 'recentEvents' | 'langOf' | 'hooks' | 'monitors' | 'folders' | 'personnages' | 'admins'
> {
  return {
    lastEventAt: async (source) => (await opened).events.lastAcceptedAt(source),
    recentEvents: async (source, subject, limit) => (await opened).events.recent({ source, subject, limit }),
    langOf: async (channel) => (await (await opened).subscriptions.settings(channel)).lang,
    admins: async () => (await opened).people.admins(),
    hooks: {
      all: async () => (await opened).hooks.all(),
      save: async (hook) => (await opened).hooks.save(hook),
      remove: async (key) => (await opened).hooks.remove(key),
    },
    folders: {
      find: async (name) => (await opened).folders.find(name),
      save: async (folder) => (await opened).folders.save(folder),
      files: async function* (name) {
        yield* (await opened).folders.files(name)
      },
      record: async (rows) => (await opened).folders.record(rows),
      forget: async (name) => (await opened).folders.forget(name),
    },
    personnages: {
      find: async (nom) => (await opened).personnages.find(nom),
      list: async (query) => (await opened).personnages.list(query),
      counts: async (above) => (await opened).personnages.counts(above),
    },
    monitors: {
      all: async () => (await opened).monitors.all(),
      save: async (monitor) => (await opened).monitors.save(monitor),
      remove: async (id) => (await opened).monitors.remove(id),
      record: async (round) => (await opened).monitors.record(round),
      incident: async (id) => (await opened).monitors.incident(id),
      incidents: async (filter) => (await opened).monitors.incidents(filter),
      steps: async (incident) => (await opened).monitors.steps(incident),
      untold: async () => (await opened).monitors.untold(),
      told: async (incident, step, event) => (await opened).monitors.told(incident, step, event),
      results: async (monitor, request) => (await opened).monitors.results(monitor, request),
      history: async (monitor, request) => (await opened).monitors.history(monitor, request),
      tidy: async (now) => (await opened).monitors.tidy(now),
    },
  }
}

/** The same for API keys, whose door is made as early. */
export function keysWhenOpen(opened: Promise<Store>): ApiKeyStore {
  const keys = async () => (await opened).apiKeys
  return {
    find: async (id) => (await keys()).find(id),
    all: async () => (await keys()).all(),
    signing: async () => (await keys()).signing(),
    add: async (key) => (await keys()).add(key),
    used: async (id, at) => (await keys()).used(id, at),
    reseal: async (id, sealed) => (await keys()).reseal(id, sealed),
    revoke: async (id, at) => (await keys()).revoke(id, at),
    answer: async (id, now) => (await keys()).answer(id, now),
    keepAnswer: async (id, kept, life) => (await keys()).keepAnswer(id, kept, life),
  }
}

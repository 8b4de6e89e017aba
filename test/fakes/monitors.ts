// A store of what is watched, in memory, for integrations that watch nothing.

import type { MonitorStore } from '../../src/store/store.ts'

export const nothingWatched: MonitorStore = {
  all: async () => [],
  save: async () => true,
  remove: async () => false,
  record: async () => undefined,
  incident: async () => undefined,
  incidents: async () => [],
  steps: async () => [],
  untold: async () => [],
  told: async () => undefined,
  results: async () => [],
  history: async () => [],
  tidy: async () => undefined,
}

// A store of what is watched, in memory, for integrations that watch nothing; and a monitor with the defaults of `/monitor add`.

import type { Monitor } from '../../src/integrations/monitor/monitor.ts'
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

export function monitorOf(name: string, wishes: Partial<Monitor> = {}): Monitor {
  return {
    id: name,
    channel: 'ops',
    name,
    type: 'http',
    target: `https://${name}.example.org/`,
    maker: 'u1',
    madeAt: 0,
    everyMs: 60_000,
    timeoutMs: 10_000,
    failures: 3,
    retryEveryMs: 20_000,
    successes: 2,
    tls: 'verify',
    severity: 'warning',
    maintenance: [],
    ...wishes,
  }
}

// A monitor with the defaults of `/monitor add`.

import type { Monitor } from '../../../../src/integrations/monitor/monitor.ts'

export function monitorOf(monitor: Partial<Monitor>): Monitor {
  return {
    id: 'm1',
    channel: 'c1',
    name: 'site',
    type: 'http',
    target: '',
    maker: 'u1',
    madeAt: 0,
    everyMs: 60_000,
    timeoutMs: 5000,
    failures: 3,
    retryEveryMs: 20_000,
    successes: 2,
    tls: 'verify',
    severity: 'warning',
    maintenance: [],
    ...monitor,
  }
}

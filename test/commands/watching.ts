// The real watch and its keeper over the store of a test, with sites that answer as they are told and nothing that goes out.

import { createCron } from '../../src/app/cron.ts'
import type { Draft, EmitOptions } from '../../src/event.ts'
import type { MonitorKeeper, MonitorRecords } from '../../src/integrations/integration.ts'
import { createKeeper } from '../../src/integrations/monitor/keeper.ts'
import { createLedger } from '../../src/integrations/monitor/ledger.ts'
import { maintainedUntil } from '../../src/integrations/monitor/maintenance.ts'
import type { Monitor, Result } from '../../src/integrations/monitor/monitor.ts'
import { createRecords } from '../../src/integrations/monitor/records.ts'
import { draftOf, optionsOf } from '../../src/integrations/monitor/telling.ts'
import { createWatch } from '../../src/integrations/monitor/watch.ts'
import type { Store } from '../../src/store/store.ts'
import { createFakeLog } from '../fakes/log.ts'

export interface Watching {
  readonly keeper: MonitorKeeper
  readonly records: MonitorRecords
  /** By target: what a check says, or a promise of it; well where nothing is said. */
  readonly weather: Map<string, () => Partial<Result> | Promise<Partial<Result>>>
  /** What was sealed, by its place. */
  readonly sealed: Map<string, string>
}

export interface WatchingParts {
  readonly store: Store
  readonly now: () => number
  readonly emit: (draft: Draft, options: EmitOptions) => Promise<string>
}

export function createWatching({ store, now, emit }: WatchingParts): Watching {
  const weather: Watching['weather'] = new Map()
  const sealed = new Map<string, string>()
  const log = createFakeLog()
  let ids = 0
  const newId = () => {
    ids += 1
    return `n${ids}`
  }
  const ledger = createLedger({
    store: store.monitors,
    async tell(step) {
      const monitors = step.facts.incident.monitors.flatMap(({ monitor }) => watch.find(monitor)?.monitor ?? [])
      return emit(draftOf(step, { monitors, mail: [] }), optionsOf(step, { monitors, mail: [] }))
    },
    wait: async () => undefined,
    log,
  })
  const cron = createCron()
  const isMaintained = ({ maintenance }: Monitor, at: number) => maintainedUntil(maintenance, at, cron) !== undefined
  const watch = createWatch({
    store: store.monitors,
    ledger,
    async check({ target }) {
      const said = (await weather.get(target)?.()) ?? {}
      return { at: now(), tookMs: 84, phases: { dnsMs: 3, connectMs: 12, firstByteMs: 40 }, status: 200, ...said }
    },
    expectedInMs: () => 86_400_000,
    isMaintained,
    wishesOf: () => ({}),
    hostOf: ({ target }) => target,
    onChange: () => undefined,
    onOpened: () => undefined,
    onSuspect: () => undefined,
    onIsolation: () => undefined,
    newId,
    now,
    // Its own rounds never come: what is checked, a test asks for.
    monotonic: () => 0,
    log,
  })
  const keeper = createKeeper({
    store: store.monitors,
    ledger,
    watch,
    wish: {
      seal(secret, about) {
        sealed.set(about, secret.reveal())
        return 'sealed'
      },
      checkCron: createCron().check,
      timeZone: 'Europe/Paris',
    },
    admit: async () => undefined,
    isMaintained,
    newId,
    newToken: () => 'token',
    beatAddress: (token) => `https://vigie.example.org/heartbeat/${token}`,
    now,
  })
  const records = createRecords({
    store: store.monitors,
    watch,
    isMaintained,
    timeZone: 'Europe/Paris',
    now,
  })
  return { keeper, records, weather, sealed }
}

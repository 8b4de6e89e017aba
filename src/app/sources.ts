// Where events come from: the integrations, made before anything is opened, so that their settings are read first. What they ask of the
// store and tell it waits until it is open.

import type { Describe, DescribeBurst, Emit, EmitTogether } from '../event.ts'
import { integrations as makers } from '../integrations/index.ts'
import type { Integration, IntegrationParts, KeyRing, Outward } from '../integrations/integration.ts'
import type { Store } from '../store/store.ts'
import { createKeyDoor, type KeyDoorParts } from '../web/keys.ts'
import { createCron } from './cron.ts'
import { keptWhenOpen, keysWhenOpen } from './kept.ts'
import { createKeyRing } from './keys.ts'

export interface SourcesParts
  extends Pick<IntegrationParts, 'env' | 'log' | 'meter' | 'now' | 'fetch' | 'ask' | 'vault' | 'subscribing' | 'url'>,
    Pick<KeyDoorParts, 'makerNow'> {}

export interface Opened {
  readonly store: Store
  readonly emit: Emit
  readonly emitTogether: EmitTogether
}

export interface Sources {
  readonly integrations: readonly Integration[]
  readonly keys: KeyRing
  readonly emit: Emit
  readonly describe: Describe
  readonly describeBurst: DescribeBurst
  /** A score's level by NIVEAUX. */
  niveauOf(score: number): string
  /** From now on they are heard. */
  open(opened: Opened): void
}

/** Reads the integrations' settings: problems are noted in `env`. */
export function createSources({ makerNow, ...parts }: SourcesParts): Sources {
  const { vault, now, log } = parts
  const opened = Promise.withResolvers<Opened>()
  const store = opened.promise.then((all) => all.store)
  const emit: Emit = async (draft, options) => (await opened.promise).emit(draft, options)
  const emitTogether: EmitTogether = async (all) => (await opened.promise).emitTogether(all)
  const keyParts = { keys: keysWhenOpen(store), vault, now, log }
  const makerParts: IntegrationParts = {
    ...parts,
    ...keptWhenOpen(store),
    emit,
    emitTogether,
    keys: createKeyDoor({ ...keyParts, makerNow }),
    cron: createCron(),
  }
  const integrations = makers.flatMap((make) => make(makerParts) ?? [])
  const bySource = new Map(integrations.map((one) => [one.name, one]))
  return {
    integrations,
    keys: createKeyRing(keyParts),
    emit,
    describe(event, telling) {
      const source = bySource.get(event.source)
      if (!source) throw new Error(`nobody describes events of ${event.source}`)
      return source.describe(event, telling)
    },
    describeBurst(burst, telling) {
      const name = burst.events[0]?.source
      const describe = name === undefined ? undefined : bySource.get(name)?.describeBurst
      if (!describe) throw new Error(`nobody describes bursts of ${name}`)
      return describe(burst, telling)
    },
    niveauOf: (score) => integrations.find((one) => one.personnages)?.personnages?.niveauOf(score) ?? '',
    open: opened.resolve,
  }
}

/** Vigie's own news come from no source that can be subscribed to. */
export function sourcesOf(integrations: readonly Integration[]): readonly Integration[] {
  return integrations.filter(({ events }) => events.length > 0)
}

/** The guarded way outside; without the integration that has it nothing is let out. */
export function outwardOf(integrations: readonly Integration[]): Outward {
  const known = integrations.flatMap(({ outward }) => outward ?? [])[0]
  if (known === undefined) throw new Error('no integration guards the way outside')
  return known
}

// The database as it stands, to be read and nothing else: beside a running `start`, or without one.

import { DatabaseSync } from 'node:sqlite'
import { createDatabase } from './bridge.ts'
import { listEvents } from './events.ts'
import { createPersonnageStore } from './personnages.ts'
import type { EventStore, PersonnageStore } from './store.ts'

export interface ReadOnlyStore {
  readonly events: Pick<EventStore, 'list'>
  readonly personnages: PersonnageStore
  close(): Promise<void>
}

const patienceMs = 5000

/** @throws {Error} where there is no such file, or it is no database. */
export function openReadOnly(path: string): ReadOnlyStore {
  const db = createDatabase(new DatabaseSync(path, { readOnly: true, timeout: patienceMs }))
  return {
    events: { list: (request) => listEvents(db, request) },
    personnages: createPersonnageStore(db),
    close: () => db.destroy(),
  }
}

// Single-use seals of buttons and dialogs (threats T3, T5).

import { useOnce } from './marks.ts'
import type { Database } from './schema.ts'
import type { SealStore } from './store.ts'

export function createSealStore(db: Database, now: () => number): SealStore {
  return { use: (id, expiresAt) => useOnce(db, `seal ${id}`, { now: now(), expiresAt }) }
}

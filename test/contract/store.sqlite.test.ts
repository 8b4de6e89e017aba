import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { time } from '../fakes/event.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type OpenStore, storeContract } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-store-'))
const fresh = join(folder, 'fresh.db')
const partsOf = (path: string) => ({ path, now: () => time, log: createFakeLog() })
let count = 0

// Every test has a file of its own, but its tables are made once.
beforeAll(async () => {
  const store = await openSqliteStore(partsOf(fresh))
  await store.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

storeContract('SQLite', async (): Promise<OpenStore> => {
  count += 1
  const path = join(folder, `${count}.db`)
  copyFileSync(fresh, path)
  const store = await openSqliteStore(partsOf(path))
  return {
    store,
    async reopen() {
      await store.close()
      return await openSqliteStore(partsOf(path))
    },
  }
})

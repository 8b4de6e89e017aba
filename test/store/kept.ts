// A database with something in it, and what befalls databases.

import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts'
import type { Recording } from '../../src/store/store.ts'
import { draftOf, time } from '../fakes/event.ts'
import { createFakeLog } from '../fakes/log.ts'

const town = { notifier: 'mattermost', address: 'town' }

/** An event told to one channel. */
export function recordingOf(said: { acceptedAt?: number; title?: string; to?: number } = {}): Recording {
  const { acceptedAt = time, title = 'x'.repeat(300), to = 1 } = said
  return {
    draft: draftOf({ data: { title } }),
    dedupe: [],
    acceptedAt,
    route: () =>
      Array.from({ length: to }, (_, index) => ({
        target: index === 0 ? town : { ...town, address: `town${index}` },
        subscriptions: [],
        dueAt: acceptedAt,
        each: false,
      })),
  }
}

export const openAt = (path: string, now = () => time): Promise<SqliteStore> =>
  openSqliteStore({ path, now, log: createFakeLog() })

/** Made, filled and closed. */
export async function makeDatabase(path: string, events = 20): Promise<void> {
  const store = await openAt(path)
  for (let index = 0; index < events; index += 1) await store.events.record([recordingOf()])
  await store.close()
}

/** As a power cut or kill -9 would leave it: the file, its log and the log's index, while somebody has it open. */
export function snapshot(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  for (const end of ['', '-wal', '-shm']) if (existsSync(from + end)) copyFileSync(from + end, to + end)
}

/** Inverts bytes of a file. */
export function flip(path: string, position: number, lengthBytes = 4096): void {
  const file = openSync(path, 'r+')
  const bytes = Buffer.alloc(Math.min(lengthBytes, statSync(path).size - position))
  readSync(file, bytes, 0, bytes.length, position)
  for (const [at, byte] of bytes.entries()) bytes[at] = byte ^ 0xff
  writeSync(file, bytes, 0, bytes.length, position)
  closeSync(file)
}

/** Takes away the columns that later changes added to older tables; what they added otherwise is left. */
export const withoutColumns = `
  drop index deliveries_gathering; drop index deliveries_parts;
  alter table deliveries drop column burst; alter table cards drop column told;
  alter table subscriptions drop column by_key;`

// RETENTION (interface.md): what is older goes, what still has to be told stays, and nothing else waits for it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { PurgeRequest } from '../../src/store/retention.ts'
import type { SqliteStore } from '../../src/store/sqlite.ts'
import { time } from '../fakes/event.ts'
import { openAt, recordingOf } from './kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-retention-'))
const dayMs = 86_400_000
const old = time - 100 * dayMs
let count = 0
let store: SqliteStore
beforeEach(async () => {
  count += 1
  store = await openAt(join(folder, `${count}.db`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const purge = (said: Partial<PurgeRequest> = {}) =>
  store.purge({
    eventsBefore: time - 90 * dayMs,
    auditBefore: time - 365 * dayMs,
    goOn: async () => true,
    ...said,
  })
const record = (recordings: readonly ReturnType<typeof recordingOf>[]) => store.events.record(recordings)
const tell = async () => {
  for (;;) {
    const claims = await store.deliveries.claim({ notifier: 'mattermost', now: time, leaseMs: 1000, limit: 50 })
    if (claims.length === 0) return
    for (const { delivery } of claims)
      await store.deliveries.settle(delivery.id, delivery.attempt, { as: 'delivered', receipt: { post: 'p' } }, time)
  }
}

describe('a purge', () => {
  test('forgets events and deliveries beyond RETENTION, and keeps the others', async () => {
    await record([recordingOf({ acceptedAt: old, to: 2 }), recordingOf({ acceptedAt: old })])
    const [young] = await record([recordingOf({ acceptedAt: time - 89 * dayMs })])
    await tell()
    expect(await purge()).toMatchObject({ events: 2, deliveries: 3 })
    expect((await store.events.recent({ limit: 10 })).map(({ event }) => event.id)).toEqual([young?.event])
    expect(await store.deliveries.list({ limit: 10 })).toHaveLength(1)
  })

  test('never forgets what still waits, alone or in a digest, however old', async () => {
    await record([recordingOf({ acceptedAt: old }), recordingOf({ acceptedAt: old }), recordingOf({ acceptedAt: old })])
    const [one, two] = (await store.deliveries.list({ limit: 10 })).map(({ id }) => id).reverse()
    await store.deliveries.fold([one ?? '', two ?? ''], 'digest', old + 1000)
    expect(await purge()).toMatchObject({ events: 0, deliveries: 0 })
    const [claim] = await store.deliveries.claim({ notifier: 'mattermost', now: time, leaseMs: 1000, limit: 1 })
    expect(claim?.events).toHaveLength(2)
  })

  test('keeps the audit by its own measure', async () => {
    const entry = { person: 'claire', verb: 'subscribe', outcome: 'done' as const }
    for (const days of [400, 366, 364, 100]) await store.audit.append({ ...entry, at: time - days * dayMs })
    expect(await purge()).toMatchObject({ audit: 2 })
    expect(await store.audit.list({ limit: 10 })).toHaveLength(2)
  })

  test('takes a few rows at a time, between which events are taken', async () => {
    for (let batch = 0; batch < 2; batch += 1)
      await record(Array.from({ length: 200 }, () => recordingOf({ acceptedAt: old, to: 1, title: '' })))
    await tell()
    let pauses = 0
    const gone = await purge({
      async goOn() {
        pauses += 1
        await record([recordingOf()])
        return true
      },
    })
    expect(gone).toMatchObject({ events: 400, deliveries: 400 })
    expect(pauses).toBeGreaterThanOrEqual(4)
  })

  test('ends when it is told to', async () => {
    for (let batch = 0; batch < 3; batch += 1)
      await record(Array.from({ length: 200 }, () => recordingOf({ acceptedAt: old, to: 0 })))
    expect(await purge({ goOn: async () => false })).toMatchObject({ events: 200 })
  })
})

// Never an empty start in silence (threat F13), no word told twice after an old copy was restored (F32).

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { createShelf, type Shelf, writeCopy } from '../../src/store/backup.ts'
import { ensureSound, noteMade, prepareSwap, readRestored, restoredMark, swap } from '../../src/store/recovery.ts'
import { time } from '../fakes/event.ts'
import { createFakeLog } from '../fakes/log.ts'
import { flip, makeDatabase, openAt, recordingOf, snapshot } from './kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-recovery-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const hourMs = 3_600_000
let count = 0
let path: string
let shelf: Shelf
beforeEach(() => {
  count += 1
  path = join(folder, `${count}`, 'vigie.db')
  shelf = createShelf(join(folder, `${count}`, 'backup'), path)
})
const sound = () => ensureSound({ path, shelf, now: () => time, log: createFakeLog() })
const copyAt = async (at: number) => {
  await writeCopy({ from: path, to: shelf.placeFor(at), at })
  return shelf.placeFor(at)
}
const beside = () => readdirSync(join(path, '..')).sort()
const events = async () => {
  const store = await openAt(path)
  const found = await store.events.recent({ limit: 1000 })
  await store.close()
  return found.length
}

describe('at the start', () => {
  test('nothing is done to a sound database, nor to one that never was', async () => {
    expect(await sound()).toBeUndefined()
    await makeDatabase(path)
    noteMade(path)
    expect(await sound()).toBeUndefined()
    expect(await events()).toBe(20)
  })

  test('a damaged database is moved aside and the newest good copy takes its place', async () => {
    await makeDatabase(path, 30)
    noteMade(path)
    await copyAt(time - 2 * hourMs)
    const newest = await copyAt(time - hourMs)
    flip(newest, 8192)
    flip(path, 8192)
    const restored = await sound()
    expect(restored).toMatchObject({ reason: 'damaged', since: time - 2 * hourMs, until: time })
    expect(restored?.from).toBe(shelf.placeFor(time - 2 * hourMs))
    expect(restored?.aside).toMatch(/vigie\.db\.damaged-/)
    expect(existsSync(restored?.aside ?? '')).toBe(true)
    expect(await events()).toBe(30)
  })

  test('a damaged log goes aside with its database, and is never read into the copy', async () => {
    await makeDatabase(path, 5)
    noteMade(path)
    await copyAt(time - hourMs)
    const store = await openAt(path)
    for (let index = 0; index < 10; index += 1) await store.events.record([recordingOf()])
    const crashed = join(folder, `${count}`, 'crashed.db')
    snapshot(path, crashed)
    await store.close()
    snapshot(crashed, path)
    flip(`${path}-wal`, 20_000)
    const restored = await sound()
    expect(beside().filter((name) => name.startsWith('vigie.db.damaged'))).toHaveLength(3)
    expect(restored?.damage).toContain('log')
    expect(await events()).toBe(5)
  })

  test('a database that has disappeared is restored from its newest copy', async () => {
    await makeDatabase(path, 3)
    noteMade(path)
    await copyAt(time - hourMs)
    rmSync(path)
    expect(await sound()).toMatchObject({ reason: 'missing' })
    expect(await events()).toBe(3)
  })

  test.each([
    ['disappeared', (file: string) => rmSync(file)],
    ['was emptied', (file: string) => writeFileSync(file, '')],
    ['is damaged', (file: string) => flip(file, 0)],
  ])('without a good copy a database that %s is never replaced by an empty one', async (_what, befall) => {
    await makeDatabase(path)
    noteMade(path)
    befall(path)
    const before = beside()
    await expect(sound()).rejects.toThrow(ConfigError)
    await expect(sound()).rejects.toThrow('vigie restore')
    expect(beside()).toEqual(before)
  })

  test('a copy of a newer Vigie is left where it is', async () => {
    await makeDatabase(path, 2)
    noteMade(path)
    const older = await copyAt(time - 2 * hourMs)
    const newer = await copyAt(time - hourMs)
    const copy = new DatabaseSync(newer)
    copy.exec("insert into kysely_migration (name, timestamp) values ('999-later', '')")
    copy.close()
    rmSync(path)
    expect((await sound())?.from).toBe(older)
  })

  // kill -9 between two steps of a restore: what the next start finds.
  test.each(['prepared', 'named', 'database aside', 'log aside'])(
    'a restore that ended when it was %s leaves the database before, or the restored one',
    async (cutAt) => {
      await makeDatabase(path, 5)
      noteMade(path)
      const copy = await copyAt(time - hourMs)
      await makeDatabase(path, 4)
      await prepareSwap({ path, file: copy, at: time, facts: { reason: 'asked' } })
      if (cutAt !== 'prepared') writeFileSync(`${path}.restoring`, readFileSync(`${path}.restoring.part`))
      if (cutAt.endsWith('aside')) rmSync(path)
      if (cutAt === 'database aside') writeFileSync(`${path}-wal`, 'of the database before')
      expect(await sound()).toBeUndefined()
      expect(await events()).toBe(cutAt.endsWith('aside') ? 5 : 9)
      expect(beside().filter((name) => name.includes('restoring'))).toEqual([])
    },
  )
})

describe('a restored copy', () => {
  test('looks for whatever it believes unsent, from when that was made', async () => {
    const store = await openAt(path)
    await store.events.record([recordingOf({ to: 3 })])
    const [claimed] = await store.deliveries.claim({ notifier: 'mattermost', now: time, leaseMs: 15_000, limit: 1 })
    await store.deliveries.settle(claimed?.delivery.id ?? '', 1, { as: 'delivered', receipt: { post: 'p' } }, time)
    await store.close()
    const copy = await copyAt(time + 1)
    const prepared = await prepareSwap({ path, file: copy, at: time + 6 * hourMs, facts: { reason: 'asked' } })
    expect(swap(path, prepared).unsure).toBe(2)
    const after = await openAt(path, () => time + 6 * hourMs)
    const claims = await after.deliveries.claim({
      notifier: 'mattermost',
      now: time + 6 * hourMs,
      leaseMs: 15_000,
      limit: 9,
    })
    await after.close()
    expect(claims.map(({ unsure, firstTriedAt }) => ({ unsure, firstTriedAt }))).toEqual([
      { unsure: true, firstTriedAt: time },
      { unsure: true, firstTriedAt: time },
    ])
  })

  test('looks for a parked delivery too, before it is replayed', async () => {
    const store = await openAt(path)
    await store.events.record([recordingOf()])
    const [claimed] = await store.deliveries.claim({ notifier: 'mattermost', now: time, leaseMs: 15_000, limit: 1 })
    const id = claimed?.delivery.id ?? ''
    await store.deliveries.settle(id, 1, { as: 'parked', error: 'no' }, time)
    await store.close()
    swap(path, await prepareSwap({ path, file: await copyAt(time), at: time + hourMs, facts: { reason: 'asked' } }))
    const after = await openAt(path)
    expect(await after.deliveries.replay(id, time + hourMs)).toBe(true)
    const [again] = await after.deliveries.claim({
      notifier: 'mattermost',
      now: time + hourMs,
      leaseMs: 15_000,
      limit: 1,
    })
    await after.close()
    expect(again).toMatchObject({ unsure: true, firstTriedAt: time })
  })

  test('says from when to when nothing is known, how much was lost, and where the database before is', async () => {
    await makeDatabase(path, 3)
    const copy = await copyAt(time + hourMs)
    const store = await openAt(path)
    for (let index = 0; index < 4; index += 1)
      await store.events.record([recordingOf({ acceptedAt: time + 2 * hourMs })])
    await store.close()
    const at = time + 6 * hourMs
    const restored = swap(path, await prepareSwap({ path, file: copy, at, facts: { reason: 'asked' } }))
    expect(restored).toMatchObject({ since: time + hourMs, until: at, lostEvents: 4 })
    const after = await openAt(path)
    expect(readRestored(await after.marks.get(restoredMark))).toEqual(restored)
    await after.close()
    const before = await openAt(restored.aside ?? '')
    expect(await before.events.recent({ limit: 100 })).toHaveLength(7)
    await before.close()
  })

  test('knows webhooks again that were told after it was made, not those that were not', async () => {
    const recordings = ['told', 'waiting'].map((key) => ({
      ...recordingOf(),
      dedupe: [{ key, lifeMs: 14 * 24 * hourMs }],
    }))
    await makeDatabase(path, 1)
    const copy = await copyAt(time)
    const store = await openAt(path)
    const [earlier] = await store.deliveries.claim({ notifier: 'mattermost', now: time, leaseMs: 15_000, limit: 1 })
    await store.deliveries.settle(earlier?.delivery.id ?? '', 1, { as: 'delivered', receipt: { post: 'p' } }, time)
    const [told] = await store.events.record(recordings.slice(0, 1))
    const [claimed] = await store.deliveries.claim({ notifier: 'mattermost', now: time, leaseMs: 15_000, limit: 1 })
    await store.deliveries.settle(claimed?.delivery.id ?? '', 1, { as: 'delivered', receipt: { post: 'q' } }, time)
    await store.events.record(recordings.slice(1))
    await store.close()
    swap(path, await prepareSwap({ path, file: copy, at: time + hourMs, facts: { reason: 'asked' } }))
    const after = await openAt(path, () => time + hourMs)
    const again = await after.events.record(recordings)
    await after.close()
    expect(claimed?.delivery.events).toEqual([told?.event])
    expect(again).toMatchObject([{ event: told?.event, repeated: true }, { repeated: false }])
  })

  test('a key that was revoked since stays revoked (T11)', async () => {
    const store = await openAt(path)
    const key = { name: 'bank', hash: 'ab', scopes: ['events:write' as const], madeAt: time }
    await store.apiKeys.add({ ...key, id: 'k1' })
    await store.apiKeys.add({ ...key, id: 'k2', name: 'other' })
    const file = await copyAt(time)
    await store.apiKeys.revoke('k1', time + 1)
    await store.close()
    swap(path, await prepareSwap({ path, file, at: time + 2, facts: { reason: 'asked' } }))
    const restored = await openAt(path)
    expect((await restored.apiKeys.all()).map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      ['k1', time + 1],
      ['k2', undefined],
    ])
    await restored.close()
  })

  test('leaves to GitLab’s project no time in which Vigie was there', async () => {
    const store = await openAt(path)
    const hook = {
      key: 'p1',
      path: 'acme/app',
      sealed: 'x',
      seen: 7,
      state: 'working',
      told: false,
      failedTests: 0,
    } as const
    await store.hooks.save({ ...hook, madeAt: time, lookedAt: time })
    await store.close()
    const copy = await copyAt(time + 1)
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    swap(path, await prepareSwap({ path, file: copy, at: time + 6 * hourMs, facts: { reason: 'missing' } }))
    const after = await openAt(path)
    expect(await after.hooks.all()).toMatchObject([{ seen: 7, lookedAt: time + 6 * hourMs }])
    await after.close()
  })

  test('gives ids above all that were given before it', async () => {
    await makeDatabase(path, 1)
    const copy = await copyAt(time)
    const store = await openAt(path)
    const [lost] = await store.events.record([recordingOf({ acceptedAt: time + hourMs })])
    await store.close()
    swap(path, await prepareSwap({ path, file: copy, at: time + 2 * hourMs, facts: { reason: 'asked' } }))
    const after = await openAt(path)
    const [next] = await after.events.record([recordingOf({ acceptedAt: time + 2 * hourMs })])
    await after.close()
    expect((next?.event ?? '') > (lost?.event ?? '')).toBe(true)
  })

  test.each([
    ['absent', 'absent.db'],
    ['no database', 'words.txt'],
  ])('is refused when the file is %s', async (_what, name) => {
    await makeDatabase(path, 1)
    const file = join(folder, `${count}`, name)
    if (name === 'words.txt') writeFileSync(file, 'no database at all')
    await expect(prepareSwap({ path, file, at: time, facts: { reason: 'asked' } })).rejects.toMatchObject({
      name: 'UserError',
    })
    expect(beside().filter((found) => found.includes('restoring'))).toEqual([])
  })
})

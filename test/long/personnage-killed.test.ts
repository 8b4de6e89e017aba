// Vigie killed while characters come in: none without the event that tells of it, no event without its character, and what was answered
// is there (issue "The open door": "never a stored half").

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { fillKeys, silentLog } from '../../bench/servers.ts'
import { freePort } from '../../src/app/free-port.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { vigie } from '../cli/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-killed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const rounds = 5
const askers = 8

describe('Vigie killed while characters come in', () => {
  test('holds each with its event, and all it answered for', { timeout: 120_000 }, async () => {
    const keys = await fillKeys(folder, askers * rounds)
    const answered = new Map<string, number>()
    for (let round = 0; round < rounds; round += 1) {
      await killedRound(round, keys.slice(round * askers, (round + 1) * askers), answered)
      await check(answered)
    }
    expect(answered.size).toBeGreaterThan(rounds)
  })
})

/** Every asker sends one after the other until the process is gone; each has a character of its own, and new ones. */
async function killedRound(round: number, keys: readonly string[], answered: Map<string, number>): Promise<void> {
  const port = await freePort('127.0.0.1')
  const running = vigie(['start'], {
    cwd: folder,
    environment: {
      PORT: String(port),
      MATTERMOST_URL: 'http://127.0.0.1:9',
      MATTERMOST_TOKEN: 'a-bot-token-of-26-letters',
      VIGIE_SECRET_KEY: 'a secret key of the tests alone',
    },
  })
  await running.line('Vigie listens')
  const ask = async (key: string, asker: number): Promise<void> => {
    for (let count = 0; ; count += 1) {
      const nom = count % 2 === 0 ? `asker ${asker}` : `new ${round} ${asker} ${count}`
      const score = round * 1000 + count
      const response = await fetch(`http://127.0.0.1:${port}/webhook/personnage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ nom, score }),
      }).catch(() => undefined)
      if (response === undefined) return
      if (response.status === 200) answered.set(nom, score)
    }
  }
  const asking = Promise.all(keys.map(ask))
  await sleep(300 + round * 170)
  running.child.kill('SIGKILL')
  await running.ended()
  await asking
}

async function check(answered: ReadonlyMap<string, number>): Promise<void> {
  const store = await openSqliteStore({ path: join(folder, 'data', 'vigie.db'), now: Date.now, log: silentLog })
  const kept = await store.personnages.list({ sort: 'nom', order: 'asc', limit: 1_000_000 })
  const events = await store.events.recent({ source: 'personnage', limit: 1_000_000 })
  await store.close()
  const told = new Map<unknown, unknown>()
  for (const { event } of events.toReversed()) told.set(event.data.nom, event.data.score)
  // As it is kept, so it was told last; and nothing was told that is not kept.
  expect(new Map(kept.map(({ nom, score }) => [nom, score]))).toEqual(told)
  for (const [nom, score] of answered) expect(Number(told.get(nom)), nom).toBeGreaterThanOrEqual(score)
}

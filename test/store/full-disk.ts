// Run as a process of its own on a small disk (see full-disk.test.ts): fills it, again and again with a little less room, and says what
// became of what was acknowledged. Arguments: the folder, and how many rounds.

import { closeSync, ftruncateSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { findDamage } from '../../src/store/integrity.ts'
import { createReserve } from '../../src/store/reserve.ts'
import { createFakeLog } from '../fakes/log.ts'
import { openAt, recordingOf } from './kept.ts'

const [folder = '', rounds = '1'] = process.argv.slice(2)
const path = join(folder, 'vigie.db')
const filler = join(folder, 'filler')
const reserveBytes = 4 * 1024 * 1024
const free = () => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Leaves so much room. */
function fill(leftBytes: number): void {
  const file = openSync(filler, 'w')
  const wantedBytes = free() - leftBytes
  for (let at = 0; at < wantedBytes; at += 65_536) writeSync(file, Buffer.alloc(Math.min(65_536, wantedBytes - at)))
  ftruncateSync(file, Math.max(0, wantedBytes))
  closeSync(file)
}

const store = await openAt(path)
const reserve = createReserve({ databasePath: path, log: createFakeLog(), sizeBytes: reserveBytes })
const acknowledged: string[] = []
const names = new Set<string>()
const record = async () => {
  const [accepted] = await store.events.record([recordingOf({ title: 'x'.repeat(2000) })])
  if (accepted) acknowledged.push(accepted.event)
}
/** Resolves the name of the error that ended it. */
const until = async (most: number): Promise<string | undefined> => {
  for (let index = 0; index < most; index += 1) {
    try {
      await record()
    } catch (error) {
      return error instanceof Error ? error.name : String(error)
    }
  }
  return undefined
}

const laid = await reserve.look()
const states: string[] = []
for (let round = 0; round < Number(rounds); round += 1) {
  fill(200_000 + 4096 * round)
  names.add((await until(5000)) ?? 'never full')
  states.push((await reserve.look()).state)
  // The reserve is free: what is under way can be finished.
  names.add((await until(1)) ?? 'finished')
  rmSync(filler)
  states.push((await reserve.look()).state)
  names.add((await until(1)) ?? 'recovered')
  await store.purge({ eventsBefore: 0, auditBefore: 0, goOn: async () => true })
}
await store.close()
const damage = findDamage(path)
const again = await openAt(path)
let lost = 0
for (const id of acknowledged) if ((await again.events.find(id)) === undefined) lost += 1
await again.close()
const facts = { laid: laid.state, names: [...names], states: [...new Set(states)], acknowledged: acknowledged.length }
process.stdout.write(`${JSON.stringify({ ...facts, lost, damage: damage ?? null })}\n`)

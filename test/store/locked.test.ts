// Threat F12: another process holds the database for 3 s; what comes in waits and is taken.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openAt, recordingOf } from './kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-locked-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const holdFor3s = `
  const { DatabaseSync } = require('node:sqlite')
  const database = new DatabaseSync(process.argv[1])
  database.exec('begin exclusive')
  console.log('held')
  setTimeout(() => database.exec('commit'), 3000)`

test('what comes in while another process holds the database for 3 s is stored', async () => {
  const path = join(folder, 'vigie.db')
  const store = await openAt(path)
  const other = spawn(process.execPath, ['-e', holdFor3s, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(other.stdout, 'data')
  const accepted = await store.events.record([recordingOf(), recordingOf()])
  expect(accepted).toHaveLength(2)
  expect(await store.deliveries.counts()).toMatchObject({ waiting: 2 })
  await store.close()
  await once(other, 'exit')
})

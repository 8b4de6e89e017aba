// Threat F11 on a real small disk: nothing acknowledged is lost, and it goes on by itself once there is room.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'vigie-full-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const script = join(import.meta.dirname, 'full-disk.ts')
/** Only root may mount, in a view of the file system that ends with the process. */
const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', folder]).status === 0

test.skipIf(!mayMount)('a full disk costs nothing that was acknowledged (needs the right to mount)', () => {
  const mountAndRun = 'mount -t tmpfs -o size=24m tmpfs "$1" && exec "$2" "$3" "$1" 8'
  const words = ['-m', 'sh', '-c', mountAndRun, 'sh', folder, process.execPath, script]
  const said = JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }))
  expect(said).toMatchObject({ laid: 'ok', lost: 0, damage: null, states: ['full', 'ok'] })
  expect(said.names.sort()).toEqual(['StoreUnavailable', 'finished', 'recovered'])
  expect(said.acknowledged).toBeGreaterThan(8)
})

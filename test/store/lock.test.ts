import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { holdLock } from '../../src/store/lock.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { createFakeLog } from '../fakes/log.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('one start per database', () => {
  test('a second one is refused and told who the first is', () => {
    const path = join(folder, 'a', 'vigie.db')
    const lock = holdLock(path, 4711)
    expect(() => holdLock(path, 4712)).toThrow(UserError)
    expect(() => holdLock(path, 4712)).toThrow(/already running .*pid 4711/)
    lock.release()
    holdLock(path, 4712).release()
    expect(existsSync(`${path}.pid`)).toBe(false)
  })

  test('the database itself stays open to others', async () => {
    const path = join(folder, 'b.db')
    const lock = holdLock(path, 1)
    const store = await openSqliteStore({ path, now: Date.now, log: createFakeLog() })
    await store.marks.set('x', { a: 1 })
    expect(await store.marks.get('x')).toEqual({ a: 1 })
    await store.close()
    lock.release()
  })

  test('a killed process holds nothing', async () => {
    const path = join(folder, 'c.db')
    const module = join(import.meta.dirname, '../../src/store/lock.ts')
    const script = `import('${module}').then(({ holdLock }) => { globalThis.lock = holdLock('${path}', process.pid); console.log('held') ; setInterval(() => {}, 1000) })`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    expect(() => holdLock(path, 1)).toThrow(new RegExp(`pid ${child.pid}`))
    child.kill('SIGKILL')
    await once(child, 'exit')
    holdLock(path, 1).release()
  })
})

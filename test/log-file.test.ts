// The log as a file, and as text (interface.md, `LOG_FILE`, `LOG_FORMAT`).

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLog } from '../src/log.ts'
import { openLogFile } from '../src/log-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const never = (error: unknown) => {
  throw error
}

it('goes on where it was, in a folder that is made for it', () => {
  const path = join(folder, 'deep', 'vigie.log')
  openLogFile({ path, onTrouble: never }).write('one\n')
  openLogFile({ path, onTrouble: never }).write('two\n')
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
  expect(statSync(path).mode & 0o007).toBe(0)
})

it('begins anew when it is full, and keeps five old ones', () => {
  const path = join(folder, 'vigie.log')
  const file = openLogFile({ path, onTrouble: never, mostBytes: 20 })
  for (let number = 0; number < 20; number += 1) file.write(`line ${String(number).padStart(4, '0')}\n`)
  expect(readdirSync(folder).toSorted()).toEqual(['vigie.log', ...[1, 2, 3, 4, 5].map((one) => `vigie.log.${one}`)])
  expect(readFileSync(path, 'utf8')).toBe('line 0018\nline 0019\n')
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('line 0016\nline 0017\n')
  expect(readFileSync(`${path}.5`, 'utf8')).toBe('line 0008\nline 0009\n')
})

it('is let go where it cannot be written, and says so once', () => {
  const troubles: unknown[] = []
  const file = openLogFile({ path: '/dev/full', onTrouble: (error) => troubles.push(error) })
  file.write('one\n')
  file.write('two\n')
  expect(troubles).toHaveLength(1)
})

it('cannot be opened where nobody may write', () => {
  chmodSync(folder, 0o500)
  expect(() => openLogFile({ path: join(folder, 'none.log', '\0'), onTrouble: never })).toThrow()
})

const written = (facts: object, message: string) => {
  const lines: string[] = []
  createLog({ level: 'debug', format: 'text', write: (line) => lines.push(line), secrets: () => ['hush-hush'] }).warn(
    facts,
    message,
  )
  return lines
}

it('as text is date, level, message, and what else is known', () => {
  expect(written({}, 'Vigie listens').join()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z - WARN - Vigie listens\n$/)
  expect(written({ monitor: 'shop' }, 'check failed').join()).toMatch(/ - WARN - check failed \{"monitor":"shop"\}\n$/)
})

it('as text keeps any words on their line, and no secret', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [line = '', ...more] = written({ text }, `${text} hush-hush`)
      expect(more).toEqual([])
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]|hush-hush/u)
    }),
  )
})

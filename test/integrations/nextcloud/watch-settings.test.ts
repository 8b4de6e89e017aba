// WATCH_PATH, WATCH_IGNORE, WATCH_POLL (interface.md, "Settings").

import { describe, expect, test } from 'vitest'
import { createEnv } from '../../../src/env.ts'
import { ConfigError } from '../../../src/errors.ts'
import { createIgnores, ignoresAny } from '../../../src/integrations/nextcloud/ignore.ts'
import { rawOf } from '../../../src/integrations/nextcloud/paths.ts'
import { readFolders, readIgnored, readPollMs } from '../../../src/integrations/nextcloud/watch-settings.ts'

const envOf = (dotenv: Record<string, string>) => createEnv({ environment: {}, dotenv, readFile: () => '' })
const foldersOf = (value: string) => readFolders(envOf({ WATCH_PATH: value }), '/srv/vigie')
const problemsOf = (dotenv: Record<string, string>) => {
  const env = envOf(dotenv)
  readFolders(env, '/srv/vigie')
  readPollMs(env)
  try {
    env.check()
    return []
  } catch (error) {
    return error instanceof ConfigError ? error.problems.map(({ en }) => en) : [String(error)]
  }
}

describe('WATCH_PATH', () => {
  test('off is no folder', () => {
    expect(readFolders(envOf({}))).toEqual([])
  })

  test.each([
    ['/srv/admin/files/Documents_RH', 'Documents_RH', 'Documents RH', { disk: '/srv/admin/files/Documents_RH' }],
    ['rh=/srv/Documents RH/', 'rh', 'rh', { disk: '/srv/Documents RH' }],
    ['/srv/a=b', 'a=b', 'a=b', { disk: '/srv/a=b' }],
    ['dossiers/rh', 'rh', 'rh', { disk: '/srv/vigie/dossiers/rh' }],
    ['rh=dav:/Documents_RH', 'rh', 'rh', { dav: '/Documents_RH' }],
    ['dav:Documents_RH/', 'Documents_RH', 'Documents RH', { dav: '/Documents_RH' }],
  ])('%s is a folder', (value, name, title, at) => {
    expect(foldersOf(value)).toEqual([{ name, title, at }])
  })

  test('may be several', () => {
    expect(foldersOf('/srv/rh, paie=/srv/paie ,compta=dav:/Compta').map(({ name }) => name)).toEqual([
      'rh',
      'paie',
      'compta',
    ])
  })

  test.each([
    ['/', 'a folder is expected, such as /srv/rh, rh=/srv/rh or rh=dav:/Documents_RH, not "/"'],
    ['rh=', 'not "rh="'],
    ['=/srv/rh', 'not "=/srv/rh"'],
    ['dav:/', 'not "dav:/"'],
    ['a*=/srv/rh', 'not "a*=/srv/rh"'],
    ['/a/rh,/b/RH', 'two folders are called "RH"; name one of them'],
    ['/srv/rh,paie=/srv/rh/paie', '"paie" and "rh" are one within the other'],
    ['a=/srv/rh,b=/srv/rh/', '"b" and "a" are one within the other'],
  ])('%s is said to be wrong', (value, words) => {
    expect(problemsOf({ WATCH_PATH: value })).toEqual([expect.stringContaining(words)])
  })
})

test('WATCH_POLL is in seconds, and off unless it is set', () => {
  expect(readPollMs(envOf({}))).toBeUndefined()
  expect(readPollMs(envOf({ WATCH_POLL: '15' }))).toBe(15_000)
  expect(problemsOf({ WATCH_POLL: 'often' })).toEqual([expect.stringContaining('WATCH_POLL')])
})

describe('WATCH_IGNORE', () => {
  const ignores = (path: string, patterns = '') =>
    ignoresAny(createIgnores(readIgnored(envOf({ WATCH_IGNORE: patterns }))), rawOf(path))

  test.each([
    '.a',
    'sub/.git/config',
    '~$a.docx',
    '.~lock.a.odt#',
    'a.docx~',
    'a.TMP',
    'a.pdf.part',
    'a.pdf.ocTransferId1783.part',
    '.a.pdf.Xy3kQ9',
    '.a.pdf.~1a2b',
    'a.crdownload',
    'Thumbs.db',
    '#a#',
  ])('%s is never told', (path) => {
    expect(ignores(path)).toBe(true)
  })

  test.each(['a.pdf', 'a.tmp.pdf', 'part', 'a.partial.docx', 'sub/a', 'a~b.pdf', 'C# notes.txt', 'tmp/a.pdf'])(
    '%s is told',
    (path) => {
      expect(ignores(path)).toBe(false)
    },
  )

  test.each([
    ['*.bak', 'a.bak', true],
    ['*.bak', 'sub/A.BAK', true],
    ['*.bak', 'a.bak.pdf', false],
    ['brouillons', 'x/brouillons/a.pdf', true],
    ['brouillons/**', 'brouillons/x/a.pdf', true],
    ['brouillons/**', 'x/brouillons/a.pdf', false],
    ['**/brouillons/*.pdf', 'x/y/brouillons/a.pdf', true],
    ['**/brouillons/*.pdf', 'brouillons/a.pdf', true],
    ['été?.pdf', 'étéà.pdf', true],
    ['a?.pdf', 'a/b.pdf', false],
    ['(a)[b]{c}.+^$|', '(a)[b]{c}.+^$|', true],
    ['(a)', 'a', false],
  ])('%s and %s', (pattern, path, isIgnored) => {
    expect(ignores(path, pattern)).toBe(isIgnored)
  })
})

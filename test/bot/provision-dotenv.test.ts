// The dotenv file that `provision` writes and `start` reads (interface.md, "provision").

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  editDotenv,
  eraseDotenv,
  markWritten,
  removeFromDotenv,
  writeDotenv,
  writtenNames,
} from '../../src/bot/dotenv.ts'

describe('a dotenv text', () => {
  test('keeps comments, order and foreign settings byte for byte', () => {
    const before = '# mine\nexport PORT = 8090 # the port\n\nOTHER="a\nb"\r\nMATTERMOST_TOKEN=old\n# end'
    expect(editDotenv(before, { MATTERMOST_TOKEN: 'new', VIGIE_URL: 'http://vigie:8090' })).toBe(
      '# mine\nexport PORT = 8090 # the port\n\nOTHER="a\nb"\r\nMATTERMOST_TOKEN=new\n# end\r\nVIGIE_URL=http://vigie:8090\r\n',
    )
  })

  test('that says so already is left as it is', () => {
    const before = "TOKENS='a/b=c,d/e=f' # quoted by hand\n"
    expect(editDotenv(before, { TOKENS: 'a/b=c,d/e=f' })).toBe(before)
  })

  test('cannot hold a value with every kind of quote', () => {
    expect(() => editDotenv('', { C: 'with "quote" \' and ` all' })).toThrow('cannot stand in a dotenv file')
  })

  test('with an open quote is refused rather than made to say something else', () => {
    expect(() => editDotenv("A='open\nB=1", { C: "it's" })).toThrow('a quote that is never closed')
  })

  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/)
  const line = fc.oneof(
    fc.tuple(name, fc.stringMatching(/^[\w,/=:. -]{0,12}$/)).map(([key, value]) => `${key}=${value}`),
    fc.tuple(name, fc.stringMatching(/^[\w #'\n]{0,12}$/)).map(([key, value]) => `${key}="${value}"`),
    fc.stringMatching(/^# ?[\w ]{0,12}$/),
    fc.constant(''),
  )

  test('says afterwards what it was told and all that it said before, whatever it held', () => {
    fc.assert(
      fc.property(fc.array(line), name, fc.stringMatching(/^[\w,/=+:. #"-]{0,30}$/), (lines, key, value) => {
        const before = lines.join('\n')
        const after = editDotenv(before, { [key]: value.trim() })
        expect({ ...parseEnv(after) }).toEqual({ ...parseEnv(before), [key]: value.trim() })
        expect(editDotenv(after, { [key]: value.trim() })).toBe(after)
      }),
    )
  })
})

describe('what provision wrote', () => {
  test('is named in one comment line, and goes with it, byte for byte', () => {
    const mine = '# mine\nOTHER="a\nTOKEN=b"\r\nexport PORT=1 # here\n'
    const text = editDotenv(markWritten(mine, ['TOKEN', 'KEY']), { TOKEN: "it's", KEY: 'k' })
    expect(writtenNames(text)).toEqual(['TOKEN', 'KEY'])
    expect(writtenNames(markWritten(text, ['KEY', 'URL']))).toEqual(['TOKEN', 'KEY', 'URL'])
    expect(removeFromDotenv(text, ['TOKEN', 'KEY'])).toBe(mine)
  })

  test('is taken out with what stands behind it on its line; names that are not there change nothing', () => {
    expect(removeFromDotenv('A=1\nB="x\ny" # two lines\nC=3', ['B', 'D'])).toBe('A=1\nC=3')
  })

  const line = fc
    .tuple(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,4}$/), fc.stringMatching(/^[\w #'"\n=]{0,10}$/))
    .map(([key, value]) => `${key}=${value}`)

  test('is named without changing what is read, whatever the file held', () => {
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('', 'A= ', "A='open", 'A="'), (lines, end) => {
        const before = [...lines, end].join('\n')
        expect(parseEnv(markWritten(before, ['B', 'C']))).toEqual(parseEnv(before))
      }),
    )
  })

  test('and nothing else is taken out, whatever the file held', () => {
    fc.assert(
      fc.property(fc.array(line), fc.stringMatching(/^[A-Z][A-Z0-9_]{0,4}$/), (lines, name) => {
        const before = lines.join('\n')
        const { [name]: _, ...others } = parseEnv(before)
        const { [name]: __, ...left } = parseEnv(removeFromDotenv(before, [name]))
        expect(left).toEqual(others)
      }),
    )
  })
})

describe('a dotenv file', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-'))
    path = join(folder, '.env')
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('is made readable by its owner alone, and names what changed', async () => {
    expect(await writeDotenv(path, { A: '1', B: '2' })).toEqual(['A', 'B'])
    expect(await readFile(path, 'utf8')).toBe('# vigie provision: A B\nA=1\nB=2\n')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('from which everything is taken goes too, another keeps the rest', async () => {
    await writeDotenv(path, { A: '1', B: '2' })
    expect(await eraseDotenv(path, ['A', 'B', 'C'])).toEqual(['A', 'B'])
    expect(await readdir(folder)).toEqual([])
    expect(await eraseDotenv(path, ['A'])).toEqual([])
    await writeFile(path, 'MINE=1\n')
    await writeDotenv(path, { A: '1' })
    await eraseDotenv(path, ['A'])
    expect(await readFile(path, 'utf8')).toBe('MINE=1\n')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('that others could read is closed to them, even when nothing in it changes', async () => {
    await writeFile(path, 'A=1\n')
    await chmod(path, 0o644)
    expect(await writeDotenv(path, { A: '1' })).toEqual([])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('is untouched when it already says so', async () => {
    await writeDotenv(path, { A: '1' })
    const before = await stat(path)
    await writeDotenv(path, { A: '1' })
    expect((await stat(path)).ino).toBe(before.ino)
  })

  test('leaves no draft behind where it cannot be written', async () => {
    await expect(writeDotenv(join(path, 'below', '.env'), { A: '1' })).rejects.toThrow()
    await expect(writeDotenv(path, { A: 'line\rfeed ' })).rejects.toThrow('A')
    expect(await readdir(folder)).toEqual([])
  })
})

// `vigie export`, `import`, `push` and `query` among other commands: pipes that close early, devices, Ctrl-C, a Vigie that is away.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportCommand } from '../../src/cli/export.ts'
import { importCommand } from '../../src/cli/import.ts'
import { push } from '../../src/cli/push.ts'
import { query } from '../../src/cli/query.ts'
import { run } from './world.ts'

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'vigie')
const cwd = mkdtempSync(join(tmpdir(), 'vigie-pipes-'))
const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
beforeAll(async () => {
  const lines = Array.from({ length: 3000 }, (_, at) =>
    JSON.stringify({ nom: `N${at}`, score: at, timestamp: 1e9 + at }),
  )
  writeFileSync(join(cwd, 'log.ndjson'), lines.join('\n'))
  await run(importCommand, ['log.ndjson'], { cwd })
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

describe('among other commands', () => {
  test('a reader that goes early ends it without a word, as it ends others', async () => {
    const line = `{ "${process.execPath}" "${launcher}" export events; echo $? >&2; } | head -n 1`
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', line], { cwd, env: { PATH } })
    expect([stdout, stderr]).toEqual(['[\n', '141\n'])
  })

  test('Ctrl-C ends what waits for its input', async () => {
    const env = { PATH, LANG: 'en_US', DATABASE_URL: 'sqlite:other.db' }
    const child = spawn(process.execPath, [launcher, 'import', '-'], { cwd, env })
    let told = ''
    child.stderr.on('data', (chunk) => {
      told += String(chunk)
    })
    // It has begun to read once more is written than a pipe or a socket holds.
    child.stdin.on('error', () => undefined)
    child.stdin.write(`{"nom":"A","score":1}${' '.repeat(1000)}\n`.repeat(600), () => child.kill('SIGINT'))
    const [code] = await once(child, 'exit')
    expect([code, told]).toEqual([130, 'Interrupted.\n'])
  })

  test('a pipe is written to, not replaced, and a folder is none', async () => {
    const pipe = join(cwd, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    const reader = promisify(execFile)('cat', [pipe], { maxBuffer: 1e9 })
    expect((await run(exportCommand, ['personnages', '--format', 'ndjson', 'pipe'], { cwd })).code).toBe(0)
    expect((await reader).stdout.trimEnd().split('\n')).toHaveLength(3000)
    expect(statSync(pipe).isFIFO()).toBe(true)
    await expect(run(exportCommand, ['personnages', '.'], { cwd })).rejects.toThrow(/cannot be written/)
    expect(existsSync(`${cwd}.part`)).toBe(false)
  })

  test('what only events have is not asked of characters', async () => {
    for (const flag of ['--from', '--to', '--source', '--type'])
      await expect(run(exportCommand, ['personnages', flag, '7d'], { cwd })).rejects.toThrow(`${flag}: for events only`)
  })
})

describe('a Vigie that is away or says no', () => {
  const environment = { VIGIE_API_KEY: 'k' }
  let asked = 0
  const answering = (answer: () => Promise<Response>) => ({
    cwd,
    environment,
    stdin: ['{"nom":"A","score":1}\n{"nom":"B","score":"x"}\n{"nom":"C","score":1,"niveau":"x","changed":"y"}\n'],
    fetch: ((_url, request) => {
      asked += 1
      bodies.push(String(request?.body))
      return answer()
    }) satisfies typeof fetch,
  })
  const bodies: string[] = []

  test('is told once, whatever there was to send', async () => {
    asked = 0
    const away = answering(() => Promise.reject(new Error('connect ECONNREFUSED')))
    const unheard = await run(push, ['personnage', '-'], away)
    expect([unheard.code, unheard.err]).toEqual([
      1,
      expect.stringMatching(/^line 1: .*does not answer.*ECONNREFUSED.*$/),
    ])
    expect(asked).toBe(1)
    const no = answering(async () => Response.json({ detail: 'This key is unknown.' }, { status: 401 }))
    const refused = await run(push, ['personnage', '-'], no)
    expect([refused.code, refused.err]).toEqual([1, 'line 1: This key is unknown. (401)'])
    expect(asked).toBe(2)
  })

  test('leaves nothing behind that looks like an answer', async () => {
    const lines: string[] = []
    const away = answering(() => Promise.reject(new Error('connect ECONNREFUSED')))
    const ran = run(query, ['personnages', '--format', 'csv'], away).then(({ out }) => lines.push(out))
    await expect(ran).rejects.toThrow(/does not answer/)
    expect(lines).toEqual([])
  })

  test('is not taken for another server where its answer breaks off', async () => {
    const broken = answering(async () => {
      const body = new ReadableStream({ pull: (to) => to.error(new TypeError('terminated')) })
      return new Response(body)
    })
    await expect(run(query, ['personnages'], broken)).rejects.toThrow(/does not answer .*terminated/)
  })

  test('any number of characters is a table', async () => {
    const items = Array.from({ length: 1000 }, () => ({ nom: 'Naruto', score: 1, niveau: 'débutant' }))
    let pages = 0
    const many = answering(async () => {
      pages += 1
      return Response.json({ items, next: pages < 200 ? `${pages}` : null })
    })
    const { out } = await run(query, ['personnages', '--format', 'table'], many)
    expect(out.split('\n').slice(0, 2)).toEqual(['nom     score  niveau', 'Naruto  1      débutant'])
    expect(out.split('\n')).toHaveLength(200 * 1000 + 2)
  })

  test('is not taken for another server that answers', async () => {
    const page = answering(async () => new Response('<html></html>'))
    const other = answering(async () => Response.json({ status: 'OK' }))
    for (const who of [page, other])
      await expect(run(query, ['personnages'], who)).rejects.toThrow(/is not Vigie. Is VIGIE_URL right/)
    expect((await run(push, ['mesure', '{}'], page)).err).toMatch(/^line 1: What answers at .* is not Vigie/)
  })

  test('is sent fewer at once where they are too much together, and told only what is too much alone', async () => {
    const some = {
      ...answering(async () => {
        const events: { data: { n: number } }[] = JSON.parse(bodies.at(-1) ?? '')
        const isTooMuch = events.length > 2 || events.some(({ data }) => data.n === 3)
        return isTooMuch ? Response.json({ detail: 'Too large.' }, { status: 413 }) : Response.json(events)
      }),
      stdin: Array.from({ length: 7 }, (_, n) => `{"n":${n}}\n`),
    }
    const ran = await run(push, ['mesure', '-'], some)
    expect([ran.code, ran.err]).toEqual([1, 'line 4: Too large. (413)'])
    const taken = ran.out.trimEnd().split('\n')
    expect(taken.map((line) => JSON.parse(line).data.n)).toEqual([0, 1, 2, 4, 5, 6])
  })

  test('is sent no more bytes at once than it takes', async () => {
    bodies.length = 0
    const some = {
      ...answering(async () => Response.json([])),
      stdin: Array.from({ length: 40 }, () => `{"text":"${'é'.repeat(30_000)}"}\n`),
    }
    expect((await run(push, ['mesure', '-'], some)).code).toBe(0)
    expect(Math.max(...bodies.map((body) => Buffer.byteLength(body)))).toBeLessThan(2 ** 20)
    expect(bodies.flatMap((body): unknown[] => JSON.parse(body))).toHaveLength(40)
  })

  test('is asked line by line where it is the line that will not do', async () => {
    bodies.length = 0
    let count = 0
    const some = answering(async () => {
      count += 1
      return count === 2 ? Response.json({ detail: 'Wrong.' }, { status: 422 }) : Response.json({ nom: 'x' })
    })
    const ran = await run(push, ['personnage', '-'], some)
    expect([ran.code, ran.err]).toEqual([1, 'line 2: Wrong. (422)'])
    expect(bodies.at(-1)).toBe('{"nom":"C","score":1}')
  })
})

// manifest.json is reviewed like a lock file: it must say what the command list says (issue 3), within Mattermost's limits.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { manifestOf, parseManifest, printManifest } from '../../src/bot/manifest.ts'
import { manifest } from '../../src/cli/manifest.ts'
import type { World } from '../../src/cli/subcommand.ts'
import type { Command } from '../../src/commands/command.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function worldIn(folder: string) {
  const out: string[] = []
  const err: string[] = []
  const world: World = {
    environment: {},
    cwd: folder,
    root: folder,
    pid: 1,
    node: process.execPath,
    stdin: Readable.from([]),
    stdout: (line) => out.push(line),
    stderr: (line) => err.push(line),
    locale: 'en',
    now: () => 0,
    fetch,
    signal: new AbortController().signal,
    isTerminal: false,
  }
  return { world, out, err }
}

test('manifest.json says what the commands say; else: npm run manifest, and review the change', async () => {
  const { world, err } = worldIn(root)
  expect({ code: await manifest.run(['--check'], world), err }).toEqual({ code: 0, err: [] })
})

test('Vigie registers its own words and none of Mattermost’s', async () => {
  const { commands } = parseManifest(await readFile(join(root, 'manifest.json'), 'utf8'))
  expect(commands.map(({ trigger }) => trigger)).toEqual([
    'vigie',
    'monitor',
    'subscribe',
    'unsubscribe',
    'personnage',
    'statut',
  ])
})

test('every text fits where Mattermost stores it', async () => {
  const { bot, commands } = parseManifest(await readFile(join(root, 'manifest.json'), 'utf8'))
  for (const { description } of commands.flatMap((one) => [one, one.en]))
    expect(Buffer.byteLength(description)).toBeLessThanOrEqual(128)
  for (const words of [bot, bot.en]) expect([...words.description].length).toBeLessThanOrEqual(1024)
})

describe('vigie manifest', () => {
  test('--check fails on drift and says what to run; --write mends it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-'))
    await writeFile(join(folder, 'manifest.json'), '{}\n')
    const { world, out, err } = worldIn(folder)
    expect(await manifest.run(['--check'], world)).toBe(1)
    expect(err.join()).toContain('npm run manifest')
    expect(await manifest.run(['--write'], world)).toBe(0)
    expect(await manifest.run(['--check'], world)).toBe(0)
    expect(await manifest.run([], world)).toBe(0)
    expect(`${out.join('\n')}\n`).toBe(await readFile(join(folder, 'manifest.json'), 'utf8'))
    await rm(folder, { recursive: true })
  })
})

describe('a command in the manifest', () => {
  const ping: Command = {
    name: 'ping',
    trigger: true,
    summary: { fr: `É${'t'.repeat(200)}`, en: 'Answers.' },
    allow: 'guest',
    args: [{ name: 'who', title: { fr: 'Qui', en: 'Who' }, help: { fr: '…', en: '…' }, required: true }],
    verbs: [
      {
        name: 'list',
        twin: 'liste',
        summary: { fr: '…', en: '…' },
        allow: 'guest',
        run: async () => ({}),
      },
    ],
    run: async () => ({}),
  }

  test('is one that is a slash command of its own', () => {
    expect(manifestOf([{ ...ping, trigger: false }]).commands).toEqual([])
  })

  test('hints at its arguments and verbs in both languages', () => {
    const [made] = manifestOf([ping]).commands
    expect([made?.auto_complete_hint, made?.en.auto_complete_hint]).toEqual(['<qui> | liste', '<who> | list'])
  })

  test('has its description cut to 128 bytes, whole characters only', () => {
    const [made] = manifestOf([ping]).commands
    expect(made?.description).toMatch(/^Ét+…$/)
    expect(Buffer.byteLength(made?.description ?? '')).toBe(128)
  })

  test('comes back from the printed manifest as it was', () => {
    expect(parseManifest(printManifest(manifestOf([ping])))).toEqual(manifestOf([ping]))
  })
})

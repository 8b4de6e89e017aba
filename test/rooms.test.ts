// The guard of the house (design.md, "Imports", "Lists, not folder scans"): who may know whom, what is on which list, and what may not
// stand in the repository at all. Reads source text; runs nothing of it.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'src')

/** May be imported by anybody, and import nothing else of ours. */
const shared = ['event.ts', 'errors.ts', 'standard-webhooks.ts', 'turns.ts', 'text/']

/** Where a room may be known from outside, by its types alone. */
const contracts = [
  'env.ts',
  'store/store.ts',
  'notifiers/notifier.ts',
  'integrations/integration.ts',
  'integrations/monitor/monitor.ts',
  'integrations/nextcloud/folder.ts',
  'commands/command.ts',
  'documents/document.ts',
  // What a subscription hears, and why not: told by commands, judged by flow.
  'flow/judge.ts',
  'flow/route.ts',
  'flow/router.ts',
]

/** Compose: import the lists, pass the values. */
const composes = (path: string) => isIn(path, ['main.ts', 'app.ts', 'app/', 'cli/', 'settings.ts'])

/** Outside packages that more than one room may use. */
const common = ['zod', 'fastify', 'kysely', 'ws']

interface Import {
  /** Relative to src. */
  readonly from: string
  /** Relative to src, or a package's name, or `node:…`. */
  readonly to: string
  readonly inside: boolean
  readonly typeOnly: boolean
}

const files = walk(source)
  .map((path) => slashed(relative(source, path)))
  .filter((path) => path.endsWith('.ts'))
const imports = files.flatMap(importsOf)

function walk(folder: string, skip: readonly string[] = []): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skip.includes(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path, skip) : [path]
  })
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}

/** Every `import … from`, `export … from`, `import '…'` and `import('…')` of a file. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(source, from), 'utf8')
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm)
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)
  return [
    ...[...statements].map(([, type, names = '', to = '']) =>
      resolved(from, to, type !== undefined || onlyTypes(names)),
    ),
    ...[...dynamic].map(([, to = '']) => resolved(from, to, false)),
  ]
}

/** `{ type A, type B }` */
function onlyTypes(names: string): boolean {
  const inner = /^\{([^}]*)\}$/.exec(names.trim())?.[1]
  const listed =
    inner
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '') ?? []
  return listed.length > 0 && listed.every((name) => name.startsWith('type '))
}

function resolved(from: string, to: string, typeOnly: boolean): Import {
  const inside = to.startsWith('.')
  const target = inside
    ? slashed(relative(source, join(source, dirname(from), to)))
    : (/^(?:@[^/]+\/)?[^/]+/.exec(to)?.[0] ?? to)
  return { from, to: target, inside, typeOnly }
}

const isIn = (path: string, places: readonly string[]) =>
  places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))

/** The folder of `src` a file lives in; each integration's folder is a room of its own, a file beside `main.ts` too. */
function roomOf(path: string): string {
  const [room = '', folder] = path.split('/')
  return room === 'integrations' && folder !== undefined && !folder.endsWith('.ts') ? `${room}/${folder}` : room
}

const show = ({ from, to, typeOnly }: Import) => `${from} → ${to}${typeOnly ? ' (types)' : ''}`

/** Value imports within these are the house's own; a room's list imports what stands on it. */
function mayKnow({ from, to, typeOnly }: Import): boolean {
  if (roomOf(from) === roomOf(to) || isIn(to, shared) || composes(from)) return true
  if (from === `${roomOf(from)}/index.ts` && to.startsWith(`${roomOf(from)}/`)) return true
  return typeOnly && isIn(to, contracts)
}

describe('rooms', () => {
  test('were found and read', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(imports.filter(({ typeOnly }) => typeOnly).length).toBeGreaterThan(50)
  })

  test('know each other only by types, from the contract file of the other', () => {
    expect(imports.filter((one) => one.inside && !mayKnow(one)).map(show)).toEqual([])
  })

  test('leave what everybody may import free of everything else of ours', () => {
    const own = imports.filter(({ from, inside }) => inside && isIn(from, shared))
    expect(own.filter(({ to }) => !isIn(to, shared)).map(show)).toEqual([])
  })

  test('do without the stand-in Mattermost, and it without them', () => {
    const across = imports.filter(
      ({ from, to, inside }) => inside && from.startsWith('sandbox/') !== to.startsWith('sandbox/'),
    )
    expect(across.filter(({ from }) => !composes(from)).map(show)).toEqual([])
  })

  test('import only files that are there', () => {
    expect(imports.filter(({ to, inside }) => inside && !existsSync(join(source, to))).map(show)).toEqual([])
  })

  test('keep each outside package to one of them', () => {
    const users = new Map<string, Set<string>>()
    for (const { from, to, inside } of imports) {
      if (inside || to.startsWith('node:') || common.includes(to)) continue
      users.set(to, (users.get(to) ?? new Set()).add(roomOf(from)))
    }
    const spread = [...users].filter(([, rooms]) => rooms.size > 1).map(([name, rooms]) => [name, ...rooms].join(' '))
    expect(spread).toEqual([])
  })

  test('read nothing of the process: main.ts passes it in', () => {
    const readers = files.filter((path) => {
      if (path === 'main.ts') return false
      const code = readFileSync(join(source, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      return /(?<![\w.'-])process\.\w|node:process/.test(code)
    })
    expect(readers).toEqual([])
  })
})

describe('lists', () => {
  const listed = (list: string) =>
    imports.filter(({ from, typeOnly }) => from === list && !typeOnly).map(({ to }) => to)
  const inFolder = (folder: string) =>
    files.filter((path) => path.startsWith(`${folder}/`) && path.split('/').length === 2)

  test('every command is on commands/index.ts', () => {
    const commands = inFolder('commands').filter((path) => !/\/(?:index|command)\.ts$/.test(path))
    expect(
      listed('commands/index.ts')
        .filter((path) => commands.includes(path))
        .sort(),
    ).toEqual(commands.sort())
  })

  test('every notifier is on notifiers/index.ts', () => {
    const notifiers = inFolder('notifiers').filter((path) =>
      /: Notifier\b/.test(readFileSync(join(source, path), 'utf8')),
    )
    const list = listed('notifiers/index.ts')
    expect(notifiers.filter((path) => !/\/(?:index|notifier)\.ts$/.test(path) && !list.includes(path))).toEqual([])
  })

  test('every source has a folder on integrations/index.ts', () => {
    const folders = readdirSync(join(source, 'integrations'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    const known = listed('integrations/index.ts').map((path) => path.split('/')[1])
    expect(folders.filter((name) => !known.includes(name))).toEqual([])
  })

  test('every subcommand is on cli/index.ts', () => {
    const subcommands = inFolder('cli').filter((path) =>
      /export const \w+: Subcommand\b/.test(readFileSync(join(source, path), 'utf8')),
    )
    const list = listed('cli/index.ts')
    expect(subcommands.length).toBeGreaterThan(0)
    expect(subcommands.filter((path) => !list.includes(path))).toEqual([])
  })
})

/** What git keeps; where there is no git, what is there. */
function tracked(): string[] {
  try {
    const list = execFileSync('git', ['ls-files', '-z'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const paths = list.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
    if (paths.length > 0) return paths.map((path) => join(root, path))
  } catch {
    // An unpacked archive: no git, or no repository.
  }
  return walk(root, ['.git', 'node_modules', 'data', 'coverage', '.env'])
}

const lockShape = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) })),
})

describe('the repository', () => {
  const texts = tracked()
    .filter((path) => !/\.(?:png|db|sock|log|ico)$/.test(path))
    .map((path) => ({ path: slashed(relative(root, path)), text: readFileSync(path, 'utf8') }))

  test('names no folder of the machine it was written on', () => {
    // Put together here, so that this file does not name them either.
    const folders = ['work', 'root', 'home', 'Users'].map((name) => `/${name}/`)
    const naming = texts.filter(({ text }) =>
      folders.some((folder) => new RegExp(`(?<![\\w.~*-])${folder}[\\w.-]+/`).test(text)),
    )
    expect(naming.map(({ path }) => path)).toEqual([])
  })

  test('locks its packages without naming where they came from', () => {
    const lock = texts.find(({ path }) => path === 'package-lock.json')?.text ?? ''
    expect(lock).toContain('"lockfileVersion"')
    expect(lock).not.toMatch(/"resolved":\s*"https?:/)
    const registries = [['registry', 'npmjs'].join('.'), ['npm', 'pkg'].join('.')]
    expect(texts.filter(({ text }) => registries.some((host) => text.includes(host))).map(({ path }) => path)).toEqual(
      [],
    )
  })

  // npm ci refuses a lock that leaves out packages of other platforms.
  test('locks what other platforms install too', () => {
    const { packages } = lockShape.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
    const missing = Object.values(packages).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies).filter(
        (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
      ),
    )
    expect(missing).toEqual([])
  })

  test('allows the one install script there is', () => {
    const { allowScripts } = JSON.parse(texts.find(({ path }) => path === 'package.json')?.text ?? '{}')
    expect(allowScripts).toEqual({ node: true })
  })

  test('shows in CONTRIBUTING the very command that test/commands/example.test.ts follows', () => {
    const textOf = (path: string) => readFileSync(join(root, path), 'utf8')
    const body = /\n(\/\*\* `\/vigie ping`[\s\S]*)$/.exec(textOf('test/fixtures/commands/ping.ts'))?.[1]?.trim()
    expect(body).toContain('pingCommand')
    expect(textOf('CONTRIBUTING.md')).toContain(body)
  })
})

// A real folder that is watched: what is told of it, and how it stands. Times are a tenth of the real ones.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createDiskSource, type DiskParts } from '../../../src/integrations/nextcloud/disk.ts'
import type { Change, Folder, Trouble } from '../../../src/integrations/nextcloud/folder.ts'
import { shown } from '../../../src/integrations/nextcloud/paths.ts'
import type { Siblings } from '../../../src/integrations/nextcloud/siblings.ts'
import { createWatching, type Watching, type WatchingParts } from '../../../src/integrations/nextcloud/watching.ts'
import { openSqliteStore, type SqliteStore } from '../../../src/store/sqlite.ts'
import { createFakeLog } from '../../fakes/log.ts'
import { quick } from './pace.ts'
import type { Line, Work } from './watch-process.ts'

export interface Watched {
  readonly path: string
  readonly watching: Watching
  /** `created a.pdf`, `moved a.pdf → b.pdf`, in the order they were told. */
  readonly told: string[]
  readonly changes: Change[]
  /** `missing`, and `over`. */
  readonly troubles: string[]
  readonly trouble: Trouble[]
  /** Resolves when all of these were told, in whatever order. */
  heard(...lines: string[]): Promise<void>
  stop(): Promise<void>
}

export interface World {
  /** A path that does not exist yet. */
  readonly path: string
  readonly store: SqliteStore
  /** `sub/a.pdf` and its text: made with its folders, as it is written in place. */
  write(name: string, text?: string): string
  /** As Nextcloud does: under another name, and renamed when it is complete. */
  upload(name: string, text?: string): string
  /** Resolves when it has looked at the folder, and hears of changes. */
  watch(
    more?: Partial<WatchingParts> & { disk?: Partial<DiskParts>; path?: string; unready?: boolean },
  ): Promise<Watched>
  /** Another database. */
  reopen(path: string): Promise<SqliteStore>
  end(): Promise<void>
}

export async function createWorld(): Promise<World> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'vigie-folder-')))
  const root = join(base, 'rh')
  const store = await openSqliteStore({ path: join(base, 'vigie.db'), now: Date.now, log: createFakeLog() })
  const open = new Set<Watched>()

  return {
    path: root,
    store,
    write(name, text = 'text') {
      const path = join(root, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    upload(name, text = 'text') {
      const path = join(root, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(`${path}.ocTransferId1783.part`, text)
      renameSync(`${path}.ocTransferId1783.part`, path)
      return path
    },
    async watch({ disk, path = root, unready = false, ...more } = {}) {
      const source = createDiskSource({ path, ignore: [], ...disk })
      const folder: Folder = { name: 'rh', title: 'rh', at: { disk: path } }
      const watched = start({ folder, source, hints: source.hints, store: store.folders, ...more }, path, async () => {
        open.delete(watched)
        await source.close()
      })
      open.add(watched)
      if (!unready)
        await until(
          () =>
            watched.watching.status().isHearing ||
            (watched.watching.status().state !== 'starting' && watched.watching.status().state !== 'watched'),
        )
      return watched
    },
    reopen: (path) => openSqliteStore({ path, now: Date.now, log: createFakeLog() }),
    async end() {
      for (const watched of open) await watched.stop()
      await store.close()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

function start(
  parts: Omit<WatchingParts, 'onChange' | 'onTrouble' | 'now' | 'log'> &
    Partial<WatchingParts> & { siblings?: Siblings },
  path: string,
  ended: () => Promise<void>,
): Watched {
  const told: string[] = []
  const changes: Change[] = []
  const troubles: string[] = []
  const trouble: Trouble[] = []
  const watching = createWatching({
    now: Date.now,
    log: createFakeLog(),
    pace: quick,
    async onChange(change) {
      changes.push(change)
      told.push(lineOf(change))
    },
    async onTrouble(news) {
      troubles.push(news?.kind ?? 'over')
      if (news !== undefined) trouble.push(news)
    },
    ...parts,
  })
  const stopping = new AbortController()
  const over = watching.watch(stopping.signal)
  return {
    path,
    watching,
    told,
    changes,
    troubles,
    trouble,
    async heard(...lines) {
      await until(() => lines.every((line) => told.includes(line)))
    },
    async stop() {
      stopping.abort()
      await over
      await ended()
    },
  }
}

function lineOf({ kind, path, from, fromFolder }: Change): string {
  const place = fromFolder === undefined ? '' : `${fromFolder}:`
  return `${kind} ${from === undefined ? '' : `${place}${shown(from)} → `}${shown(path)}`
}

/** Hangs where it never comes true. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(10)
}

export interface WatchProcess {
  readonly child: ChildProcess
  readonly lines: Line[]
  /** Resolves when it said this of its state. */
  is(state: string): Promise<void>
  kill(): Promise<void>
}

/** `before`: what is run in its place and runs it (`unshare …`). */
export function startProcess(
  work: Work,
  { before = [], env = {} }: { before?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): WatchProcess {
  const script = fileURLToPath(new URL('./watch-process.ts', import.meta.url))
  const [command = process.execPath, ...args] = [...before, process.execPath, script]
  const child = spawn(command, args, {
    env: { ...process.env, ...env, VIGIE_TEST_WATCH: JSON.stringify(work) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const lines: Line[] = []
  if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)))
  return {
    child,
    lines,
    is: (state) => until(() => lines.some((line) => line.state === state)),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

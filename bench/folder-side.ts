// One side of the folder's bench, a process of its own: `node folder-side.ts ours|walk|chokidar <folder> <database>`. Lines of JSON: `ready`
// with what it took since the work began, `heard` with each file, `used` when it is asked on standard input.

import { lstat, readdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from 'chokidar'
import { createDiskSource } from '../src/integrations/nextcloud/disk.ts'
import { createWatching } from '../src/integrations/nextcloud/watching.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { silentLog } from './servers.ts'

const [side = '', folder = '', database = ''] = process.argv.slice(2)
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

/** The bare walk: as many at a time as the thread pool takes. */
async function walk(path: string): Promise<number> {
  let files = 0
  const names = await readdir(path)
  await Promise.all(
    names.map(async (name) => {
      const entry = `${path}/${name}`
      const stats = await lstat(entry)
      files += stats.isDirectory() ? await walk(entry) : 1
    }),
  )
  return files
}

async function ours(): Promise<void> {
  const store = await openSqliteStore({ path: database, now: Date.now, log: silentLog })
  const began = performance.now()
  const source = createDiskSource({ path: folder, ignore: [] })
  const watching = createWatching({
    folder: { name: 'rh', title: 'rh', at: { disk: folder } },
    source,
    hints: source.hints,
    store: store.folders,
    now: Date.now,
    log: silentLog,
    async onChange({ path }) {
      say({ heard: path, at: performance.timeOrigin + performance.now() })
    },
    async onTrouble() {
      say({ trouble: true })
    },
  })
  void watching.watch(new AbortController().signal)
  while (watching.status().state !== 'watched') await sleep(2)
  say({ ready: performance.now() - began, files: watching.status().files })
  while (!watching.status().isHearing) await sleep(20)
  say({ hearing: true })
}

async function chokidarAlone(): Promise<void> {
  const began = performance.now()
  const watcher = watch(folder, { ignoreInitial: true })
  await new Promise<void>((resolve) => watcher.on('ready', resolve))
  say({ ready: performance.now() - began })
  say({ hearing: true })
}

if (side === 'ours') await ours()
else if (side === 'chokidar') await chokidarAlone()
else {
  const began = performance.now()
  const files = await walk(folder)
  say({ ready: performance.now() - began, files })
}
createInterface(process.stdin).on('line', () => say({ used: process.memoryUsage().rss }))

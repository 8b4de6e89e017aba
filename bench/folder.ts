// The watched folder against its floors, on 50,000 files in 500 folders: a start against a bare walk, memory against chokidar alone, a rename
// until it is told against inotifywait (Debian: inotify-tools).

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type Figure, median, moreOf, quantile, ratioOf } from './figure.ts'
import { withFolder } from './servers.ts'

const rounds = 3
const folders = 500
const filesEach = 100
const renames = 300
/** From one rename to the next. */
const pauseMs = 20
const restMs = 3000
const mib = 2 ** 20

interface Line {
  readonly ready?: number
  readonly hearing?: boolean
  readonly used?: number
  readonly heard?: string
  readonly at?: number
}

interface Side {
  readonly child: ChildProcess
  /** The next line that has this. */
  next<K extends keyof Line>(what: K): Promise<NonNullable<Line[K]>>
  /** When a file was heard of, milliseconds since 1970. */
  readonly heardAt: Map<string, number>
  stop(): Promise<void>
}

export const benchFolder: Bench = async (say) =>
  await withFolder(async (base) => {
    const tree = join(base, 'rh')
    const database = join(base, 'folder.db')
    fill(tree)
    // What was there is kept: from now on each start has a snapshot to compare with.
    await (await readySide('ours', tree, database)).stop()
    const starts = { ours: [] as number[], walk: [] as number[] }
    const memory = { ours: [] as number[], chokidar: [] as number[] }
    for (let round = -1; round < rounds; round += 1) {
      const walk = start('walk', tree, database)
      const walked = await walk.next('ready')
      await walk.stop()
      const ours = start('ours', tree, database)
      const began = await ours.next('ready')
      const used = await usedBy(ours)
      const chokidar = start('chokidar', tree, database)
      const alone = await usedBy(chokidar)
      say(
        `folder: start ${began.toFixed(0)} ${walked.toFixed(0)} ms, memory ${used.toFixed(0)} ${alone.toFixed(0)} MiB`,
      )
      if (round < 0) continue
      starts.ours.push(began)
      starts.walk.push(walked)
      memory.ours.push(used)
      memory.chokidar.push(alone)
    }
    const figures: Figure[] = [
      ratioOf({
        name: 'start on 50,000 files, to a bare walk with lstat',
        ours: median(starts.ours),
        yardstick: median(starts.walk),
        unit: ' ms',
        aim: { most: 2 },
      }),
      ratioOf({
        name: 'memory with 50,000 files, to chokidar alone',
        ours: median(memory.ours),
        yardstick: median(memory.chokidar),
        unit: ' MiB',
        aim: { most: 1.3 },
      }),
    ]
    const latency = await latencies(tree, database, say)
    return latency === undefined ? figures : [...figures, latency]
  })

function fill(tree: string): void {
  for (let folder = 0; folder < folders; folder += 1) {
    const path = join(tree, placeOf(folder))
    mkdirSync(path, { recursive: true })
    for (let file = 0; file < filesEach; file += 1) writeFileSync(join(path, `Contrat ${folder}-${file}.pdf`), '')
  }
}

const placeOf = (folder: number) => join(`Service ${folder % 20}`, `Dossier ${folder}`)

function start(side: 'ours' | 'walk' | 'chokidar', tree: string, database: string): Side {
  const script = join(import.meta.dirname, 'folder-side.ts')
  return sideOf(spawn(process.execPath, [script, side, tree, database], { stdio: ['pipe', 'pipe', 'inherit'] }))
}

async function readySide(side: 'ours' | 'chokidar', tree: string, database: string): Promise<Side> {
  const started = start(side, tree, database)
  await started.next('hearing')
  return started
}

function sideOf(child: ChildProcess): Side {
  const lines: Line[] = []
  const heardAt = new Map<string, number>()
  let arrived: () => void = () => undefined
  if (child.stdout !== null)
    createInterface(child.stdout).on('line', (text) => {
      const line: Line = JSON.parse(text)
      if (line.heard !== undefined) heardAt.set(line.heard, line.at ?? 0)
      else lines.push(line)
      arrived()
    })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    child,
    heardAt,
    async next(what) {
      for (;;) {
        const at = lines.findIndex((line) => line[what] !== undefined)
        const found = at < 0 ? undefined : lines.splice(at, 1)[0]?.[what]
        if (found !== undefined) return found
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
      }
    },
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Resident, at rest. */
async function usedBy(side: Side): Promise<number> {
  await side.next('hearing')
  await sleep(restMs)
  side.child.stdin?.write('used\n')
  const bytes = await side.next('used')
  await side.stop()
  return bytes / mib
}

async function latencies(tree: string, database: string, say: (line: string) => void): Promise<Figure | undefined> {
  if (spawnSync('inotifywait', ['--help']).error !== undefined) {
    say('folder: no inotifywait here, the time of a rename is left out (Debian: inotify-tools)')
    return undefined
  }
  const ours = await readySide('ours', tree, database)
  await sleep(restMs)
  const mine = await renameAll(tree, 'ours', (name) => ours.heardAt.get(name))
  await ours.stop()
  const heardAt = new Map<string, number>()
  const bare = spawn('inotifywait', ['-m', '-r', '-e', 'moved_to', '--format', '%w%f', tree])
  const established = new Promise<void>((resolve) => {
    bare.stderr.on('data', (words) => String(words).includes('established') && resolve())
  })
  createInterface(bare.stdout).on('line', (path) => heardAt.set(path.slice(tree.length + 1), clock()))
  await established
  const floor = await renameAll(tree, 'bare', (name) => heardAt.get(name))
  bare.kill()
  say(`folder: rename p50 ${quantile(mine, 0.5).toFixed(1)} ${quantile(floor, 0.5).toFixed(1)} ms`)
  return moreOf({
    name: 'rename to told: p99, to inotifywait',
    ours: quantile(mine, 0.99),
    yardstick: quantile(floor, 0.99),
    unit: ' ms',
    aim: { most: 50 },
  })
}

/** How long each took to be heard of, sorted. */
async function renameAll(tree: string, tag: string, heardAt: (name: string) => number | undefined): Promise<number[]> {
  const renamedAt = new Map<string, number>()
  for (let count = 0; count < renames; count += 1) {
    const name = `${placeOf(count)}/${tag} ${count}.pdf`
    const path = join(tree, name)
    writeFileSync(`${path}.ocTransferId${count}.part`, 'a document')
    await sleep(pauseMs)
    renamedAt.set(name, clock())
    renameSync(`${path}.ocTransferId${count}.part`, path)
  }
  while ([...renamedAt.keys()].some((name) => heardAt(name) === undefined)) await sleep(10)
  return [...renamedAt].map(([name, at]) => (heardAt(name) ?? at) - at).toSorted((a, b) => a - b)
}

/** The same in every process. */
function clock(): number {
  return performance.timeOrigin + performance.now()
}

// A watched folder's own thread: everything that touches its disk happens here, so that a disk that does not answer stops nothing else
// (fault F23). A long scan lets questions in between.

import { realpathSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { DiskWork, Question, Word } from './disk-messages.ts'
import { createDiskReader, emptyFound, type Found } from './disk-reader.ts'
import { FolderTrouble, type Hint } from './folder.ts'
import { createHinting, type Hinting } from './hinting.ts'
import { createIgnores } from './ignore.ts'
import { shown } from './paths.ts'

/** Files said at once. */
const partFiles = 4000
/** How long others wait for their turn. */
const sliceMs = 15
/** How often a scan says that it goes on. */
const aliveMs = 500

const { root, ignore }: DiskWork = workerData
const ignores = createIgnores(ignore)
const reader = createDiskReader(root, ignores)
const say = (word: Word) => parentPort?.postMessage(word)
let hinting: Hinting | undefined

parentPort?.on('message', (question: Question) => {
  answer(question).catch((error: unknown) => {
    const trouble =
      error instanceof FolderTrouble
        ? error.trouble
        : ({ kind: 'unreadable', error: error instanceof Error ? error.message : String(error) } as const)
    say({ id: question.id, trouble })
  })
})

async function answer(question: Question): Promise<void> {
  const { id } = question
  if (question.ask === 'scan') return await scan(id)
  if (question.ask === 'root') return say({ id, root: reader.root() })
  if (question.ask === 'look') {
    const { root, kept } = reader.look(question.path)
    return say({ id, root, ...(kept === undefined ? {} : { kept }) })
  }
  const before = hinting
  hinting = undefined
  await before?.close()
  if (question.ask === 'watch') {
    const tell = (hint: Hint) => say({ hint })
    hinting = createHinting({ root: realpathSync(root), reader, ignores, tell })
  }
  say({ id, done: true })
}

async function scan(id: number): Promise<void> {
  const found = emptyFound()
  let sliceAt = performance.now()
  let saidAt = sliceAt
  for (const _ of reader.walk(found)) {
    if (found.paths.length >= partFiles) {
      give(id, found)
      saidAt = performance.now()
    }
    if (performance.now() - sliceAt < sliceMs) continue
    if (performance.now() - saidAt > aliveMs) {
      say({ id, alive: true })
      saidAt = performance.now()
    }
    await setImmediate()
    sliceAt = performance.now()
  }
  give(id, found)
  hinting?.check(found.folders.map(shown))
  say({ id, scanned: { root: found.root, folders: found.folders.length, unread: found.unread } })
}

function give(id: number, { paths, identities, sizes, times }: Found): void {
  if (paths.length === 0) return
  say({ id, part: { paths, identities, sizes, times } })
  // What was said was copied.
  for (const column of [paths, identities, sizes, times]) column.length = 0
}

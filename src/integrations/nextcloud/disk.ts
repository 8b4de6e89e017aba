// A watched folder on a disk, looked at in a thread of its own: a disk that does not answer within 5 s is silent (fault F23), and the
// thread that waits for it is left to itself.

import { Worker } from 'node:worker_threads'
import type { DiskWork, Question, Word } from './disk-messages.ts'
import { FolderTrouble, type Hint, type Hints, type Kept, type RawPath, type Source, type Trouble } from './folder.ts'

export interface DiskParts {
  /** Absolute. */
  readonly path: string
  /** WATCH_IGNORE. */
  readonly ignore: readonly string[]
  /** 5 s where absent. */
  readonly timeoutMs?: number
  /** The thread; disk-worker.ts where absent. */
  readonly createThread?: (work: DiskWork) => Thread
}

/** Of a worker, what is needed. */
export interface Thread {
  postMessage(question: Question): void
  on(event: 'message', listener: (word: Word) => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  on(event: 'exit', listener: () => void): unknown
  terminate(): Promise<unknown>
  unref(): void
}

export interface DiskSource extends Source {
  root(signal: AbortSignal): Promise<string>
  readonly hints: Hints
  close(): Promise<void>
}

interface Pending {
  readonly hear: (word: Word) => void
  readonly fail: (error: unknown) => void
}

/** What chokidar leaves behind as it starts is picked up sooner: 50 MiB less of it for 50,000 files. */
const maxYoungGenerationSizeMb = 8
/** Threads that wait for a disk which may never answer. */
const mostLeft = 3

export function createDiskSource(parts: DiskParts): DiskSource {
  const { path, ignore, timeoutMs = 5000, createThread = startThread } = parts
  let current: ReturnType<typeof open> | undefined
  let left = 0
  /** Of the last scan: a look at another folder in its place proves nothing. */
  let lastRoot: string | undefined
  let listen: ((hint: Hint) => void) | undefined

  function open() {
    const thread = createThread({ root: path, ignore })
    const pending = new Map<number, Pending>()
    let isOver = false
    let hints = false
    let heardAt = 0
    let lastId = 0
    let timer: NodeJS.Timeout | undefined

    const end = (error: unknown) => {
      if (isOver) return
      isOver = true
      clearInterval(timer)
      if (current === self) current = undefined
      if (hints) listen?.({ failed: { code: 'ENDED', error: error instanceof Error ? error.message : String(error) } })
      for (const { fail } of pending.values()) fail(error)
      pending.clear()
    }
    thread.on('message', (word) => {
      heardAt = performance.now()
      if ('hint' in word) return isOver ? undefined : listen?.(word.hint)
      pending.get(word.id)?.hear(word)
    })
    thread.on('error', (error) => end(error))
    thread.on('exit', () => end(new Error('the thread of a watched folder has ended')))

    function watchOver(): void {
      if (pending.size === 0) {
        clearInterval(timer)
        timer = undefined
      } else if (performance.now() - heardAt > timeoutMs) {
        left += 1
        thread.on('exit', () => {
          left -= 1
        })
        end(silent(path, timeoutMs))
        // Ends once the disk answers; nothing waits for that.
        thread.unref()
        void thread.terminate()
      }
    }

    const self = {
      ask(question: { ask: Question['ask']; path?: RawPath }, hear: (word: Word) => void, signal: AbortSignal) {
        return new Promise<void>((resolve, reject) => {
          signal.throwIfAborted()
          lastId += 1
          const id = lastId
          if (question.ask === 'watch') hints = true
          const done = () => {
            pending.delete(id)
            signal.removeEventListener('abort', onAbort)
          }
          const onAbort = () => {
            done()
            reject(signal.reason)
          }
          signal.addEventListener('abort', onAbort)
          if (pending.size === 0) heardAt = performance.now()
          pending.set(id, {
            hear(word) {
              hear(word)
              if ('part' in word || 'alive' in word) return
              done()
              if ('trouble' in word) reject(new FolderTrouble(word.trouble))
              else resolve()
            },
            fail(error) {
              done()
              reject(error)
            },
          })
          timer ??= setInterval(watchOver, timeoutMs / 10)
          thread.postMessage(questionOf(id, question))
        })
      },
      async close() {
        end(new Error('closed'))
        await thread.terminate()
      },
    }
    return self
  }

  const ask: ReturnType<typeof open>['ask'] = async (question, hear, signal) => {
    if (current === undefined && left >= mostLeft) throw silent(path, timeoutMs)
    current ??= open()
    await current.ask(question, hear, signal)
  }

  return {
    async scan(signal) {
      const files = new Map<RawPath, Kept>()
      let scanned: Extract<Word, { scanned: unknown }>['scanned'] | undefined
      await ask(
        { ask: 'scan' },
        (word) => {
          if ('part' in word) gather(files, word.part)
          else if ('scanned' in word) scanned = word.scanned
        },
        signal,
      )
      if (scanned === undefined) throw new Error('a scan ended without a word')
      lastRoot = scanned.root
      return { ...scanned, files }
    },

    async look(path, signal) {
      let kept: Kept | undefined
      let root: string | undefined
      await ask(
        { ask: 'look', path },
        (word) => {
          if ('root' in word) ({ root, kept } = word)
        },
        signal,
      )
      if (lastRoot !== undefined && root !== lastRoot) throw replaced(path)
      return kept
    },

    async root(signal) {
      let root = ''
      await ask(
        { ask: 'root' },
        (word) => {
          if ('root' in word) root = word.root
        },
        signal,
      )
      return root
    },

    hints: {
      async start(listener) {
        listen = listener
        await ask({ ask: 'watch' }, () => undefined, new AbortController().signal)
      },
      async stop() {
        listen = undefined
        if (current !== undefined) await ask({ ask: 'unwatch' }, () => undefined, new AbortController().signal)
      },
    },

    async close() {
      await current?.close()
    },
  }
}

/** Without the process's environment: chokidar would take orders from it. */
function startThread(work: DiskWork): Thread {
  return new Worker(new URL('./disk-worker.ts', import.meta.url), {
    workerData: work,
    env: {},
    resourceLimits: { maxYoungGenerationSizeMb },
  })
}

function questionOf(id: number, { ask, path = '' }: { ask: Question['ask']; path?: RawPath }): Question {
  return ask === 'look' ? { id, ask, path } : { id, ask }
}

function gather(files: Map<RawPath, Kept>, part: Extract<Word, { part: unknown }>['part']): void {
  part.paths.forEach((path, index) => {
    const { identities, sizes, times } = part
    const identity = identities[index] ?? ''
    files.set(path, { identity, sizeBytes: sizes[index] ?? 0, changedAt: times[index] ?? 0 })
  })
}

function silent(path: string, timeoutMs: number): FolderTrouble {
  return new FolderTrouble({ kind: 'silent', error: `${path}: no answer within ${timeoutMs / 1000} s` })
}

function replaced(path: string): FolderTrouble {
  const trouble: Trouble = { kind: 'replaced', error: path }
  return new FolderTrouble(trouble)
}

// Where charts are drawn: on another thread that is made when first needed and ends when it has nothing to do. An alert never waits long
// for its picture, and goes without it where there is none.

import { Worker } from 'node:worker_threads'
import type { Chart, Log, Ranking } from '../event.ts'
import type { Locale } from '../text/locale.ts'
import type { DrawingJob, Drawn } from './chart-worker.ts'

/** Resolves to a PNG, or to nothing where it could not be drawn in time; never rejects. */
export type Draw = (chart: Chart | Ranking, locale: Locale) => Promise<Uint8Array | undefined>

export interface Drawer {
  readonly draw: Draw
  /** Ends the other thread; what was under way resolves to nothing. */
  close(): Promise<void>
}

/** What the drawer needs of a worker thread. */
export interface DrawingThread {
  on(event: 'message', listener: (drawn: Drawn) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  postMessage(job: DrawingJob): void
  unref(): void
  terminate(): Promise<unknown>
}

const usualPatienceMs = 10_000
const idleMs = 60_000

const startThread = (): DrawingThread => new Worker(new URL('./chart-worker.ts', import.meta.url))

interface Drawing {
  readonly thread: DrawingThread
  readonly waiting: Map<number, (png: Uint8Array | undefined) => void>
  idle: NodeJS.Timeout | undefined
}

/** `patienceMs`: what is not drawn by then is done without. */
export function createDrawer(
  log: Log,
  {
    newThread = startThread,
    patienceMs = usualPatienceMs,
  }: { newThread?: () => DrawingThread; patienceMs?: number } = {},
): Drawer {
  let current: Drawing | undefined
  let nextId = 1

  const end = async (drawing: Drawing): Promise<void> => {
    if (current === drawing) current = undefined
    clearTimeout(drawing.idle)
    for (const resolve of drawing.waiting.values()) resolve(undefined)
    drawing.waiting.clear()
    await drawing.thread.terminate()
  }

  const start = (): Drawing => {
    const drawing: Drawing = { thread: newThread(), waiting: new Map(), idle: undefined }
    const { thread, waiting } = drawing
    const fail = (words: string) => {
      if (waiting.size > 0) log.warn({ error: words }, 'charts cannot be drawn')
      void end(drawing)
    }
    thread.on('message', (drawn) => {
      if ('error' in drawn) log.warn({ error: drawn.error }, 'a chart could not be drawn')
      waiting.get(drawn.id)?.('png' in drawn ? drawn.png : undefined)
      waiting.delete(drawn.id)
      if (waiting.size === 0) drawing.idle = setTimeout(() => void end(drawing), idleMs).unref()
    })
    thread.on('error', (error) => fail(error.message))
    thread.on('exit', (code) => fail(`the drawing thread ended with code ${code}`))
    // It keeps nobody from ending: whoever waits for a picture is kept by something else.
    thread.unref()
    return drawing
  }

  return {
    async draw(chart, locale) {
      current ??= start()
      const drawing = current
      clearTimeout(drawing.idle)
      const id = nextId
      nextId += 1
      return await new Promise((resolve) => {
        const late = setTimeout(() => {
          log.warn({ patienceMs }, 'a chart was not drawn in time')
          void end(drawing)
        }, patienceMs)
        drawing.waiting.set(id, (png) => {
          clearTimeout(late)
          resolve(png)
        })
        drawing.thread.postMessage({ id, chart, locale })
      })
    },
    async close() {
      if (current) await end(current)
    },
  }
}

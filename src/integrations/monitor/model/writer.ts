// The short text of an incident, from question to kept sentences: one at a time, a few waiting, none while the model is away
// (issue "The watch", "The short text"; threat F25). It answers later or never; nothing waits for it.

import type { Log } from '../../../event.ts'
import { duration } from '../../../text/format.ts'
import type { Said } from '../../../text/locale.ts'
import type { Evidence } from './evidence.ts'
import { type Model, ModelError } from './ollama.ts'
import { requestOf } from './request.ts'
import { sieve } from './sieve.ts'

export interface WriterParts {
  readonly model: Model
  /** OLLAMA_TIMEOUT. */
  readonly timeoutMs: number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  readonly log: Log
}

export interface Wanted {
  /** Known when its turn comes; nothing where the text is no longer wanted. */
  readonly evidence: () => Promise<Evidence | undefined>
  /** Instead of the built-in words. */
  readonly prompt?: string | undefined
  readonly onText: (text: string) => void
}

export interface Writer {
  /** Takes it up when its turn comes; what does not fit is let go. */
  want(wanted: Wanted): void
  /** Somebody may want a text soon. */
  warm(): void
  /** How it does, for `/statut`. */
  state(): WriterState
  stop(): Promise<void>
}

export interface WriterState {
  /** Milliseconds until it is asked again; absent: it is not away. */
  readonly awayMs?: number
  /** Ours in both languages; what the world said, as it said it. */
  readonly error?: Said | string
  readonly isBusy: boolean
  readonly waiting: number
  /** Since Vigie started. */
  readonly written: number
}

const mostWaiting = 20
const firstPauseMs = 60_000
const longestPauseMs = 15 * 60_000
/** It stays loaded for ten minutes. */
const warmEveryMs = 8 * 60_000

export function createWriter({ model, timeoutMs, elapsed, log }: WriterParts): Writer {
  const waiting: Wanted[] = []
  const stopping = new AbortController()
  let turn: Promise<void> | undefined
  let away: { until: number; pauseMs: number; error: Said | string } | undefined
  let warmAt = Number.NEGATIVE_INFINITY
  let isWarming = false
  let written = 0

  const isAway = (): boolean => away !== undefined && elapsed() < away.until

  function failed(error: unknown): void {
    if (stopping.signal.aborted) return
    const pauseMs = Math.min(longestPauseMs, away ? away.pauseMs * 2 : firstPauseMs)
    const words = reasonOf(error)
    const said = error instanceof ModelError ? error.said : undefined
    away = { until: elapsed() + pauseMs, pauseMs, error: said ?? words }
    warmAt = Number.NEGATIVE_INFINITY
    waiting.length = 0
    log.warn({ error: words, pauseMs }, 'the model does not answer, and is left alone for a while')
  }

  /** One question, whatever it is: with its time, and the pause when it fails. */
  async function asked<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(silence(timeoutMs)), timeoutMs)
    const signal = AbortSignal.any([stopping.signal, timeout.signal])
    try {
      const answer = await Promise.race([question(signal), rejection(signal)])
      away = undefined
      warmAt = elapsed()
      return answer
    } catch (error) {
      failed(timeout.signal.aborted ? timeout.signal.reason : error)
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }

  async function write({ evidence, prompt, onText }: Wanted): Promise<void> {
    const known = await evidence()
    if (known === undefined) return
    const answer = await asked((signal) => model.ask(requestOf(known, prompt), signal))
    if (answer === undefined) return
    const text = sieve(answer, known)
    if (text === undefined) {
      log.info({ name: known.name }, 'nothing of what the model wrote could be kept')
      return
    }
    written += 1
    onText(text)
  }

  async function workOff(): Promise<void> {
    while (!stopping.signal.aborted) {
      const next = waiting.shift()
      if (next) await write(next)
      else if (isWarming) {
        isWarming = false
        await asked((signal) => model.warm(signal))
      } else return
    }
  }

  function go(): void {
    turn ??= workOff()
      .catch((error: unknown) => log.error({ err: error }, 'a text could not be written'))
      .finally(() => {
        turn = undefined
        // What came in the meantime.
        if ((waiting.length > 0 || isWarming) && !stopping.signal.aborted) go()
      })
  }

  return {
    want(wanted) {
      if (stopping.signal.aborted || isAway()) return
      if (waiting.length >= mostWaiting) {
        log.info({}, 'a text is not asked for: too many wait already')
        return
      }
      waiting.push(wanted)
      go()
    },
    warm() {
      if (stopping.signal.aborted || isAway() || elapsed() - warmAt < warmEveryMs || turn) return
      isWarming = true
      go()
    },
    state: () => ({
      ...(away && isAway() ? { awayMs: away.until - elapsed(), error: away.error } : {}),
      isBusy: turn !== undefined,
      waiting: waiting.length,
      written,
    }),
    async stop() {
      stopping.abort()
      await turn
    },
  }
}

const silence = (timeoutMs: number): ModelError =>
  new ModelError({
    fr: `pas de réponse en ${duration('fr', timeoutMs)}`,
    en: `no answer within ${duration('en', timeoutMs)}`,
  })

/** Whoever does not obey the signal is not waited for. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** `ECONNREFUSED`, `404 model 'llama3' not found` */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 200)
  const cause = error.cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return (code === '' ? error.message : code).slice(0, 200)
}

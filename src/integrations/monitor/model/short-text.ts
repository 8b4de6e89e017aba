// The short text of incidents, put together from the settings: who is asked, when, and what comes of it (issue "The watch", "The short
// text"). Without OLLAMA_HOST nobody is asked.

import type { Env } from '../../../env.ts'
import type { Log, Part } from '../../../event.ts'
import { duration, number, parseDuration, plural } from '../../../text/format.ts'
import { type Locale, locales } from '../../../text/locale.ts'
import { code, own, type Rich, rich } from '../../../text/rich.ts'
import type { Incidents, Watched } from '../incidents.ts'
import type { Incident } from '../monitor.ts'
import { evidenceOf } from './evidence.ts'
import { createModel } from './ollama.ts'
import { createWriter, type Writer, type WriterState } from './writer.ts'

export interface ShortTextParts {
  readonly env: Env
  readonly fetch: typeof fetch
  /** The language that a channel asked for. */
  readonly langOf: (channel: string) => Promise<Locale | undefined>
  readonly incidents: () => Pick<Incidents, 'find' | 'written'>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  readonly log: Log
}

export interface ShortText {
  /** An incident began: its text is wanted. */
  begin(watched: Watched, incident: Incident): void
  /** Something failed for the first time. */
  expect(): void
  status(): Part
  stop(): Promise<void>
}

const shortestMs = 1000
/** Beyond it the connection itself gives up. */
const longestMs = 300_000

/** Problems of OLLAMA_TIMEOUT are noted on `env`. */
export function createShortText(parts: ShortTextParts): ShortText {
  const { env, langOf, now, log } = parts
  const host = env.address('OLLAMA_HOST')
  const name = env.text('OLLAMA_MODEL', 'llama3')
  const prompt = env.text('OLLAMA_PROMPT')
  const timeoutMs = readTimeoutMs(env)
  const usual = env.choice('VIGIE_LOCALE', 'fr', locales)
  const timeZone = env.text('TZ', 'Europe/Paris')
  if (host === undefined) return nobodyAsked
  const model = createModel({ host, model: name, fetch: parts.fetch })
  const writer: Writer = createWriter({ model, timeoutMs, elapsed: parts.elapsed, log })

  return {
    begin({ monitor, state }, { id, cause, channel }) {
      if (cause !== 'down') return
      writer.want({
        prompt: monitor.prompt ?? prompt,
        async evidence() {
          const incident = parts.incidents().find(id)
          const isAlone = incident?.monitors[0]?.monitor === monitor.id && !incident.isGroup
          if (!incident || incident.closedAt !== undefined || !isAlone) return undefined
          const { last, lastGood } = state
          const { everyMs, failures } = monitor
          const locale = (await langOf(channel)) ?? usual
          const known = {
            incident,
            everyMs,
            failures,
            ...(last ? { result: last } : {}),
            ...(lastGood ? { lastGood } : {}),
          }
          return evidenceOf(known, { locale, timeZone, now: now() })
        },
        onText: (text) => parts.incidents().written(id, text),
      })
    },
    expect: () => writer.warm(),
    status: () => partOf(writer.state(), name),
    stop: () => writer.stop(),
  }
}

function readTimeoutMs(env: Env): number {
  const text = env.text('OLLAMA_TIMEOUT', '120s')
  const timeoutMs = parseDuration(text)
  if (timeoutMs !== undefined && timeoutMs >= shortestMs && timeoutMs <= longestMs) return timeoutMs
  env.problem({
    fr: `OLLAMA_TIMEOUT\u00a0: une durée de 1 s à 5 min est attendue, pas «\u00a0${text}\u00a0».`,
    en: `OLLAMA_TIMEOUT: a duration from 1 s to 5 min is expected, not "${text}".`,
  })
  return longestMs
}

const title = { fr: 'Ollama', en: 'Ollama' }

const nobodyAsked: ShortText = {
  begin: () => undefined,
  expect: () => undefined,
  status: () => ({
    name: 'ollama',
    title,
    state: 'off',
    glance: { fr: rich`non configuré\u00a0: ${code('OLLAMA_HOST')}`, en: rich`not configured: ${code('OLLAMA_HOST')}` },
  }),
  stop: async () => undefined,
}

function partOf({ awayMs, error = '', written }: WriterState, model: string): Part {
  if (awayMs === undefined) {
    const glance = (locale: Locale): Rich => {
      const texts =
        locale === 'fr'
          ? plural('fr', written, 'texte rédigé', 'textes rédigés')
          : plural('en', written, 'text', 'texts')
      return rich`${code(model)} · ${{ own: `${number(locale, written)} ${texts}` }}`
    }
    return { name: 'ollama', title, state: 'ok', glance: { fr: glance('fr'), en: glance('en') } }
  }
  const why = (locale: Locale): Rich => (typeof error === 'string' ? [code(error)] : own(error[locale]))
  return {
    name: 'ollama',
    title,
    state: 'warning',
    glance: {
      fr: rich`${code(model)} ne répond pas (${why('fr')}), nouvel essai dans ${{ own: duration('fr', awayMs) }}`,
      en: rich`${code(model)} does not answer (${why('en')}), tried again in ${{ own: duration('en', awayMs) }}`,
    },
  }
}

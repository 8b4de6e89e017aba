// The structured log: JSON, one record a line, and the last gate for secrets (threats T24, T25): whatever string a record carries,
// known secrets are cut out of it before it is written.

import pino from 'pino'
import type { Log } from './event.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]

export const logFormats = ['json', 'text'] as const
export type LogFormat = (typeof logFormats)[number]

export interface LogOptions {
  readonly level: LogLevel
  /** `text` is `date - LEVEL - message`, and what the record carries beside it. Default: JSON. */
  readonly format?: LogFormat
  /** Takes one whole line, its line break included. */
  readonly write: (line: string) => void
  /** The secrets known now, in the same list while they are the same; each shorter than 6 characters is left alone, it would cut ordinary words. */
  readonly secrets: () => readonly string[]
}

const redacted = '[secret]'

/** pino escapes control characters, so a record never spans lines; U+2028, U+2029, U+007F–U+009F are escaped here for readers that break on them. */
export function createLog({ level, format = 'json', write, secrets }: LogOptions): Log {
  const formsOf = createForms()
  const destination = {
    write(line: string) {
      let clean = line
      for (const form of formsOf(secrets())) clean = clean.replaceAll(form, redacted)
      const safe = clean.replace(/[\u007f-\u009f\u2028\u2029]/g, escapeCharacter)
      write(format === 'text' ? textOf(safe) : safe)
    },
  }
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  )
}

/** How secrets may stand in a line; worked out once, since every line is looked through. */
function createForms(): (secrets: readonly string[]) => readonly string[] {
  let last: readonly string[] = []
  let forms: readonly string[] = []
  return (secrets) => {
    if (secrets !== last) forms = [...new Set(secrets.flatMap(formsOf))]
    last = secrets
    return forms
  }
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < 6) return []
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
  return [...new Set([...forms, Buffer.from(secret).toString('base64')])]
}

/** `2026-11-21T08:41:07.120Z - WARN - check failed {"monitor":"…"}` */
function textOf(line: string): string {
  const { time, level, msg, ...facts }: { time: string; level: string; msg?: string } = JSON.parse(line)
  const words = (msg ?? '').replace(/[\p{Cc}\u2028\u2029]/gu, escapeCharacter)
  const more = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`
  const escaped = more.replace(/[\u007f-\u009f\u2028\u2029]/g, escapeCharacter)
  return `${time} - ${level.toUpperCase()} - ${words}${escaped}\n`
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// Reads settings (interface.md, "Settings"). Every room reads its own where it uses them; problems are gathered, and `check`
// throws one ConfigError that names them all. Nothing here touches process.env: main.ts passes the values in.

import { inspect } from 'node:util'
import { ConfigError } from './errors.ts'
import type { Said } from './text/locale.ts'

/** A value that does not print: logs, errors and JSON show `[secret]`. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  /** The value itself: only where it is sent or compared. */
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect.custom](): string {
    return '[secret]'
  }
}

/** A secret setting that may change while we run: `start` takes up its dotenv file again within 5 s. */
export interface LiveSecrets {
  /** The values now, comma separated in the setting; empty when it is absent. */
  current(): readonly Secret[]
}

export type Values = Readonly<Record<string, string | undefined>>

export interface EnvSource {
  /** The process environment: wins setting by setting. */
  readonly environment: Values
  /** The parsed dotenv file. */
  readonly dotenv: Values
  /** Reads the file that a `NAME_FILE` setting names. */
  readonly readFile: (path: string) => string
}

export interface Env {
  /** The text of a setting, `fallback` where it is absent or empty. */
  text(name: string): string | undefined
  text(name: string, fallback: string): string
  /** A setting without which we do not start. */
  required(name: string, meaning: Said): string
  /** A whole number within bounds (inclusive). */
  integer(name: string, fallback: number, bounds: { min: number; max: number }): number
  /** One of a few words. */
  choice<T extends string>(name: string, fallback: T, choices: readonly T[]): T
  /** Comma separated words, trimmed, without empty ones. */
  list(name: string): readonly string[]
  /** An absolute http or https address without trailing slash. */
  address(name: string): string | undefined
  /** A secret, from `NAME` or the file that `NAME_FILE` names. */
  secrets(name: string): LiveSecrets
  /** One secret of somebody else's making, commas and all: `current` holds it alone, or nothing. */
  secret(name: string): LiveSecrets
  /** Notes a problem found by who reads the setting. */
  problem(said: Said): void
  /** @throws {ConfigError} with every problem noted so far. */
  check(): void
}

export interface ReloadableEnv extends Env {
  /** Takes up a changed dotenv file: only secrets follow, other settings wait for the next start. */
  reload(dotenv: Values): void
  /** Every secret value read so far, for the log to cut out. */
  knownSecrets(): readonly string[]
}

/** Names that Vigie's forerunners, the Python scripts, used, and what to write instead. */
const forerunners: Readonly<Record<string, Said>> = {
  MATTERMOST_WEBHOOK_URL: instead(
    'MATTERMOST_URL et MATTERMOST_TOKEN',
    'MATTERMOST_URL and MATTERMOST_TOKEN',
    'vigie provision',
  ),
  MATTERMOST_WEBHOOK: instead(
    'MATTERMOST_URL et MATTERMOST_TOKEN',
    'MATTERMOST_URL and MATTERMOST_TOKEN',
    'vigie provision',
  ),
  MATTERMOST_BOT_TOKEN: instead('MATTERMOST_TOKEN', 'MATTERMOST_TOKEN'),
  MATTERMOST_CHANNEL: instead('/subscribe dans le canal', '/subscribe in the channel'),
  GITLAB_TOKEN: instead('GITLAB_WEBHOOK_TOKEN', 'GITLAB_WEBHOOK_TOKEN'),
  GITLAB_SECRET: instead('GITLAB_WEBHOOK_TOKEN', 'GITLAB_WEBHOOK_TOKEN'),
  GITLAB_SECRET_TOKEN: instead('GITLAB_WEBHOOK_TOKEN', 'GITLAB_WEBHOOK_TOKEN'),
  WEBHOOK_PORT: instead('PORT', 'PORT'),
  FLASK_PORT: instead('PORT', 'PORT'),
  FLASK_HOST: instead('HOST', 'HOST'),
}

function instead(fr: string, en: string, command?: string): Said {
  return {
    fr: `écrivez plutôt ${fr}${command ? ` («\u00a0${command}\u00a0» le fait pour vous)` : ''}`,
    en: `write ${en} instead${command ? ` ("${command}" does it for you)` : ''}`,
  }
}

/** An address as it may be told: who logs in there, and with what, is left out. */
export function withoutPassword(address: string): string {
  return address.replace(/^([^:/]*:\/*).*@/s, '$1…@')
}

/** @throws never; problems wait for `check`. */
export function createEnv(source: EnvSource): ReloadableEnv {
  const problems: Said[] = []
  const live: LiveSecrets[] = []
  let dotenv = source.dotenv
  const raw = (name: string): string | undefined => {
    // An empty variable of the environment says nothing, so it hides nothing.
    return source.environment[name]?.trim() || dotenv[name]?.trim() || undefined
  }
  const problem = (name: string, fr: string, en: string) => {
    problems.push({ fr: `${name}\u00a0: ${fr}`, en: `${name}: ${en}` })
  }
  for (const [name, said] of Object.entries(forerunners)) {
    if (raw(name) === undefined) continue
    problem(
      name,
      `réglage des anciens scripts Python\u202f; ${said.fr}.`,
      `a setting of the old Python scripts; ${said.en}.`,
    )
  }

  function text(name: string): string | undefined
  function text(name: string, fallback: string): string
  function text(name: string, fallback?: string): string | undefined {
    return raw(name) ?? fallback
  }

  /** From the setting, else from the file it names; a file that cannot be read is a problem once, and keeps the last value afterwards. */
  const readSecret = (name: string, onProblem: (reason: string) => void): string | undefined => {
    const value = raw(name)
    if (value !== undefined) return value
    const path = raw(`${name}_FILE`)
    if (path === undefined) return undefined
    try {
      return source.readFile(path).trim() || undefined
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  /** What `knownSecrets` said last, and of which values. */
  let revealed: readonly string[] = []
  let revealedFrom: readonly (readonly Secret[])[] = []
  const liveSecrets = (name: string, parse: (value: string) => readonly string[]): LiveSecrets => {
    const first = readSecret(name, (reason) =>
      problem(`${name}_FILE`, `ce fichier ne peut pas être lu (${reason}).`, `this file cannot be read (${reason}).`),
    )
    // No header takes it, and the refusal would quote it.
    if (first !== undefined && /\p{Cc}/u.test(first))
      problem(
        name,
        'ce secret tient sur plusieurs lignes, ou contient un caractère invisible.',
        'this secret has several lines, or holds an invisible character.',
      )
    let known: readonly Secret[] = []
    let knownFrom: string | undefined
    /** The dotenv file it was read from: asked for at every call and every line of the log, it is not looked up again and again. */
    let seenIn: Values | undefined
    const secrets: LiveSecrets = {
      current() {
        if (seenIn === dotenv) return known
        // A file of its own may change at any time.
        seenIn = raw(name) === undefined && raw(`${name}_FILE`) !== undefined ? undefined : dotenv
        let unreadable = false
        const value = readSecret(name, () => {
          unreadable = true
        })
        if (unreadable || value === knownFrom) return known
        knownFrom = value
        known = parse(value ?? '').map((word) => new Secret(word))
        return known
      },
    }
    live.push(secrets)
    return secrets
  }

  return {
    text,
    required(name, meaning) {
      const value = raw(name)
      if (value === undefined) problem(name, `manque : ${meaning.fr}.`, `is missing: ${meaning.en}.`)
      return value ?? ''
    },
    integer(name, fallback, { min, max }) {
      const value = raw(name)
      if (value === undefined) return fallback
      const parsed = /^-?\d+$/.test(value) ? Number(value) : Number.NaN
      if (parsed >= min && parsed <= max) return parsed
      problem(
        name,
        `un nombre entier de ${min} à ${max} est attendu, pas «\u00a0${value}\u00a0».`,
        `a whole number from ${min} to ${max} is expected, not "${value}".`,
      )
      return fallback
    },
    choice(name, fallback, choices) {
      const value = raw(name)
      if (value === undefined) return fallback
      const found = choices.find((choice) => choice === value)
      if (found !== undefined) return found
      const words = choices.join(', ')
      problem(
        name,
        `une valeur parmi ${words} est attendue, pas «\u00a0${value}\u00a0».`,
        `one of ${words} is expected, not "${value}".`,
      )
      return fallback
    },
    list: (name) => words(raw(name) ?? ''),
    address(name) {
      const value = raw(name)
      if (value === undefined) return undefined
      const url = URL.canParse(value) ? new URL(value) : undefined
      if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '')
        return url.href.replace(/\/+$/, '')
      const shown = withoutPassword(value)
      problem(
        name,
        `une adresse http:// ou https:// est attendue, pas «\u00a0${shown}\u00a0».`,
        `an http:// or https:// address is expected, not "${shown}".`,
      )
      return undefined
    },
    secrets: (name) => liveSecrets(name, words),
    secret: (name) => liveSecrets(name, (value) => (value === '' ? [] : [value])),
    problem(said) {
      problems.push(said)
    },
    check() {
      // A setting that two rooms read is one problem.
      const named = new Map(problems.map((one) => [one.en, one]))
      if (named.size > 0) throw new ConfigError([...named.values()])
    },
    reload(changed) {
      dotenv = changed
    },
    knownSecrets() {
      const lists = live.map((secrets) => secrets.current())
      // The same list as long as it is the same: every line of the log is looked through for what is in it.
      if (lists.length === revealedFrom.length && lists.every((list, index) => list === revealedFrom[index]))
        return revealed
      revealedFrom = lists
      // A `name=secret` word (VIGIE_COMMAND_TOKENS) is cut by its secret alone too.
      revealed = lists
        .flat()
        .flatMap((secret) => [secret.reveal(), secret.reveal().slice(secret.reveal().indexOf('=') + 1)])
      return revealed
    },
  }
}

/** Comma separated. */
function words(value: string): readonly string[] {
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

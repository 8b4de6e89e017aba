// The process: arguments, environment, signals, exit code. Nothing else reads process.*.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { subcommands } from './cli/index.ts'
import type { World } from './cli/subcommand.ts'
import { createAsk } from './cli/terminal.ts'
import { ConfigError, UserError } from './errors.ts'
import { localeOf } from './text/locale.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
// Where the machine names no language (a container, a service), the one that Vigie is to speak.
const locale = localeOf(
  process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG?.replace(/^(C|POSIX)\b.*/, ''),
  process.env.VIGIE_LOCALE === 'en' ? 'en' : 'fr',
)
let gathered = ''
const flush = () => {
  if (gathered !== '') process.stdout.write(gathered)
  gathered = ''
}
// Under load there are a hundred lines in a turn of the event loop: one call of the system writes them all.
const stdout = (line: string) => {
  if (gathered === '') setImmediate(flush)
  gathered += `${line}\n`
}
const stderr = (line: string) => {
  flush()
  process.stderr.write(`${line}\n`)
}
process.on('exit', flush)

/** As a shell says that a broken pipe, or Ctrl-C, ended a command. */
const [brokenPipe, interrupted] = [141, 130]
// Whoever read our output has gone (`vigie … | head`): there is nobody left to tell.
const unheard = (error: NodeJS.ErrnoException, tell: (line: string) => void): never => {
  if (error.code === 'EPIPE') process.exit(brokenPipe)
  const fr = `La sortie ne peut pas être écrite\u00a0: ${error.message}`
  tell(locale === 'fr' ? fr : `The output cannot be written: ${error.message}`)
  process.exit(1)
}
process.stdout.on('error', (error) => unheard(error, (line) => void process.stderr.write(`${line}\n`)))
process.stderr.on('error', (error) => unheard(error, () => undefined))

/** A terminal's Ctrl-C reaches us and our launcher, which passes it on: within this time it is the same signal. */
const sameSignalMs = 500

const stopping = new AbortController()
let firstSignalAt = 0
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (!stopping.signal.aborted) {
      firstSignalAt = performance.now()
      stopping.abort(name)
    } else if (performance.now() - firstSignalAt > sameSignalMs) process.exit(1)
  })
}
// bin/vigie holds this channel open: when it is gone without a word (kill -9), we go too and leave the database to the next.
if (process.env.VIGIE_LAUNCHER === String(process.ppid) && process.channel) {
  process.channel.unref()
  process.on('disconnect', () => {
    if (!stopping.signal.aborted) process.kill(process.pid, 'SIGKILL')
  })
}

const world: World = {
  environment: process.env,
  cwd: process.cwd(),
  root,
  pid: process.pid,
  node: process.execPath,
  stdin: process.stdin,
  stdout,
  stderr,
  async write(bytes) {
    flush()
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
  },
  locale,
  now: Date.now,
  fetch,
  signal: stopping.signal,
  isTerminal: process.stdout.isTTY === true,
  ...(process.stdin.isTTY && process.stderr.isTTY
    ? { ask: createAsk({ input: process.stdin, write: (text) => void process.stderr.write(text) }) }
    : {}),
}

/** What `parseArgs` finds wrong, without its advice, and in French too. */
const unreadable: readonly (readonly [RegExp, fr: string, en: string])[] = [
  [/^Unknown option '([^']*)'/, 'cette option n’existe pas', 'there is no such option'],
  [/^Option '([^']*)' argument (?:missing|is ambiguous)/, 'il manque une valeur', 'a value is missing'],
  [/^Option '([^']*)' does not take an argument/, 'cette option ne prend pas de valeur', 'this option takes no value'],
  [/^Unexpected argument '([^']*)'/, 'ce mot est de trop', 'this word is one too many'],
]

process.exitCode = await run(process.argv.slice(2))
// What is left open (an idle keep-alive socket) must not keep a finished command alive.
process.exit()

async function run(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words
  if (name === '--version' || name === '-V') {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    stdout(version)
    return 0
  }
  const listed = subcommands.find((one) => one.name === name)
  if (!listed) {
    const asked = name === undefined || name === 'help' || name === '--help' || name === '-h'
    for (const line of await overview(asked ? undefined : name)) (asked ? stdout : stderr)(line)
    return name === undefined || !asked ? 2 : 0
  }
  const subcommand = await listed.load()
  if (rest.includes('--help') || rest.includes('-h')) {
    stdout(`vigie ${subcommand.name} ${subcommand.usage}`.trimEnd())
    stdout(subcommand.summary[locale])
    if (subcommand.help) stdout(`\n${subcommand.help[locale]}`)
    return 0
  }
  try {
    return await subcommand.run(rest, world)
  } catch (error) {
    if (error instanceof ConfigError) for (const problem of error.problems) stderr(problem[locale])
    else if (error instanceof UserError) stderr(error.in(locale))
    else if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      stderr(unreadableWord(error.message))
      stderr(`vigie ${subcommand.name} ${subcommand.usage}`)
      return 2
    } else throw error
    return stopping.signal.aborted ? interrupted : 1
  }
}

function unreadableWord(message: string): string {
  for (const [pattern, fr, en] of unreadable) {
    const [, word] = pattern.exec(message) ?? []
    if (word !== undefined) return locale === 'fr' ? `${word}\u00a0: ${fr}.` : `${word}: ${en}.`
  }
  return message
}

async function overview(unknown: string | undefined): Promise<string[]> {
  const all = await Promise.all(subcommands.map((one) => one.load()))
  const width = Math.max(...all.map((one) => one.name.length))
  return [
    ...(unknown === undefined
      ? []
      : [
          locale === 'fr'
            ? `«\u00a0${unknown}\u00a0» n’est pas une commande de vigie.`
            : `"${unknown}" is not a vigie command.`,
          '',
        ]),
    locale === 'fr' ? 'Usage\u00a0: vigie <commande> [options]' : 'Usage: vigie <command> [options]',
    '',
    ...all.map((one) => `  ${one.name.padEnd(width)}  ${one.summary[locale]}`),
  ]
}

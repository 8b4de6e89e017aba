// Words → a command, one of its forms, and that form's arguments and flags (interface.md, "What people type"). Derived from the
// command list alone; says what is wrong in words that tell what to write instead.

import { parseArgs } from 'node:util'
import type { Command, Form, Verb } from '../commands/command.ts'
import { UserError } from '../errors.ts'
import { code, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import { fold, nearest } from '../text/suggest.ts'
import { helpWords } from '../text/typed.ts'
import { type Token, tokenize } from './tokens.ts'

/** The root trigger: every command is also `/vigie <command>`. */
export const rootName = 'vigie'
const helpFlags: readonly string[] = ['--help', '--aide', '-h']
const longestText = 4000

/** Which form was meant, and the words that remain for it. */
export interface Found {
  readonly command: Command
  readonly verb?: Verb
  readonly form: Form
  readonly words: readonly Token[]
  /** Asked what it does, not to do it. */
  readonly help: boolean
}

/** What a form's words say, before its values are judged. */
export interface Words {
  readonly positionals: readonly string[]
  /** Every value given for a flag, in order; an empty list for a switch. */
  readonly options: ReadonlyMap<string, readonly string[]>
}

/**
 * The form that the words name. Without a trigger the first word is the command; none at all is `help`.
 * @throws {UserError} for an unknown command, with the nearest right one.
 */
export function findForm(commands: readonly Command[], trigger: string | undefined, text: string): Found {
  if (text.length > longestText) {
    throw new UserError(
      said({
        fr: rich`C’est trop long\u00a0: ${longestText} caractères au plus.`,
        en: rich`That is too long: ${longestText} characters at most.`,
      }),
    )
  }
  const words = tokenize(text)
  if (trigger !== undefined && fold(trigger) !== rootName) return withVerb(findCommand(commands, trigger), words)
  const [first, ...rest] = words[0] !== undefined && isWord(words[0], [rootName]) ? words.slice(1) : words
  if (first === undefined) return withVerb(findCommand(commands, 'help'), [])
  return withVerb(findCommand(commands, first.text), rest)
}

const commandWord = (word: string): string => word.replace(/^\//, '')

/** @throws {UserError} for an unknown command, with the nearest right one. */
export function findCommand(commands: readonly Command[], word: string): Command {
  const found = commands.find((command) => answersTo(command, word))
  if (found !== undefined) return found
  const names = commands.filter(({ name }) => name !== rootName).flatMap(namesOf)
  const guess = nearest(word, names)
  throw new UserError(
    guess === undefined
      ? said({
          fr: rich`Commande inconnue\u00a0: ${code(word)}. ${code(`/${rootName} help`)} les montre toutes.`,
          en: rich`Unknown command: ${code(word)}. ${code(`/${rootName} help`)} shows them all.`,
        })
      : said({
          fr: rich`Commande inconnue\u00a0: ${code(word)}. Vouliez-vous dire ${code(`/${rootName} ${guess}`)}\u202f? ${code(`/${rootName} help`)} les montre toutes.`,
          en: rich`Unknown command: ${code(word)}. Did you mean ${code(`/${rootName} ${guess}`)}? ${code(`/${rootName} help`)} shows them all.`,
        }),
  )
}

/** The verb that a word names, in either language. */
export function findVerb(command: Command, word: string): Verb | undefined {
  return command.verbs?.find((verb) => answersTo(verb, word))
}

function withVerb(command: Command, words: readonly Token[]): Found {
  const [first, ...rest] = words
  const verb = first?.quoted === false ? findVerb(command, first.text) : undefined
  const remaining = verb === undefined ? words : rest
  const form = verb ?? command
  const found = { command, form, words: remaining, help: asksHelp(form, remaining) }
  return verb === undefined ? found : { ...found, verb }
}

/**
 * `help` as the first word that remains, or alone after one that the form gives to choose from (a source is like a verb: a subject of that
 * name is written in quotes); or `--help` anywhere before `--`.
 */
function asksHelp(form: Form, words: readonly Token[]): boolean {
  const [first, second, third] = words
  if (first !== undefined && isWord(first, helpWords)) return true
  if (second !== undefined && third === undefined && isWord(second, helpWords) && isChoice(form, first)) return true
  const end = words.findIndex(({ text, quoted }) => text === '--' && !quoted)
  return words.slice(0, end === -1 ? undefined : end).some((word) => isWord(word, helpFlags))
}

function isChoice({ args }: Form, word: Token | undefined): boolean {
  const choices = args?.[0]?.choices
  if (word === undefined || choices === undefined || typeof choices === 'function') return false
  return choices.some(({ value }) => fold(value) === fold(word.text))
}

/** @throws {UserError} for an unknown flag, a missing value, or a value too many. */
export function readWords(form: Form, words: readonly Token[]): Words {
  // A mark before every word that is no flag keeps parseArgs from reading `-5`, `!main` or a quoted "--x" as one.
  const plainMark = '\0'
  const flags = form.flags ?? {}
  let ended = false
  const args = words.map(({ text, quoted }) => {
    const isFlag = !ended && !quoted && text.startsWith('--')
    if (isFlag && text === '--') ended = true
    return isFlag ? text.replace(/^--([^=]+)/, (_, name: string) => `--${fold(name)}`) : plainMark + text
  })
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { kind }]) => [
        name,
        { type: kind === 'switch' ? 'boolean' : 'string', multiple: true },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const positionals: string[] = []
  const options = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value.slice(plainMark.length))
    if (token.kind !== 'option') continue
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
    if (flag === undefined) throw unknownFlag(token.name, Object.keys(flags))
    const given = options.get(token.name) ?? []
    options.set(token.name, given)
    if (flag.kind === 'switch') {
      if (token.value !== undefined) throw noValueWanted(token.name)
    } else {
      given.push(flagValue(token.name, token.value, token.inlineValue === true, plainMark))
    }
  }
  return { positionals, options }
}

function flagValue(name: string, value: string | undefined, inline: boolean, plainMark: string): string {
  const isPlain = value?.startsWith(plainMark) === true
  const words = inline ? value : isPlain ? value?.slice(plainMark.length) : undefined
  if (words !== undefined && words.trim() !== '') return words
  throw new UserError(
    said({
      fr: rich`${code(`--${name}`)} attend une valeur\u00a0: ${code(`--${name} …`)}.`,
      en: rich`${code(`--${name}`)} needs a value: ${code(`--${name} …`)}.`,
    }),
  )
}

function unknownFlag(name: string, known: readonly string[]): UserError {
  const guess = nearest(name, known)
  const all = known.map((one) => `--${one}`).join(' ')
  if (guess !== undefined) {
    return new UserError(
      said({
        fr: rich`Option inconnue\u00a0: ${code(`--${name}`)}. Vouliez-vous dire ${code(`--${guess}`)}\u202f?`,
        en: rich`Unknown flag: ${code(`--${name}`)}. Did you mean ${code(`--${guess}`)}?`,
      }),
    )
  }
  return new UserError(
    said({
      fr: rich`Option inconnue\u00a0: ${code(`--${name}`)}. ${all === '' ? rich`Il n’y en a aucune ici.` : rich`Celles d’ici\u00a0: ${code(all)}.`}`,
      en: rich`Unknown flag: ${code(`--${name}`)}. ${all === '' ? rich`There are none here.` : rich`Those known here: ${code(all)}.`}`,
    }),
  )
}

function noValueWanted(name: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(`--${name}`)} ne prend pas de valeur\u00a0: écrivez-le seul.`,
      en: rich`${code(`--${name}`)} takes no value: write it alone.`,
    }),
  )
}

/** The words something answers to. */
export const namesOf = (named: { name: string; twin?: string }): readonly string[] =>
  named.twin === undefined ? [named.name] : [named.name, named.twin]

function answersTo(named: { name: string; twin?: string }, word: string): boolean {
  return namesOf(named).some((name) => fold(name) === fold(commandWord(word)))
}

function isWord({ text, quoted }: Token, words: readonly string[]): boolean {
  return !quoted && words.includes(fold(commandWord(text)))
}

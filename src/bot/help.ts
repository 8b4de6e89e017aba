// What can be said, told from the command list itself: all of it, or one command in detail.

import type { Argument, CallContext, Command, Flag, Form, Reply, Verb } from '../commands/command.ts'
import type { Locale } from '../text/locale.ts'
import { code, item, join, own, type Rich, rich } from '../text/rich.ts'
import { findCommand, findVerb, rootName } from './grammar.ts'
import { mayTry, whoMay } from './rights.ts'

/** More flags than these are told on their own. */
const mostFlags = 15

export interface Said {
  readonly command: Command
  readonly verb?: Verb
  readonly form: Form
}

/** What the `help` command answers with: everything, or what the words name. @throws {UserError} for an unknown command. */
export type Help = (call: CallContext, command?: string, verb?: string) => Reply

/** `commands` is asked at every call: the list holds the command that holds this. */
export function createHelp(commands: () => readonly Command[]): Help {
  return (call, name, verbName) => {
    if (name === undefined) return helpForAll(commands(), call)
    const command = findCommand(commands(), name)
    return helpFor(command, verbName === undefined ? undefined : findVerb(command, verbName), call.locale)
  }
}

/** `/subscribe <source> [sujet] [--events …]`. */
export function usageOf({ command, verb, form }: Said, locale: Locale): string {
  const words =
    form.usage?.[locale] ?? [...(form.args ?? []).map((one) => argumentWord(one, locale)), ...flagWords(form)].join(' ')
  return [commandWords(command, verb, locale), words].filter((part) => part !== '').join(' ')
}

/** `/subscribe liste`; a verb's French twin comes first in French. */
export function commandWords(command: Command, verb: Verb | undefined, locale: Locale): string {
  const slash = command.trigger === true ? `/${command.name}` : `/${rootName} ${command.name}`
  return verb === undefined ? slash : `${slash} ${locale === 'fr' ? (verb.twin ?? verb.name) : verb.name}`
}

/** Every command that this person may give, a line each. */
export function helpForAll(
  commands: readonly Command[],
  { locale, role }: Pick<CallContext, 'locale' | 'role'>,
): Reply {
  const lines = commands
    .filter(({ name }) => name !== rootName)
    .flatMap((command) => formsOf(command))
    .filter(({ form }) => mayTry(role, form.allow))
    .map((one) => rich`${code(usageShort(one, locale))} — ${own(one.form.summary[locale])}`)
  return {
    title: own(locale === 'fr' ? 'Ce que je sais faire' : 'What I can do'),
    text: lines.map((line) => item(line)),
    footer:
      locale === 'fr'
        ? 'Aussi en message direct, ou dans un canal : @vigie …'
        : 'Also in a direct message, or in a channel: @vigie …',
    next: `/${rootName} help subscribe`,
  }
}

/** One command: every way of saying it, its flags, who may, examples. */
export function helpFor(command: Command, verb: Verb | undefined, locale: Locale): Reply {
  const forms = formsOf(command).filter((one) => verb === undefined || one.verb === verb)
  const examples = forms.flatMap(({ form }) => form.examples ?? []).map((example) => example[locale])
  const parts: Rich[] = forms.map((one) =>
    verb === undefined && isLong(one) ? briefHelp(one, locale) : formHelp(one, locale),
  )
  if (examples.length > 0) {
    const title = locale === 'fr' ? 'Par exemple :' : 'For example:'
    parts.push([...own(title), ...examples.map((example) => item([code(example)]))])
  }
  return {
    title: own(commandWords(command, verb, locale)),
    text: join(parts, '\n\n'),
    next: `/${rootName} help`,
  }
}

/** Its flags are told by its own help, or nobody would read the rest. */
const isLong = ({ form }: Said): boolean => Object.keys(form.flags ?? {}).length > mostFlags

function briefHelp(one: Said, locale: Locale): Rich {
  const usage = rich`${code(`${usageShort(one, locale)} […]`)}\n${summaryOf(one, locale)}`
  const options = `${commandWords(one.command, one.verb, locale)} help`
  return rich`${usage} ${own(locale === 'fr' ? 'Ses options\u00a0:' : 'Its options:')} ${code(options)}`
}

const summaryOf = ({ form }: Said, locale: Locale): Rich =>
  rich`${own(form.summary[locale])} ${own(locale === 'fr' ? 'Qui peut\u00a0:' : 'Who may:')} ${own(whoMay[form.allow][locale])}.`

function formHelp(one: Said, locale: Locale): Rich {
  const { form } = one
  const lines: Rich[] = [rich`${code(usageOf(one, locale))}\n${summaryOf(one, locale)}`]
  const words = [
    ...(form.args ?? []).map(
      (argument) => rich`${code(argumentWord(argument, locale))} — ${own(argument.help[locale])}`,
    ),
    ...Object.entries(form.flags ?? {}).map(([name, flag]) => flagHelp(name, flag, locale)),
  ]
  return [...(lines[0] ?? []), ...words.map((line) => item(line))]
}

function flagHelp(name: string, flag: Flag, locale: Locale): Rich {
  const who = flag.allow === undefined ? [] : rich` (${own(whoMay[flag.allow][locale])})`
  return rich`${code(flagWord(name, flag))} — ${own(flag.help[locale])}${who}`
}

/** The command itself, where it can be said without a verb, and its verbs. */
function formsOf(command: Command): readonly Said[] {
  return [{ command, form: command }, ...(command.verbs ?? []).map((verb) => ({ command, verb, form: verb }))]
}

function usageShort(one: Said, locale: Locale): string {
  const { command, verb, form } = one
  const words = form.usage?.[locale] ?? (form.args ?? []).map((argument) => argumentWord(argument, locale)).join(' ')
  return [commandWords(command, verb, locale), words].filter((part) => part !== '').join(' ')
}

function argumentWord({ title, required }: Argument, locale: Locale): string {
  const word = title[locale].toLowerCase()
  return required ? `<${word}>` : `[${word}]`
}

function flagWords(form: Form): readonly string[] {
  return Object.entries(form.flags ?? {}).map(([name, flag]) => `[${flagWord(name, flag)}]`)
}

function flagWord(name: string, flag: Flag): string {
  if (flag.kind === 'switch') return `--${name}`
  const words = Array.isArray(flag.choices) ? flag.choices.map(({ value }: { value: string }) => value).join('|') : ''
  const value = { word: words === '' ? '…' : words, list: 'a,b', texts: '…', duration: '10m' }[flag.kind]
  return `--${name} ${value}`
}

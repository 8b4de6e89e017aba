// A form's words, or a dialog's fields, → its arguments and flags as a call carries them. Each value is judged by the form's own
// declaration; what is wrong is told with what to write instead.

import type { Argument, Call, CallContext, Choice, Flag, FlagValue, Form } from '../commands/command.ts'
import { UserError } from '../errors.ts'
import type { Json } from '../event.ts'
import { parseDuration } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, own, type Rich, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import { fold, nearest } from '../text/suggest.ts'
import type { Found, Words } from './grammar.ts'
import { namesOf } from './grammar.ts'
import { usageOf } from './help.ts'
import { tokenize } from './tokens.ts'

export type Values = Pick<Call, 'args' | 'flags' | 'secrets'>

const longestFieldRunes = 3000

/** @throws {UserError} for what is missing, one word too many, or a value the form does not take. */
export async function readValues(found: Found, words: Words, context: CallContext): Promise<Values> {
  const { form } = found
  const declared = form.args ?? []
  const verbs = found.verb === undefined ? (found.command.verbs ?? []).flatMap(namesOf) : []
  const args: Record<string, string> = {}
  for (const [index, argument] of declared.entries()) {
    const { rest, space = ' ' } = argument
    const own = words.positionals.slice(index, rest === true ? undefined : index + 1)
    const text = own.map((word) => word.trim().replace(/\s/gu, space)).join(' ')
    if (text === undefined || text === '') {
      if (argument.required) throw missing(found, argument)
      continue
    }
    args[argument.name] = await readChoice(argument.choices, text, context, index === 0 ? verbs : [])
  }
  const extra = words.positionals[declared.length]
  if (extra !== undefined && declared.at(-1)?.rest !== true) throw oneTooMany(found, extra, verbs)
  const flags: Record<string, FlagValue> = {}
  for (const [name, given] of words.options) {
    const flag = form.flags?.[name]
    if (flag !== undefined) flags[name] = await readFlag(name, flag, given, { context, args })
  }
  return { args, flags }
}

/** What a dialog held beside what was typed before, or what is wrong with which field. @throws {UserError} for a field that the form does not have. */
export async function readFields(
  form: Form,
  fields: Readonly<Record<string, Json>>,
  context: CallContext,
  typed?: Values,
): Promise<Values | { readonly errors: Readonly<Record<string, string>> }> {
  const args: Record<string, string> = { ...typed?.args }
  const flags: Record<string, FlagValue> = { ...typed?.flags }
  const errors: Record<string, string> = {}
  const secrets: Record<string, ReturnType<typeof hidden>> = {}
  // What flags may be depends on the arguments.
  const argumentsFirst = Object.entries(fields).toSorted(
    ([one], [other]) => Number(one.startsWith('--')) - Number(other.startsWith('--')),
  )
  for (const [field, json] of argumentsFirst) {
    if (field.startsWith(secretMark)) {
      if (typeof json === 'string' && json !== '') secrets[field.slice(secretMark.length)] = hidden(json)
      continue
    }
    const argument = form.args?.find(({ name }) => name === field)
    const flag = field.startsWith('--') ? ownFlag(form, field.slice(2)) : undefined
    if (argument === undefined && flag === undefined) throw unknownField(field)
    try {
      const text = fieldText(json)
      if (text === undefined) continue
      if (argument !== undefined)
        args[field] = await readChoice(argument.choices, fieldWords(text, argument), context, [])
      else if (flag !== undefined)
        flags[field.slice(2)] = await readFlag(field.slice(2), flag, [text], { context, args })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      errors[field] = error.in(context.locale)
    }
  }
  for (const { name, required } of form.args ?? []) {
    if (required && args[name] === undefined && errors[name] === undefined) {
      errors[name] = context.locale === 'fr' ? 'À remplir.' : 'Please fill this in.'
    }
  }
  if (Object.keys(errors).length > 0) return { errors }
  return Object.keys(secrets).length > 0 ? { args, flags, secrets } : { args, flags }
}

const secretMark = 'secret.'

/** Seen by whoever asks for it, and in no log. */
const hidden = (secret: string) => ({ reveal: () => secret })

/** The choices as they are for this caller, who gave these arguments. */
export async function choicesOf(
  choices: Flag['choices'],
  context: CallContext,
  args: Values['args'] = {},
): Promise<readonly Choice[] | undefined> {
  return typeof choices === 'function' ? await choices(context, args) : choices
}

function ownFlag(form: Form, name: string): Flag | undefined {
  return form.flags !== undefined && Object.hasOwn(form.flags, name) ? form.flags[name] : undefined
}

/** A field as words; nothing for one left empty or a switch left off. */
function fieldText(json: Json): string | undefined {
  if (json === null || json === false) return undefined
  if (json === true) return ''
  if (typeof json === 'number') return String(json)
  if (typeof json !== 'string') throw unreadable()
  if ([...json].length > longestFieldRunes) throw unreadable()
  const words = json.replace(/\s+/g, ' ').trim()
  return words === '' ? undefined : words
}

/** A field needs no quotes; whoever follows the advice for typed words and writes them means what they hold. */
function fieldWords(text: string, { space }: Argument): string {
  if (space !== undefined)
    return tokenize(text)
      .map((word) => word.text.trim().replace(/\s/gu, space))
      .join(' ')
  const [, straight, curly, angled] = /^(?:"([^"]+)"|“([^“”]+)”|«([^«»]+)»)$/.exec(text) ?? []
  return (straight ?? curly ?? angled ?? text).trim() || text
}

interface Asked {
  readonly context: CallContext
  readonly args: Values['args']
}

async function readFlag(name: string, flag: Flag, given: readonly string[], asked: Asked): Promise<FlagValue> {
  if (flag.kind === 'switch') return true
  const [first = '', second] = given
  if (flag.kind === 'list') {
    const words = given.flatMap((text) => text.split(',')).map((word) => word.trim())
    const listed = [...new Set(words.filter((word) => word !== ''))]
    if (listed.length === 0) throw emptyList(name)
    return Promise.all(listed.map((word) => readListed(flag, word, asked)))
  }
  if (flag.kind === 'texts') return given
  if (second !== undefined) throw givenTwice(name)
  if (flag.kind === 'duration') return readDuration(name, first)
  return readChoice(flag.choices, first, asked.context, [], asked.args)
}

/** A leading `!` excludes. */
async function readListed(flag: Flag, word: string, { context, args }: Asked): Promise<string> {
  const mark = word.startsWith('!') ? '!' : ''
  return mark + (await readChoice(flag.choices, word.slice(mark.length), context, [], args))
}

function readDuration(name: string, text: string): number {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined) return durationMs
  throw new UserError(
    said({
      fr: rich`${code(`--${name}`)} attend une durée, par exemple ${code('10m')}, ${code('1h30')} ou ${code('2j')}, pas ${code(text)}.`,
      en: rich`${code(`--${name}`)} needs a duration, for example ${code('10m')}, ${code('1h30')} or ${code('2d')}, not ${code(text)}.`,
    }),
  )
}

/** The chosen value in its own spelling; any text where there are no choices. `others` are right words that are no values (verbs). */
async function readChoice(
  declared: Flag['choices'],
  text: string,
  context: CallContext,
  others: readonly string[],
  args: Values['args'] = {},
): Promise<string> {
  const choices = await choicesOf(declared, context, args)
  if (choices === undefined) return text
  const wanted = fold(text)
  const chosen = choices.find(({ value, label }) =>
    [value, label?.fr, label?.en].some((word) => word !== undefined && fold(word) === wanted),
  )
  if (chosen !== undefined) return chosen.value
  const values = choices.map(({ value }) => value)
  throw notAmong(text, values, nearest(text, [...values, ...others]))
}

function notAmong(text: string, values: readonly string[], guess: string | undefined): UserError {
  const all = codes(values.slice(0, 12))
  if (values.length === 0) {
    return new UserError(
      said({
        fr: rich`${code(text)} n’est pas connu ici, où il n’y a rien à choisir.`,
        en: rich`${code(text)} is not known here, where there is nothing to choose.`,
      }),
    )
  }
  if (guess === undefined) {
    return new UserError(
      said({
        fr: rich`${code(text)} n’est pas connu. Au choix\u00a0: ${all}.`,
        en: rich`${code(text)} is not known. Choose among: ${all}.`,
      }),
    )
  }
  return new UserError(
    said({
      fr: rich`${code(text)} n’est pas connu. Vouliez-vous dire ${code(guess)}\u202f? Au choix\u00a0: ${all}.`,
      en: rich`${code(text)} is not known. Did you mean ${code(guess)}? Choose among: ${all}.`,
    }),
  )
}

const codes = (words: readonly string[]): Rich =>
  words.flatMap((word, index) => (index === 0 ? [code(word)] : [...own(', '), code(word)]))

function missing(found: Found, argument: Argument): UserError {
  return new UserError(
    said({
      fr: rich`Il manque ${code(argument.title.fr.toLowerCase())}. La forme est ${code(usageOf(found, 'fr'))}.`,
      en: rich`${code(argument.title.en.toLowerCase())} is missing. The form is ${code(usageOf(found, 'en'))}.`,
    }),
  )
}

function oneTooMany(found: Found, word: string, verbs: readonly string[]): UserError {
  const guess = nearest(word, verbs)
  if (guess !== undefined) {
    return new UserError(
      said({
        fr: rich`${code(word)} n’est pas connu. Vouliez-vous dire ${code(guess)}\u202f?`,
        en: rich`${code(word)} is not known. Did you mean ${code(guess)}?`,
      }),
    )
  }
  if (verbs.length > 0 && (found.form.args ?? []).length === 0) {
    const all = (locale: Locale) =>
      codes((found.command.verbs ?? []).map(({ name, twin }) => (locale === 'fr' ? (twin ?? name) : name)))
    return new UserError(
      said({
        fr: rich`${code(word)} n’est pas connu ici. Au choix\u00a0: ${all('fr')}.`,
        en: rich`${code(word)} is not known here. Choose among: ${all('en')}.`,
      }),
    )
  }
  return new UserError(
    said({
      fr: rich`${code(word)} est de trop. La forme est ${code(usageOf(found, 'fr'))}\u202f; des mots qui vont ensemble se mettent entre guillemets.`,
      en: rich`${code(word)} is one word too many. The form is ${code(usageOf(found, 'en'))}; words that belong together go in quotes.`,
    }),
  )
}

function emptyList(name: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(`--${name}`)} attend des mots séparés par des virgules.`,
      en: rich`${code(`--${name}`)} needs words separated by commas.`,
    }),
  )
}

function givenTwice(name: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(`--${name}`)} est donné deux fois\u00a0: gardez-en un.`,
      en: rich`${code(`--${name}`)} is given twice: keep one.`,
    }),
  )
}

function unreadable(): UserError {
  return new UserError(
    said({
      fr: rich`Un texte de ${longestFieldRunes} caractères au plus est attendu ici.`,
      en: rich`A text of at most ${longestFieldRunes} characters is expected here.`,
    }),
  )
}

function unknownField(name: string): UserError {
  return new UserError(
    said({
      fr: rich`Ce formulaire n’a pas de champ ${code(name.slice(0, 40))}. Redonnez la commande.`,
      en: rich`This form has no field ${code(name.slice(0, 40))}. Give the command again.`,
    }),
  )
}

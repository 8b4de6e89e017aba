// A form's arguments and flags as a dialog (mattermost.md §1, "Dialogs": title and labels up to 24 characters, help 150): what a
// person gets who gives a command with required arguments and none of them.

import type { CallContext, Choice, DialogField, DialogSpec, Flag } from '../commands/command.ts'
import type { Found } from './grammar.ts'
import { commandWords } from './help.ts'
import { reaches } from './rights.ts'
import { choicesOf } from './values.ts'

/** More than these make a form that nobody fills in; the rest stays for those who type. */
const mostFields = 6
const mostOptions = 100

/** The dialog for a form: its arguments, then those of its flags that this person may use, in the order of their declaration. */
export async function dialogFor(found: Found, context: CallContext): Promise<DialogSpec> {
  const { command, verb, form } = found
  const { locale } = context
  const fields: DialogField[] = []
  for (const { name, title, help, required, choices } of form.args ?? []) {
    const common = { name, label: label(title[locale]), help: cut(help[locale], 150), optional: !required }
    fields.push(withChoices(common, await choicesOf(choices, context), locale))
  }
  for (const [name, flag] of Object.entries(form.flags ?? {})) {
    if (flag.allow === undefined || reaches(context.role, flag.allow)) fields.push(await flagField(name, flag, context))
  }
  return {
    title: cut(commandWords(command, verb, locale), 24),
    introduction: form.summary[locale],
    submit: locale === 'fr' ? 'Valider' : 'Submit',
    fields: fields.slice(0, mostFields),
    command: command.name,
    ...(verb === undefined ? {} : { commandVerb: verb.name }),
  }
}

async function flagField(name: string, flag: Flag, context: CallContext): Promise<DialogField> {
  const common = {
    name: `--${name}`,
    label: label(flag.title[context.locale]),
    help: cut(flag.help[context.locale], 150),
    optional: true,
  }
  if (flag.kind === 'switch') return { ...common, kind: 'bool' }
  if (flag.kind === 'list' || flag.kind === 'texts') return { ...common, kind: 'text' }
  return withChoices(common, await choicesOf(flag.choices, context), context.locale)
}

function withChoices(
  common: Omit<DialogField, 'kind'>,
  choices: readonly Choice[] | undefined,
  locale: CallContext['locale'],
): DialogField {
  if (choices === undefined || choices.length === 0 || choices.length > mostOptions) return { ...common, kind: 'text' }
  const options = choices.map(({ value, label: words }) => ({ text: words?.[locale] ?? value, value }))
  return { ...common, kind: 'select', options }
}

const label = (title: string): string => cut(title, 24)

/** Our own words, cut only where they are too long: their no-break spaces stay. */
function cut(words: string, runes: number): string {
  const characters = [...words]
  return characters.length <= runes
    ? words
    : `${characters
        .slice(0, runes - 1)
        .join('')
        .trimEnd()}…`
}

// What Vigie registers in Mattermost, derived from the command list (design.md, "Lists, not folder scans"): `manifest.json` is this
// value, generated, kept in the repository and reviewed like a lock file. Limits: mattermost.md, "Command object".

import { z } from 'zod'
import type { Argument, Command } from '../commands/command.ts'
import type { Locale, Said } from '../text/locale.ts'

/** Mattermost refuses longer descriptions of a slash command. */
const longestDescription = 128

const words = z.strictObject({
  display_name: z.string().max(64),
  description: z.string().max(longestDescription),
})
const commandWords = words.extend({ auto_complete_hint: z.string(), auto_complete_desc: z.string() })

const manifestShape = z.strictObject({
  bot: words.extend({ username: z.string(), en: words }),
  commands: z.array(commandWords.extend({ trigger: z.string(), en: commandWords })),
})

/** French words, and the English ones under `en`; a server's slash commands speak one language, `VIGIE_LOCALE`. */
export type Manifest = z.infer<typeof manifestShape>
export type BotWords = z.infer<typeof words>
export type CommandWords = z.infer<typeof commandWords>

const botDescription: Said = {
  fr: 'Monte la garde : dit à chaque canal ce qu’il a demandé à entendre. Écrivez /vigie.',
  en: 'Keeps the watch: tells each channel what it asked to hear. Write /vigie.',
}

/** The manifest of these commands: those that are slash commands of their own, in the order of the list. */
export function manifestOf(commands: readonly Command[]): Manifest {
  const botWords = (locale: Locale): BotWords => ({ display_name: 'Vigie', description: botDescription[locale] })
  return {
    bot: { username: 'vigie', ...botWords('fr'), en: botWords('en') },
    commands: commands
      .filter((command) => command.trigger)
      .map((command) => ({
        trigger: command.name,
        ...commandWordsOf(command, 'fr'),
        en: commandWordsOf(command, 'en'),
      })),
  }
}

function commandWordsOf(command: Command, locale: Locale): CommandWords {
  const summary = command.summary[locale]
  return {
    display_name: 'Vigie',
    description: shorten(summary),
    auto_complete_hint: hintOf(command, locale),
    auto_complete_desc: summary,
  }
}

/** What stands after the command's name: its own usage, else its arguments, or one of its verbs. */
function hintOf(command: Command, locale: Locale): string {
  if (command.usage) return command.usage[locale]
  const plain = (command.args ?? []).map((argument) => bracket(argument, locale)).join(' ')
  const verbs = (command.verbs ?? []).map((verb) => (locale === 'fr' ? (verb.twin ?? verb.name) : verb.name))
  return [plain, ...verbs].filter((form) => form !== '').join(' | ')
}

function bracket(argument: Argument, locale: Locale): string {
  const title = argument.title[locale].toLowerCase()
  return argument.required ? `<${title}>` : `[${title}]`
}

function shorten(text: string): string {
  const characters = [...text]
  if (Buffer.byteLength(text) <= longestDescription) return text
  while (Buffer.byteLength(`${characters.join('').trimEnd()}…`) > longestDescription) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/** The text of manifest.json. */
export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** @throws {z.ZodError | SyntaxError} for a text that is no manifest. */
export function parseManifest(text: string): Manifest {
  return manifestShape.parse(JSON.parse(text))
}

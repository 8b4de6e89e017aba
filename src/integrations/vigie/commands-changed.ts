// Slash commands of ours that are not as they were registered, told to Vigie's administrators (threat T2).

import type { Describe, Draft, JsonObject } from '../../event.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { code, item, type Rich, rich } from '../../text/rich.ts'

export const commandsChangedType = 'vigie.commands_changed'

export interface ChangedCommand {
  readonly team: string
  /** Without its slash. */
  readonly trigger: string
  readonly kind: 'missing' | 'doubled' | 'replaced' | 'unknown'
}

const mostTold = 20

export function commandsChanged(commands: readonly ChangedCommand[], at: number): Draft {
  const told = commands.slice(0, mostTold).map(({ team, trigger, kind }) => ({ team, trigger, kind }))
  return {
    source: 'vigie',
    type: commandsChangedType,
    time: new Date(at).toISOString(),
    data: { commands: told, count: commands.length },
    severity: 'warning',
    audience: 'closed',
    byDefault: false,
  }
}

const kinds: Readonly<Record<ChangedCommand['kind'], Said>> = {
  missing: { fr: 'n’y est plus', en: 'is not there any more' },
  doubled: { fr: 'y est deux fois', en: 'is there twice' },
  replaced: {
    fr: 'a été remplacée par une autre, qui n’est pas à moi',
    en: 'was replaced by another, which is not mine',
  },
  unknown: {
    fr: 'y est, mais je n’ai pas son jeton\u00a0: elle n’est peut-être pas à moi',
    en: 'is there, but I do not have its token: it may not be mine',
  },
}

export const describeCommandsChanged: Describe = ({ data }, { locale }) => {
  const commands = Array.isArray(data.commands) ? data.commands : []
  const count = typeof data.count === 'number' ? data.count : commands.length
  const more = count - commands.length
  const title: Readonly<Record<Locale, Rich>> = {
    fr: rich`Mes commandes ont changé dans Mattermost\u00a0: ${count} à vérifier.`,
    en: rich`My slash commands have changed in Mattermost: ${count} to check.`,
  }
  const advice: Readonly<Record<Locale, Rich>> = {
    fr: rich`Lancez ${code('vigie provision')}, qui les rétablit ou nomme ce qui gêne. D’ici là, ce qui est tapé après ces commandes va peut-être à quelqu’un d’autre.`,
    en: rich`Run ${code('vigie provision')}: it restores them, or names what is in the way. Until then what is typed after these commands may go to somebody else.`,
  }
  const lines = commands.map((command) => line(command, locale))
  const rest = more > 0 ? [item(rich`… +${more}`)] : []
  return {
    title: title[locale],
    text: [...advice[locale], ...lines.flat(), ...rest],
    color: '#ffaa00',
    footer: 'Vigie',
    summary: title[locale],
  }
}

function line(command: JsonObject[string], locale: Locale): Rich {
  const { trigger, team, kind } = isObject(command) ? command : {}
  const said = Object.entries(kinds).find(([name]) => name === kind)?.[1]
  const separator = locale === 'fr' ? '\u00a0: ' : ': '
  return [
    item(
      rich`${code(`/${String(trigger ?? '?')}`)} (${String(team ?? '?')})${{ own: separator }}${{ own: said?.[locale] ?? '?' }}`,
    ),
  ]
}

function isObject(value: JsonObject[string]): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// `/vigie audit [n]`: who changed what, and who was refused. One's own, here; a Vigie administrator sees everybody's, everywhere.

import { UserError } from '../errors.ts'
import type { AuditEntry } from '../store/store.ts'
import { moment } from '../text/format.ts'
import { code, own, type Rich, rich, shorten } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { Call, Command } from './command.ts'
import type { CommandParts } from './index.ts'

const most = 100
const usual = 20

const words = {
  fr: {
    title: 'Ce qui a été fait',
    none: 'Rien n’a été changé ni refusé.',
    head: ['Quand', 'Qui', 'Quoi', 'Objet', 'Issue'],
    outcome: { done: 'fait', refused: '⛔ refusé' },
  },
  en: {
    title: 'What was done',
    none: 'Nothing was changed or refused.',
    head: ['When', 'Who', 'What', 'Object', 'Outcome'],
    outcome: { done: 'done', refused: '⛔ refused' },
  },
}

type AuditParts = Pick<CommandParts, 'around' | 'timeZone'> & { readonly store: Pick<CommandParts['store'], 'audit'> }

export function auditCommand(parts: AuditParts): Command {
  return {
    name: 'audit',
    twin: 'journal',
    summary: {
      fr: 'Montre vos changements et refus, les plus récents d’abord.',
      en: 'Shows your changes and refusals, the newest first.',
    },
    args: [
      {
        name: 'n',
        title: { fr: 'n', en: 'n' },
        help: { fr: `combien de lignes, ${usual} sans précision`, en: `how many lines, ${usual} unless said` },
        required: false,
      },
    ],
    allow: 'member',
    async run(call) {
      const entries = await parts.store.audit.list({ ...scopeOf(call), limit: readCount(call.args.n) })
      const { title, none, head } = words[call.locale]
      if (entries.length === 0) return { text: own(none), personal: true }
      return {
        title: own(title),
        table: { head, rows: await Promise.all(entries.map((entry) => rowOf(parts, entry, call))) },
        personal: true,
      }
    },
  }
}

/** Only what this person could read in this channel; in a direct message all that is theirs. */
function scopeOf({ person, place, role }: Call): { person?: string; channel?: string } {
  if (role === 'vigie_admin') return {}
  return place.kind === 'direct' ? { person: person.id } : { person: person.id, channel: place.channel }
}

/** @throws {UserError} for anything but a whole number from 1 to 100. */
function readCount(text: string | undefined): number {
  if (text === undefined) return usual
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new UserError(
    said({
      fr: rich`${code(text)} n’est pas un nombre de lignes\u00a0: écrivez-en un de 1 à ${most}.`,
      en: rich`${code(text)} is not a number of lines: write one from 1 to ${most}.`,
    }),
  )
}

async function rowOf({ around, timeZone }: AuditParts, entry: AuditEntry, call: Call): Promise<readonly Rich[]> {
  const { locale, now } = call
  return [
    own(moment(locale, timeZone, entry.at, now)),
    [await around.username(entry.person)],
    [code(entry.verb)],
    entry.object === undefined ? [] : [code(shorten(entry.object, 60))],
    own(words[locale].outcome[entry.outcome]),
  ]
}

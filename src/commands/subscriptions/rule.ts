// `/vigie allow` and `/vigie deny` in one mould: they open or close a subject of a source to one channel or to everyone.

import { UserError } from '../../errors.ts'
import type { AccessRule } from '../../event.ts'
import type { Said } from '../../text/locale.ts'
import { code, own, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Call, Command, Place } from '../command.ts'
import type { CommandParts } from '../index.ts'
import { readGlob } from './subject.ts'

export interface RuleWords {
  readonly name: AccessRule['effect']
  readonly twin: string
  readonly summary: Said
  readonly done: { readonly fr: (what: Rich, where: Rich) => Rich; readonly en: (what: Rich, where: Rich) => Rich }
  readonly undo: AccessRule['effect']
}

export type RuleParts = Pick<CommandParts, 'around' | 'sources'> & {
  readonly store: Pick<CommandParts['store'], 'subscriptions'>
}

const everyone = ['everyone', 'tous']

export function ruleCommand(parts: RuleParts, { name, twin, summary, done, undo }: RuleWords): Command {
  return {
    name,
    twin,
    summary,
    args: [
      {
        name: 'source',
        title: { fr: 'Source', en: 'Source' },
        help: { fr: 'd’où viennent les événements', en: 'where the events come from' },
        required: true,
        choices: parts.sources.map((source) => ({ value: source.name })),
      },
      {
        name: 'subject',
        title: { fr: 'Sujet', en: 'Subject' },
        help: {
          fr: 'le chemin d’un projet ou groupe, ou un motif\u00a0: groupe/**',
          en: 'the path of a project or group, or a glob: group/**',
        },
        required: true,
        space: '_',
      },
      {
        name: 'channel',
        title: { fr: '~canal|everyone', en: '~channel|everyone' },
        help: { fr: 'pour qui\u202f; ce canal sans précision', en: 'for whom; this channel unless said' },
        required: false,
      },
    ],
    examples: [
      { fr: `/vigie ${name} gitlab groupe/projet ~canal`, en: `/vigie ${name} gitlab group/project ~channel` },
      { fr: `/vigie ${name} gitlab groupe/** everyone`, en: `/vigie ${name} gitlab group/** everyone` },
    ],
    allow: 'vigie_admin',
    async run(call) {
      const { source = '', subject: typed = '' } = call.args
      const subject = readGlob(typed, source)
      const place = await placeOf(parts, call)
      await parts.store.subscriptions.saveRule({
        effect: name,
        source,
        subject,
        maker: call.person.id,
        madeAt: call.now,
        ...(place === undefined ? {} : { channel: place.channel }),
      })
      const what = rich`${code(subject)} (${own(source)})`
      const where = place === undefined ? 'everyone' : `~${place.name}`
      return {
        text: done[call.locale](what, whereWords(place, call)),
        mood: 'good',
        next: `/vigie ${undo} ${source} ${subject} ${where}`,
        changed: `${source} ${subject} ${place === undefined ? 'everyone' : place.channel}`,
        personal: true,
      }
    },
  }
}

/** Nothing for everyone. @throws {UserError} for a channel that is not there, or that this person cannot see. */
async function placeOf({ around }: RuleParts, call: Call): Promise<Place | undefined> {
  const words = call.args.channel
  if (words === undefined) return call.place
  if (everyone.includes(words.toLowerCase())) return undefined
  const found = await around.findChannel(words, call)
  if (found !== undefined) return found
  throw new UserError(
    said({
      fr: rich`Je ne trouve pas le canal ${code(words)}. Écrivez ${code('~son-nom')}, ou ${code('everyone')} pour tous.`,
      en: rich`I cannot find the channel ${code(words)}. Write ${code('~its-name')}, or ${code('everyone')} for all.`,
    }),
  )
}

function whereWords(place: Place | undefined, { place: here, locale }: Call): Rich {
  if (place === undefined) return own(locale === 'fr' ? 'tous les canaux' : 'every channel')
  if (place.channel === here.channel) return own(locale === 'fr' ? 'ce canal' : 'this channel')
  return [code(`~${place.name}`)]
}

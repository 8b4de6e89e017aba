// Whom `--mention` names: written as people write it, kept as ids (design.md, "Mentions"), so that a new name wakes the same person.

import { UserError } from '../../errors.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Around, CallContext, Flag, FlagValue } from '../command.ts'

/** What stands for everybody in Mattermost, and what it is called here. */
const crowds: Readonly<Record<string, 'here' | 'channel'>> = {
  here: 'here',
  ici: 'here',
  channel: 'channel',
  canal: 'channel',
  all: 'channel',
}
const oneself: readonly string[] = ['me', 'moi']
const nobody: readonly string[] = ['none', 'aucun', 'personne']
const mostMentioned = 10

export const mentionFlag: Flag = {
  kind: 'list',
  title: { fr: 'Prévenir', en: 'Mention' },
  help: {
    fr: 'fait sonner un téléphone\u00a0: @moi\u202f; @personne, @here, @channel pour les administrateurs du canal',
    en: 'makes a phone ring: @me; @person, @here, @channel for the channel administrators',
  },
  allowValue: (value, { person }) =>
    wordsOf(value).every((word) => [...oneself, ...nobody, person.username.toLowerCase()].includes(word))
      ? undefined
      : 'channel_admin',
}

/** User ids, `here`, `channel`; none for `none`. @throws {UserError} for who is not in this channel. */
export async function readMention(value: FlagValue, around: Around, call: CallContext): Promise<readonly string[]> {
  const words = wordsOf(value)
  if (words.length > mostMentioned) throw tooMany()
  if (words.every((word) => nobody.includes(word))) return []
  const ids: string[] = []
  for (const word of words) {
    const crowd = Object.hasOwn(crowds, word) ? crowds[word] : undefined
    const isOwn = oneself.includes(word) || word === call.person.username.toLowerCase()
    const id = isOwn ? call.person.id : (crowd ?? (await around.findMember(`@${word}`, call.place))?.id)
    if (id === undefined) throw notHere(word)
    ids.push(id)
  }
  return [...new Set(ids)]
}

/** `@alice`, `@here`: as they are called now. */
export async function mentionNames(
  ids: readonly string[],
  around: Pick<Around, 'username'>,
): Promise<readonly string[]> {
  return Promise.all(ids.map(async (id) => `@${id === 'here' || id === 'channel' ? id : await around.username(id)}`))
}

function wordsOf(value: FlagValue): readonly string[] {
  const words = Array.isArray(value) ? value : [String(value)]
  return words.map((word: string) => word.replace(/^@/, '').toLowerCase())
}

function notHere(word: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(`@${word}`)} n’est pas membre de ce canal\u00a0: Mattermost ne ferait sonner personne.`,
      en: rich`${code(`@${word}`)} is not a member of this channel: Mattermost would ring nobody.`,
    }),
  )
}

function tooMany(): UserError {
  return new UserError(
    said({
      fr: rich`${code('--mention')} nomme ${mostMentioned} personnes au plus\u202f; ${code('@here')} les prévient toutes.`,
      en: rich`${code('--mention')} names ${mostMentioned} people at most; ${code('@here')} tells them all.`,
    }),
  )
}

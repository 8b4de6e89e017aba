// Who a post mentions (server/channels/app/notification.go, mention_parser_standard.go): the text outside code, and of attachments the text, pretext and field values.
import { attachmentsOf } from './attachments.ts'
import { isFields } from './json.ts'
import { textRuns } from './markdown-text.ts'
import { canChannel } from './permissions.ts'
import type { Channel, Post, User } from './shapes.ts'
import { statusOf } from './statuses.ts'
import type { World } from './world.ts'

/** The ids of the members whom a post mentions; in a direct message that is the other person. */
export function mentionedBy(world: World, post: Post, channel: Channel): Set<string> {
  const members = [...(world.channelMembers.get(channel.id)?.values() ?? [])]
  const fromWebhook = post.props.from_webhook === 'true'
  if (channel.type === 'D') {
    const others = members.filter((member) => member.user_id !== post.user_id || fromWebhook || members.length === 1)
    return new Set(others.map((member) => member.user_id))
  }
  const keywords = keywordsIn(world, post, channel)
  const mentioned = new Set<string>()
  for (const text of mentioningTexts(post))
    for (const run of textRuns(text)) for (const id of idsIn(run, keywords)) mentioned.add(id)
  if (channel.type === 'G') for (const member of members) mentioned.add(member.user_id)
  if (post.type === 'system_add_to_channel' && typeof post.props.addedUserId === 'string')
    mentioned.add(post.props.addedUserId)
  if (!fromWebhook) mentioned.delete(post.user_id)
  return mentioned
}

type Keywords = Map<string, string[]>

function keywordsIn(world: World, post: Post, channel: Channel): Keywords {
  const author = { userId: post.user_id, unrestricted: false }
  const many =
    canChannel(world, author, channel.id, 'use_channel_mentions') &&
    post.type !== 'system_header_change' &&
    post.type !== 'system_purpose_change'
  const keywords: Keywords = new Map()
  const add = (word: string, id: string): void => {
    keywords.set(word, [...(keywords.get(word) ?? []), id])
  }
  for (const member of world.channelMembers.get(channel.id)?.values() ?? []) {
    const user = world.users.get(member.user_id)
    if (user?.delete_at !== 0) continue
    for (const word of personalKeywords(user)) add(word, user.id)
    const ignores = member.notify_props.ignore_channel_mentions === 'on'
    const muted =
      member.notify_props.mark_unread === 'mention' && member.notify_props.ignore_channel_mentions === 'default'
    if (!many || user.notify_props.channel !== 'true' || ignores || muted) continue
    add('@channel', user.id)
    add('@all', user.id)
    if (statusOf(world, user.id).status === 'online') add('@here', user.id)
  }
  return keywords
}

function personalKeywords(user: User): string[] {
  const own = (user.notify_props.mention_keys ?? '').split(',').filter(Boolean)
  const first = user.notify_props.first_name === 'true' && user.first_name !== '' ? [user.first_name] : []
  return [`@${user.username}`, ...own.map((word) => word.toLowerCase()), ...first]
}

function mentioningTexts(post: Post): string[] {
  const texts = [post.message]
  for (const attachment of attachmentsOf(post.props)) {
    const fields = Array.isArray(attachment.fields) ? attachment.fields.filter(isFields) : []
    for (const text of [attachment.pretext, attachment.text, ...fields.map((field) => field.value)])
      if (typeof text === 'string' && text !== '') texts.push(text)
  }
  return texts
}

const wordBreaks = /[^:.\-_@\p{L}\p{N}]+/u

function idsIn(text: string, keywords: Keywords): string[] {
  const found: string[] = []
  const look = (word: string): boolean => {
    const ids = keywords.get(word.toLowerCase()) ?? keywords.get(word)
    if (ids) found.push(...ids)
    return ids !== undefined
  }
  for (const piece of text.split(wordBreaks)) {
    if (piece === '' || (piece.startsWith(':') && piece.endsWith(':'))) continue
    const word = piece.replace(/^[:.\-_]+/, '')
    if (look(word) || lookWithoutEnd(word, look)) continue
    if (!word.startsWith('@') && /[.\-:]/.test(word)) for (const part of word.split(/[.\-:]/)) if (part) look(part)
  }
  return found
}

// A mention may end a sentence: its last dots, dashes, colons and underscores are tried away one by one.
function lookWithoutEnd(word: string, look: (word: string) => boolean): boolean {
  let rest = word
  while (/[.\-:_]$/.test(rest)) {
    rest = rest.slice(0, -1)
    if (look(rest)) return true
  }
  return false
}

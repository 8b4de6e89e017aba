// Posts: making them, and telling who must know (server/channels/app/post.go, server/public/model/post.go).

import { sealActions } from './action-cookies.ts'
import { ApiError } from './api-error.ts'
import { storedProps } from './attachments.ts'
import { viewChannels } from './channel-members.ts'
import { channelById } from './channels.ts'
import { attachFiles } from './file-infos.ts'
import { newId } from './ids.ts'
import { copyOf, type Fields } from './json.ts'
import { mentionedBy } from './mentions.ts'
import { canChannel } from './permissions.ts'
import { newPostView, postView } from './post-view.ts'
import type { Channel, Post, Priority } from './shapes.ts'
import { runes, userById } from './users.ts'
import type { World } from './world.ts'

export interface NewPost {
  user_id: string
  channel_id: string
  message: string
  root_id?: string
  type?: string
  props?: Fields
  file_ids?: string[]
  pending_post_id?: string
  create_at?: number
  is_pinned?: boolean
  priority?: Priority | null
  /** Whether the author counts as present because of it; told in the event. */
  setOnline?: boolean
}

const invalid = (field: string): ApiError => new ApiError(`model.post.is_valid.${field}.app_error`, 400)

/** @throws ApiError 400 naming the first field that is against the rules. */
export function checkPost(world: World, post: Post): void {
  if (runes(post.message) > world.config.postSizeRunes) throw invalid('message_length')
  if (runes(post.hashtags) > 1000) throw invalid('hashtags')
  const known = ['', 'slack_attachment', 'me', 'reminder', 'add_bot_teams_channels', 'system_wrangler']
  if (!known.includes(post.type) && !post.type.startsWith('system_') && !post.type.startsWith('custom_'))
    throw invalid('type')
  if (runes(JSON.stringify(post.file_ids)) > 300) throw invalid('file_ids')
  if (runes(JSON.stringify(post.props)) > 800_000) throw invalid('props')
}

/**
 * Makes a post and tells the channel.
 * @throws ApiError 400 for a root that is none (any more), or a field against the rules; 404 for an unknown author.
 */
export function createPost(world: World, wanted: NewPost): Post {
  const channel = channelById(world, wanted.channel_id)
  const author = userById(world, wanted.user_id)
  const rootId = wanted.root_id ?? ''
  const props = storedProps(copyOf(wanted.props ?? {}))
  delete props.add_channel_member
  if (world.bots.has(author.id)) props.from_bot = 'true'
  const warning = (wanted.type ?? '') === '' ? silenceMentions(world, wanted, props, channel) : null
  if (rootId !== '') checkRoot(world, rootId, channel)
  const at = wanted.create_at || world.now()
  const post: Post = {
    id: newId(),
    create_at: at,
    update_at: at,
    edit_at: 0,
    delete_at: 0,
    is_pinned: wanted.is_pinned ?? false,
    user_id: author.id,
    channel_id: channel.id,
    root_id: rootId,
    original_id: '',
    message: wanted.message,
    type: wanted.type ?? '',
    props: withChannelMentions(world, props, wanted.message, channel),
    hashtags: hashtagsIn(wanted.message),
    file_ids: [...new Set(wanted.file_ids ?? [])],
    pending_post_id: wanted.pending_post_id ?? '',
    has_reactions: false,
    priority: wanted.priority ?? null,
  }
  checkPost(world, post)
  post.file_ids = attachFiles(world, post)
  savePost(world, post, channel)
  announcePost(world, post, channel, wanted.setOnline ?? true)
  if (warning)
    sendEphemeral(world, author.id, { user_id: author.id, channel_id: channel.id, root_id: rootId, message: warning })
  return post
}

/** Keeps a post in the order of its channel; an edit's older version too. */
export function keepPost(world: World, post: Post): void {
  world.posts.set(post.id, post)
  const list = world.channelPosts.get(post.channel_id) ?? []
  world.channelPosts.set(post.channel_id, list)
  let index = list.length
  while (index > 0 && (list[index - 1]?.create_at ?? 0) > post.create_at) index -= 1
  list.splice(index, 0, post)
}

// What nobody counts as unread.
const comingsAndGoings = new Set(
  [
    'join_leave',
    'add_remove',
    'join_channel',
    'leave_channel',
    'join_team',
    'leave_team',
    'add_to_channel',
    'remove_from_channel',
    'add_to_team',
    'remove_from_team',
  ].map((word) => `system_${word}`),
)

function savePost(world: World, post: Post, channel: Channel): void {
  keepPost(world, post)
  if (post.root_id !== '') {
    const thread = world.replies.get(post.root_id) ?? []
    world.replies.set(post.root_id, thread)
    thread.push(post)
    const root = world.posts.get(post.root_id)
    if (root) root.update_at = Math.max(root.update_at, post.create_at)
  }
  channel.last_post_at = Math.max(channel.last_post_at, post.create_at)
  if (!comingsAndGoings.has(post.type)) {
    channel.total_msg_count += 1
    if (post.root_id === '') channel.total_msg_count_root += 1
  }
  if (post.root_id === '') channel.last_root_post_at = channel.last_post_at
}

function checkRoot(world: World, rootId: string, channel: Channel): void {
  const root = world.posts.get(rootId)
  if (root?.delete_at !== 0 || root.channel_id !== channel.id || root.root_id !== '')
    throw new ApiError(
      root && root.channel_id !== channel.id
        ? 'api.post.create_post.channel_root_id.app_error'
        : 'api.post.create_post.root_id.app_error',
      400,
    )
}

// Whoever may not mention a whole channel writes @all in vain, and is told so.
function silenceMentions(world: World, wanted: NewPost, props: Fields, channel: Channel): string | null {
  const author = { userId: wanted.user_id, unrestricted: false }
  if (canChannel(world, author, channel.id, 'use_channel_mentions')) return null
  const mention = /\B@(channel|all|here)\b/i.exec(wanted.message)?.[0]
  if (!mention) return null
  props.mentionHighlightDisabled = true
  return `Channel notifications are disabled in ${channel.name}. The ${mention.toLowerCase()} did not trigger any notifications.`
}

/** The words of a message that are hashtags, once each, apart by spaces. */
export const hashtagsIn = (message: string): string =>
  [...new Set(message.match(/(?<=^|\s)#\p{L}[\p{L}\p{N}\-_.]*[\p{L}\p{N}](?=$|[\s.,;:!?])/gu) ?? [])].join(' ')

/** The props with `channel_mentions`: the public channels that the message names with a tilde. */
export function withChannelMentions(world: World, props: Fields, message: string, channel: Channel): Fields {
  const { channel_mentions: _, ...rest } = props
  const named: Fields = {}
  for (const match of message.matchAll(/\B~([a-zA-Z0-9.\-_]+)/g)) {
    const name = (match[1] ?? '').toLowerCase()
    for (const other of world.channels.values()) {
      if (other.team_id === '' || other.team_id !== channel.team_id || other.name !== name || other.type !== 'O')
        continue
      named[name] = { display_name: other.display_name, team_name: world.teams.get(other.team_id)?.name ?? '' }
    }
  }
  return Object.keys(named).length > 0 ? { ...rest, channel_mentions: named } : rest
}

function announcePost(world: World, post: Post, channel: Channel, setOnline: boolean): void {
  if (channel.delete_at > 0) return
  const mentioned = mentionedBy(world, post, channel)
  for (const id of mentioned) {
    const member = world.channelMembers.get(channel.id)?.get(id)
    if (!member) continue
    member.mention_count += 1
    if (post.root_id === '') member.mention_count_root += 1
    member.last_update_at = world.clock()
  }
  const author = world.users.get(post.user_id)
  const sender = senderName(world, post)
  const followers = new Set(
    [
      ...(world.replies.get(post.root_id) ?? []),
      ...(world.posts.get(post.root_id) ? [world.posts.get(post.root_id)] : []),
    ].map((one) => one?.user_id),
  )
  const types = post.file_ids.map((id) => world.files.get(id)?.mime_type ?? '')
  world.hub.publish({
    event: 'posted',
    channelId: channel.id,
    data: {
      channel_display_name: channel.type === 'D' ? `@${author?.username}` : channel.display_name,
      channel_name: channel.name,
      channel_type: channel.type,
      post: JSON.stringify(newPostView(world, post)),
      sender_name: sender,
      set_online: setOnline,
      team_id: channel.team_id,
      ...(types.length > 0 ? { otherFile: 'true' } : {}),
      ...(types.some((type) => type.startsWith('image/')) ? { image: 'true' } : {}),
    },
    dataFor: (userId) => ({
      ...(post.root_id !== '' && userId !== post.user_id && followers.has(userId)
        ? { followers: JSON.stringify([userId]) }
        : {}),
      ...(mentioned.has(userId) ? { mentions: JSON.stringify([userId]) } : {}),
    }),
  })
}

function senderName(world: World, post: Post): string {
  if (post.type.startsWith('system_')) return 'System'
  const override = post.props.override_username
  if (typeof override === 'string' && world.config.usernameOverride) return override
  return `@${world.users.get(post.user_id)?.username}`
}

/** The author has read what they write in, unless a program writes for them. */
export function markWritten(world: World, post: Post): void {
  if ('from_webhook' in post.props || 'from_bot' in post.props || post.root_id !== '') return
  viewChannels(world, [post.channel_id], post.user_id)
}

/** A message that one person sees and nobody keeps; its buttons work by a sealed cookie. Answers the post as it was shown. */
export function sendEphemeral(world: World, userId: string, wanted: NewPost): Fields {
  const view = ephemeralView(world, wanted)
  world.hub.publish({
    event: 'ephemeral_message',
    data: { post: JSON.stringify(view) },
    channelId: wanted.channel_id,
    userId,
  })
  return view
}

function ephemeralView(world: World, wanted: NewPost): Fields {
  const props = storedProps(copyOf(wanted.props ?? {}))
  const at = world.now()
  const post: Post = {
    id: newId(),
    create_at: wanted.create_at || at,
    update_at: 0,
    edit_at: 0,
    delete_at: 0,
    is_pinned: false,
    user_id: wanted.user_id,
    channel_id: wanted.channel_id,
    root_id: wanted.root_id ?? '',
    original_id: '',
    message: wanted.message,
    type: 'system_ephemeral',
    props,
    hashtags: '',
    file_ids: [],
    pending_post_id: '',
    has_reactions: false,
    priority: null,
  }
  return postView(world, { ...post, props: sealActions(world, post) })
}

/** @throws ApiError 404 when there is no such post (any more). */
export function postById(world: World, id: string, withDeleted = false): Post {
  const post = world.posts.get(id)
  if (!post || (post.delete_at !== 0 && !withDeleted)) throw new ApiError('app.post.get.app_error', 404)
  return post
}

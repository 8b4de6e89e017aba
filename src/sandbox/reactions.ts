// Reactions to posts (server/channels/app/reaction.go).
import { ApiError, badUrl } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { channelById } from './channels.ts'
import { isId } from './ids.ts'
import { textOf } from './json.ts'
import { allow, canChannel, canSystem } from './permissions.ts'
import { reactionView } from './post-view.ts'
import { postById } from './posts.ts'
import type { Post, Reaction } from './shapes.ts'

/** Whether the caller has this permission in the post's channel; for an unknown post the system roles decide. */
function canAtPost(call: Call, postId: string, permission: string): boolean {
  const post = call.world.posts.get(postId)
  return post
    ? canChannel(call.world, call.actor, post.channel_id, permission)
    : canSystem(call.world, call.actor, permission)
}

function touch(call: Call, post: Post, event: string, reaction: Reaction): void {
  post.has_reactions = (call.world.reactions.get(post.id) ?? []).length > 0
  post.update_at = call.world.now()
  const data = { reaction: JSON.stringify(reactionView(reaction)) }
  call.world.hub.publish({ event, data, channelId: post.channel_id })
}

function add(call: Call): Answer {
  const fields = call.fields('reaction')
  const [userId, postId, emoji] = [textOf(fields, 'user_id'), textOf(fields, 'post_id'), textOf(fields, 'emoji_name')]
  if (!isId(userId) || !isId(postId) || emoji === '' || emoji.length > 64)
    throw new ApiError('api.reaction.save_reaction.invalid.app_error', 400)
  if (userId !== call.me) throw new ApiError('api.reaction.save_reaction.user_id.app_error', 403)
  allow(canAtPost(call, postId, 'add_reaction'))
  const post = postById(call.world, postId)
  // The stand-in knows no list of emoji: every name that could be one is taken for one.
  if (!/^[A-Za-z0-9_\-+]+$/.test(emoji)) throw new ApiError('app.emoji.get_by_name.no_result', 404)
  const channel = channelById(call.world, post.channel_id)
  if (channel.delete_at > 0) throw new ApiError('api.reaction.save.archived_channel.app_error', 403)
  const list = call.world.reactions.get(post.id) ?? []
  const present = list.find((one) => one.user_id === userId && one.emoji_name === emoji)
  if (!present && new Set(list.map((one) => one.emoji_name)).size >= 50)
    throw new ApiError('app.reaction.save.save.too_many_reactions', 400)
  const reaction = present ?? {
    user_id: userId,
    post_id: postId,
    emoji_name: emoji,
    create_at: call.world.now(),
    channel_id: post.channel_id,
  }
  if (!present) call.world.reactions.set(post.id, [...list, reaction])
  touch(call, post, 'reaction_added', reaction)
  return reply(reactionView(reaction))
}

function remove(call: Call): Answer {
  const [userId, postId, emoji] = [call.id('user_id'), call.id('post_id'), call.word('emoji_name')]
  if (!/^[a-zA-Z0-9\-+_]+$/.test(emoji)) throw badUrl('emoji_name')
  allow(canAtPost(call, postId, 'remove_reaction'))
  if (userId !== call.me) allow(canSystem(call.world, call.actor, 'remove_others_reactions'))
  const post = postById(call.world, postId)
  if (channelById(call.world, post.channel_id).delete_at > 0)
    throw new ApiError('api.reaction.delete.archived_channel.app_error', 403)
  const list = call.world.reactions.get(postId) ?? []
  const gone = list.find((one) => one.user_id === userId && one.emoji_name === emoji)
  call.world.reactions.set(
    postId,
    list.filter((one) => one !== gone),
  )
  touch(
    call,
    post,
    'reaction_removed',
    gone ?? { user_id: userId, post_id: postId, emoji_name: emoji, create_at: 0, channel_id: post.channel_id },
  )
  return done()
}

function listOf(call: Call): Answer {
  const id = call.id('post_id')
  allow(canAtPost(call, id, 'read_channel_content'))
  const list = call.world.reactions.get(id) ?? []
  return reply(list.length === 0 ? null : list.map(reactionView))
}

export const reactionRoutes: Route[] = [
  { method: 'POST', path: '/reactions', handler: add },
  { method: 'GET', path: '/posts/:post_id/reactions', handler: listOf },
  { method: 'DELETE', path: '/users/:user_id/posts/:post_id/reactions/:emoji_name', handler: remove },
  {
    method: 'POST',
    path: '/posts/ids/reactions',
    handler: (call) => {
      const ids = call.texts('post_ids')
      for (const id of ids) allow(canAtPost(call, id, 'read_channel_content'))
      return reply(Object.fromEntries(ids.map((id) => [id, (call.world.reactions.get(id) ?? []).map(reactionView)])))
    },
  },
]

// Posts as clients get them (server/channels/app/post_metadata.go).
import { attachmentsOf, withoutIntegrations } from './attachments.ts'
import { fileInfoView } from './file-infos.ts'
import type { Fields } from './json.ts'
import type { Post } from './shapes.ts'
import type { World } from './world.ts'

/** A post as JSON for clients: no integrations of buttons; of a deleted one no content. */
export function postView(world: World, post: Post): Fields {
  const deleted = post.delete_at > 0
  const replies = (world.replies.get(post.root_id || post.id) ?? []).filter((reply) => reply.delete_at === 0)
  return {
    id: post.id,
    create_at: post.create_at,
    update_at: post.update_at,
    edit_at: post.edit_at,
    delete_at: post.delete_at,
    is_pinned: post.is_pinned,
    user_id: post.user_id,
    channel_id: post.channel_id,
    root_id: post.root_id,
    original_id: post.original_id,
    message: deleted ? '' : post.message,
    type: post.type,
    props: withoutIntegrations(post.props),
    hashtags: post.hashtags,
    ...(post.file_ids.length > 0 ? { file_ids: post.file_ids } : {}),
    pending_post_id: '',
    ...(post.has_reactions ? { has_reactions: true } : {}),
    reply_count: replies.length,
    last_reply_at: 0,
    participants: null,
    metadata: deleted ? {} : metadataOf(world, post),
  }
}

function metadataOf(world: World, post: Post): Fields {
  const files = post.file_ids.flatMap((id) => world.files.get(id) ?? []).filter((file) => file.delete_at === 0)
  const reactions = post.has_reactions ? (world.reactions.get(post.id) ?? []) : []
  return {
    ...(attachmentsOf(post.props).length > 0 ? { embeds: [{ type: 'message_attachment' }] } : {}),
    ...(files.length > 0 ? { files: files.map(fileInfoView) } : {}),
    ...(reactions.length > 0 ? { reactions: reactions.map(reactionView) } : {}),
    ...(post.priority ? { priority: post.priority } : {}),
  }
}

/** A post as its maker gets it back, once: with the id they gave it while it was pending, which nobody keeps. */
export const newPostView = (world: World, post: Post): Fields => ({
  ...postView(world, post),
  pending_post_id: post.pending_post_id,
})

/** An older version of a post, content and all. */
export const versionView = (world: World, post: Post): Fields => ({
  ...postView(world, { ...post, delete_at: 0 }),
  delete_at: post.delete_at,
})

/** A reaction as JSON. */
export function reactionView(reaction: Fields | object): Fields {
  return { ...reaction, remote_id: '', delete_at: 0, update_at: 'create_at' in reaction ? reaction.create_at : 0 }
}

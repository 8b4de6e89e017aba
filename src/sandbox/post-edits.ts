// Changing and deleting posts (server/channels/app/post.go, UpdatePost, PatchPost, DeletePost).
import { ApiError } from './api-error.ts'
import { storedProps } from './attachments.ts'
import { channelById } from './channels.ts'
import { newId } from './ids.ts'
import { copyOf, type Fields } from './json.ts'
import { postView } from './post-view.ts'
import { checkPost, hashtagsIn, keepPost, postById, withChannelMentions } from './posts.ts'
import type { Post } from './shapes.ts'
import type { World } from './world.ts'

/** What an edit sets; what is undefined stays. */
export interface PostChange {
  message?: string
  props?: Fields
  is_pinned?: boolean
  file_ids?: string[]
}

/**
 * Changes a post and tells the channel; the older version is kept under an id of its own, as deleted.
 * Props replace all the old ones.
 * @throws ApiError 404 for no such post, 400 for a system message, an archived channel or a field against the rules.
 */
export function changePost(world: World, id: string, change: PostChange): Post {
  const post = postById(world, id)
  if (post.type.startsWith('system_')) throw new ApiError('api.post.update_post.system_message.app_error', 400)
  const channel = channelById(world, post.channel_id)
  if (channel.delete_at !== 0) throw new ApiError('api.post.update_post.can_not_update_post_in_deleted.error', 400)
  const older: Post = { ...post, props: post.props }
  const message = change.message ?? post.message
  const props = change.props === undefined ? post.props : storedProps(copyOf(change.props))
  const next: Post = {
    ...post,
    message,
    hashtags: hashtagsIn(message),
    props: withChannelMentions(world, props, message, channel),
    is_pinned: change.is_pinned ?? post.is_pinned,
    file_ids: change.file_ids ?? post.file_ids,
  }
  checkPost(world, next)
  const at = world.now()
  const edited =
    message !== post.message ||
    JSON.stringify(post.props.attachments ?? []) !== JSON.stringify(next.props.attachments ?? []) ||
    post.file_ids.join() !== next.file_ids.join()
  Object.assign(post, next, { update_at: at, edit_at: edited ? at : post.edit_at })
  keepPost(world, { ...older, id: newId(), original_id: post.id, update_at: at, delete_at: at })
  channel.last_post_at = Math.max(channel.last_post_at, at)
  world.hub.publish({
    event: 'post_edited',
    data: { post: JSON.stringify(postView(world, post)) },
    channelId: post.channel_id,
  })
  return post
}

/**
 * Deletes a post, and with a root its whole thread, and tells the channel once.
 * @throws ApiError 404 for no such post, 400 in an archived channel.
 */
export function deletePost(world: World, post: Post, deletedBy: string): void {
  if (channelById(world, post.channel_id).delete_at !== 0)
    throw new ApiError('api.post.delete_post.can_not_delete_post_in_deleted.error', 400)
  const told = JSON.stringify(postView(world, post))
  const at = world.now()
  const thread = post.root_id === '' ? (world.replies.get(post.id) ?? []) : []
  for (const one of [post, ...thread]) {
    one.delete_at = at
    one.update_at = at
    one.props = { ...one.props, deleteBy: deletedBy }
  }
  for (const id of post.file_ids) {
    const file = world.files.get(id)
    if (file) file.delete_at = at
  }
  const event = { event: 'post_deleted', channelId: post.channel_id }
  world.hub.publish({ ...event, data: { post: told }, readers: 'others' })
  world.hub.publish({ ...event, data: { post: told, delete_by: deletedBy }, readers: 'administrators' })
}

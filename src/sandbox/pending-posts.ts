// A post sent twice is made once: `pending_post_id` is remembered for 30 s (server/channels/app/post.go, deduplicateCreatePost).
import { ApiError } from './api-error.ts'
import type { Post } from './shapes.ts'
import type { World } from './world.ts'

const rememberedMs = 30_000

/**
 * The post that was made with this id, null where there is none: then the id is taken until it is settled or released.
 * @throws ApiError 500 while the twin is being made, or when what it made is gone.
 */
export function claimPending(world: World, pendingId: string): Post | null {
  if (pendingId === '') return null
  const at = world.clock()
  for (const [id, one] of world.pendingPosts) if (at - one.at >= rememberedMs) world.pendingPosts.delete(id)
  const seen = world.pendingPosts.get(pendingId)
  if (!seen) {
    world.pendingPosts.set(pendingId, { at, postId: null })
    return null
  }
  if (seen.postId === null) throw new ApiError('api.post.deduplicate_create_post.pending', 500)
  const post = world.posts.get(seen.postId)
  if (post?.delete_at !== 0) throw new ApiError('api.post.deduplicate_create_post.failed_to_get', 500)
  return post
}

/** The post is made: repeats get it. */
export function settlePending(world: World, pendingId: string, postId: string): void {
  if (pendingId !== '') world.pendingPosts.set(pendingId, { at: world.clock(), postId })
}

/** The post was refused: the id may be tried again. */
export function releasePending(world: World, pendingId: string): void {
  world.pendingPosts.delete(pendingId)
}

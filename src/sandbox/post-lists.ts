// Lists of posts: pages, what came since, what stands around a post, threads (server/channels/store/sqlstore/post_store.go).
import type { Fields } from './json.ts'
import { postView } from './post-view.ts'
import type { Post } from './shapes.ts'
import type { World } from './world.ts'

export interface PageWish {
  page: number
  perPage: number
  /** Leaves out replies to and roots of what is listed. */
  bare: boolean
  withDeleted: boolean
}

// As many posts as `since` ever answers, and with no sign that there are more.
const sinceLimit = 1000

interface Listed {
  order: Post[]
  more?: Post[]
  next?: string
  previous?: string
}

function listView(world: World, listed: Listed): Fields {
  const posts: Fields = {}
  for (const post of [...listed.order, ...(listed.more ?? [])]) posts[post.id] = postView(world, post)
  return {
    order: listed.order.map((post) => post.id),
    posts,
    next_post_id: listed.next ?? '',
    prev_post_id: listed.previous ?? '',
    first_inaccessible_post_time: 0,
  }
}

const shown = (world: World, channelId: string, withDeleted: boolean): Post[] =>
  (world.channelPosts.get(channelId) ?? []).filter((post) => withDeleted || post.delete_at === 0)

// The threads that the listed posts belong to come along, outside the order.
function threadsOf(world: World, posts: Post[], bare: boolean): Post[] {
  const roots = new Set(posts.map((post) => post.root_id).filter(Boolean))
  return [...roots].flatMap((id) => {
    const root = world.posts.get(id)
    const replies = bare ? [] : (world.replies.get(id) ?? [])
    return [...(root ? [root] : []), ...replies].filter((post) => post.delete_at === 0)
  })
}

/** A page of a channel, newest first. */
export function channelPage(world: World, channelId: string, wish: PageWish): Fields {
  const all = shown(world, channelId, wish.withDeleted)
  const end = all.length - wish.page * wish.perPage
  const start = Math.max(0, end - wish.perPage)
  const order = all.slice(start, Math.max(0, end)).reverse()
  const next = order.length > 0 ? (all[end]?.id ?? '') : ''
  const previous = order.length > 0 ? (all[start - 1]?.id ?? '') : ''
  return listView(world, { order, more: threadsOf(world, order, wish.bare), next, previous })
}

/** What was written, changed or deleted in a channel after a moment: at most 1,000 posts, those changed first, newest first. */
export function postsSince(world: World, channelId: string, since: number): Fields {
  const changed = (world.channelPosts.get(channelId) ?? []).filter((post) => post.update_at > since)
  const oldest = [...changed].sort((a, b) => a.update_at - b.update_at).slice(0, sinceLimit)
  const order = oldest.sort((a, b) => b.create_at - a.create_at)
  const roots = order.flatMap((post) => world.posts.get(post.root_id) ?? [])
  return listView(world, { order, more: roots })
}

/** The posts of a channel before or after one of them, newest first; page 0 is nearest to it. */
export function postsAround(
  world: World,
  channelId: string,
  postId: string,
  side: 'before' | 'after',
  wish: PageWish,
): Fields {
  const pivot = world.posts.get(postId)
  const all = shown(world, channelId, wish.withDeleted)
  const matching = pivot
    ? all.filter((post) => (side === 'before' ? post.create_at < pivot.create_at : post.create_at > pivot.create_at))
    : []
  if (side === 'before') matching.reverse()
  const nearest = matching.slice(wish.page * wish.perPage, (wish.page + 1) * wish.perPage)
  const order = side === 'before' ? nearest : nearest.reverse()
  const full = order.length >= wish.perPage
  const beyond = (step: -1 | 1): string => {
    const edge = step === 1 ? order[0] : order.at(-1)
    return edge ? (all[all.indexOf(edge) + step]?.id ?? '') : ''
  }
  const next = side === 'after' ? (full ? beyond(1) : '') : wish.page === 0 ? postId : beyond(1)
  const previous = side === 'before' ? (full ? beyond(-1) : '') : wish.page === 0 ? postId : beyond(-1)
  return listView(world, { order, more: threadsOf(world, order, wish.bare), next, previous })
}

/** A post's whole thread: the post asked for first, then the others by age. */
export function thread(world: World, post: Post): Fields {
  const rootId = post.root_id || post.id
  const root = world.posts.get(rootId)
  const all = [...(root ? [root] : []), ...(world.replies.get(rootId) ?? [])].filter((one) => one.delete_at === 0)
  return { ...listView(world, { order: [post, ...all.filter((one) => one !== post)] }), has_next: false }
}

/** The pinned posts of a channel, newest first. */
export function pinnedPosts(world: World, channelId: string): Fields {
  const order = shown(world, channelId, false).filter((post) => post.is_pinned)
  return listView(world, { order: order.reverse() })
}

// A channel's posts back to a moment, however many (mattermost.md §0 rules 5 and 17). Reading `since=` cannot do it: it answers at most
// 1,000 posts with no sign of more, and which ones is the database's choice. So pages of 200 are walked from the newest backwards.

import type { Calls, Post } from './calls.ts'

const pageSize = 200

/**
 * Posts of a channel made at or after `from` (milliseconds since 1970, the server's clock), newest first, each once. Posts that are made
 * or deleted meanwhile move none of the others out of sight: each page begins at a post, not at an offset.
 */
export async function* readBack(
  calls: Pick<Calls, 'posts'>,
  channel: string,
  from: number,
  signal?: AbortSignal,
): AsyncGenerator<Post> {
  const seen = new Set<string>()
  let before: string | undefined
  for (;;) {
    const page = await calls.posts(channel, { per_page: pageSize, before }, signal)
    const fresh = page.filter((post) => !seen.has(post.id))
    for (const post of fresh) {
      seen.add(post.id)
      if (post.create_at >= from) yield post
    }
    const oldest = page.at(-1)
    if (oldest === undefined || fresh.length === 0 || page.length < pageSize || oldest.create_at < from) return
    before = anchorOf(page, oldest.create_at)
  }
}

/** `before` leaves out posts of the same millisecond: the page after begins above those that share the oldest one's. */
function anchorOf(page: readonly Post[], oldestAt: number): string | undefined {
  return (page.findLast((post) => post.create_at > oldestAt) ?? page.at(-1))?.id
}

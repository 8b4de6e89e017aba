// The posts of one person's session: pages by REST, then created, edited, deleted, reacted to and ephemeral ones by websocket.

/** @typedef {import('./types.d.ts').Post} Post */
/** @typedef {import('./types.d.ts').PostList} PostList */

const pageSize = 60

/**
 * @param {import('./api.js').Api} api
 * @param {{ tell(change: import('./types.d.ts').Change): void, know(ids: Iterable<string>): Promise<void> }} session
 */
export function createPosts(api, { tell, know }) {
  /** @type {Map<string, Post>} */
  const all = new Map()
  /** Channels whose newest posts were read, and whether older ones remain. @type {Map<string, { older: boolean }>} */
  const read = new Map()
  /** Threads that are read whole. @type {Map<string, string>} */
  const threads = new Map()

  /** Keeps what a list holds; an ephemeral post is on no list and stays. @param {PostList} list */
  async function take(list) {
    const posts = Object.values(list.posts ?? {})
    await know(
      posts.flatMap(({ user_id, metadata }) => [
        user_id,
        ...(metadata?.reactions ?? []).map((reaction) => reaction.user_id),
      ]),
    )
    for (const post of posts) {
      if (post.delete_at > 0) all.delete(post.id)
      else all.set(post.id, post)
    }
    return posts
  }

  /** @param {string} channelId */
  async function open(channelId) {
    if (read.has(channelId)) return
    read.set(channelId, { older: false })
    try {
      await readNewest(channelId)
    } catch (error) {
      read.delete(channelId)
      throw error
    }
  }

  /** @param {string} channelId */
  async function readNewest(channelId) {
    const posts = await take(await api.get(`/api/v4/channels/${channelId}/posts?per_page=${pageSize}`))
    read.set(channelId, { older: posts.length >= pageSize })
    tell({ type: 'posts', channelId })
  }

  /** @param {string} channelId */
  async function older(channelId) {
    const oldest = inChannel(channelId).find(({ type }) => type !== 'system_ephemeral')
    if (oldest === undefined) return
    const posts = await take(
      await api.get(`/api/v4/channels/${channelId}/posts?per_page=${pageSize}&before=${oldest.id}`),
    )
    read.set(channelId, { older: posts.length >= pageSize })
    tell({ type: 'posts', channelId })
  }

  /** @param {string} rootId @returns {Promise<Post | undefined>} the root */
  async function openThread(rootId) {
    await take(await api.get(`/api/v4/posts/${rootId}/thread`))
    const root = all.get(rootId)
    if (root !== undefined) {
      threads.set(rootId, root.channel_id)
      tell({ type: 'posts', channelId: root.channel_id })
    }
    return root
  }

  /** Everything that was open, read again: what was deleted meanwhile goes. */
  async function refresh() {
    const channels = [...read.keys()]
    for (const post of [...all.values()]) if (post.type !== 'system_ephemeral') all.delete(post.id)
    await Promise.all([
      ...channels.map(readNewest),
      ...[...threads.keys()].map((rootId) => openThread(rootId).catch(() => threads.delete(rootId))),
    ])
  }

  /**
   * A post that is new here: from `posted`, `ephemeral_message` or our own request.
   * @param {Record<string, unknown>} data @param {string} key where the post stands as JSON
   */
  async function arrived(data, key) {
    return add(JSON.parse(String(data[key])))
  }

  /** @param {Post} post @returns {Promise<Post | undefined>} undefined if it was known */
  async function add(post) {
    await know([post.user_id])
    if (all.has(post.id)) return undefined
    all.set(post.id, post)
    const root = all.get(post.root_id)
    if (root !== undefined && post.type !== 'system_ephemeral')
      all.set(root.id, { ...root, reply_count: (root.reply_count ?? 0) + 1 })
    tell({ type: 'posts', channelId: post.channel_id, arrived: post })
    return post
  }

  /** @param {Post} post */
  function edited(post) {
    const before = all.get(post.id)
    if (before === undefined) return
    all.set(post.id, {
      ...post,
      reply_count: Math.max(post.reply_count ?? 0, before.reply_count ?? 0),
      metadata: { ...before.metadata, ...post.metadata },
    })
    tell({ type: 'posts', channelId: post.channel_id, edited: post.id })
  }

  /** @param {string} postId */
  function forget(postId) {
    const post = all.get(postId)
    if (post === undefined) return
    all.delete(postId)
    for (const reply of [...all.values()]) if (reply.root_id === postId) all.delete(reply.id)
    const root = all.get(post.root_id)
    if (root !== undefined && post.type !== 'system_ephemeral')
      all.set(root.id, { ...root, reply_count: Math.max(0, (root.reply_count ?? 1) - 1) })
    tell({ type: 'posts', channelId: post.channel_id })
  }

  /** @param {import('./types.d.ts').Reaction} reaction @param {boolean} added */
  async function reacted(reaction, added) {
    await know([reaction.user_id])
    const post = all.get(reaction.post_id)
    if (post === undefined) return
    const others = (post.metadata?.reactions ?? []).filter(
      ({ user_id, emoji_name }) => user_id !== reaction.user_id || emoji_name !== reaction.emoji_name,
    )
    all.set(post.id, { ...post, metadata: { ...post.metadata, reactions: added ? [...others, reaction] : others } })
    tell({ type: 'posts', channelId: post.channel_id })
  }

  /**
   * @param {string} event
   * @param {Record<string, unknown>} data
   */
  async function hear(event, data) {
    if (event === 'ephemeral_message') await arrived(data, 'post')
    else if (event === 'post_edited') edited(JSON.parse(String(data.post)))
    else if (event === 'post_deleted') forget(JSON.parse(String(data.post)).id)
    else if (event === 'reaction_added' || event === 'reaction_removed')
      await reacted(JSON.parse(String(data.reaction)), event === 'reaction_added')
  }

  /** @param {string} channelId what its feed shows, oldest first: roots, and ephemeral answers wherever they belong */
  function inChannel(channelId) {
    return [...all.values()]
      .filter((post) => post.channel_id === channelId && (post.root_id === '' || post.type === 'system_ephemeral'))
      .sort((a, b) => a.create_at - b.create_at)
  }

  /** @param {string} rootId the root and its replies, oldest first */
  function inThread(rootId) {
    return [...all.values()]
      .filter((post) => post.id === rootId || post.root_id === rootId)
      .sort((a, b) => a.create_at - b.create_at)
  }

  return {
    open,
    older,
    openThread,
    refresh,
    arrived,
    add,
    forget,
    hear,
    inChannel,
    inThread,
    /** @param {string} postId */
    get: (postId) => all.get(postId),
    /** @param {string} channelId */
    hasOlder: (channelId) => read.get(channelId)?.older === true,
    /** @param {string} channelId */
    isRead: (channelId) => read.has(channelId),
  }
}

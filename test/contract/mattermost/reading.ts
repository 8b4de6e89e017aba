// Questions about reading a channel back: pages, `after`, and `since`, on which catching up after an absence rests.

import { accepted, at, type Caller, keys, list, number, refusal, text } from './driver.ts'
import { createChannel, join, type Place, type Question, say, unknownId, type World } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

/** A fresh public channel of the bot's, so that nothing but the case's posts stands in it. */
async function freshChannel({ bot, team }: World): Promise<Place> {
  return createChannel(bot, team.id, 'O')
}

/** Posts these messages one after the other and returns the posts. */
async function sayAll(who: Caller, channelId: string, messages: readonly string[]): Promise<unknown[]> {
  const posts: unknown[] = []
  for (const message of messages) posts.push(await say(who, channelId, message))
  return posts
}

const messagesOf = (page: unknown) => list(page, 'order').map((id) => at(page, `posts.${id}.message`))

export function askAboutReading(question: Question): void {
  const pageKeys = ['next_post_id', 'order', 'posts', 'prev_post_id']
  question(
    'post: pages are newest first',
    { default: [true, true, pageKeys], '9.10': [true, true, ['has_next', ...pageKeys]] },
    async (world) => {
      const place = await freshChannel(world)
      await sayAll(world.bot, place.id, ['1', '2', '3', '4'])
      const first = await accepted(world.bot.get(`/channels/${place.id}/posts?page=0&per_page=2`))
      const second = await accepted(world.bot.get(`/channels/${place.id}/posts?page=1&per_page=2`))
      const told = keys(first).filter((key) => key !== 'first_inaccessible_post_time')
      return [messagesOf(first).join() === '4,3', messagesOf(second).join() === '2,1', told]
    },
  )
  question('post: after', { default: [false, true, true] }, async (world) => {
    const place = await freshChannel(world)
    const [one, two, three] = (await sayAll(world.bot, place.id, ['1', '2', '3'])).map((post) => text(post, 'id'))
    const page = await accepted(world.bot.get(`/channels/${place.id}/posts?after=${one}`))
    const order = list(page, 'order')
    return [order.includes(one), order.includes(two), order.includes(three)]
  })
  question(
    'post: after gives the nearest ones first, newest of them on top',
    {
      default: [
        ['3', '2'],
        ['5', '4'],
      ],
    },
    async (world) => {
      const place = await freshChannel(world)
      const posts = await sayAll(world.bot, place.id, ['1', '2', '3', '4', '5'])
      const near = await accepted(world.bot.get(`/channels/${place.id}/posts?after=${text(posts[0], 'id')}&per_page=2`))
      const next = await accepted(
        world.bot.get(`/channels/${place.id}/posts?after=${list(near, 'order')[0]}&per_page=2`),
      )
      return [messagesOf(near), messagesOf(next)]
    },
  )
  question('post: after the newest there is nothing', { default: [] }, async (world) => {
    const place = await freshChannel(world)
    const newest = text(await say(world.bot, place.id, 'last'), 'id')
    return list(await accepted(world.bot.get(`/channels/${place.id}/posts?after=${newest}`)), 'order')
  })
  question('post: before', { default: ['2', '1'] }, async (world) => {
    const place = await freshChannel(world)
    const posts = await sayAll(world.bot, place.id, ['1', '2', '3'])
    const page = await accepted(world.bot.get(`/channels/${place.id}/posts?before=${text(posts[2], 'id')}&per_page=2`))
    return messagesOf(page)
  })
  question(
    'post: before and after leave out posts of the same millisecond',
    { default: [['older'], ['newer']] },
    async (world) => {
      const { admin, bot, team } = world
      const place = await createChannel(bot, team.id, 'O')
      await join(bot, 'channels', place.id, admin)
      // Only an administrator may choose the time of a post.
      const now = Date.now()
      const saidAt = async (message: string, create_at: number) =>
        text(await say(admin, place.id, message, { create_at }), 'id')
      await saidAt('older', now + 1_000)
      const anchor = await saidAt('twin', now + 2_000)
      await saidAt('other twin', now + 2_000)
      await saidAt('newer', now + 3_000)
      const before = await accepted(bot.get(`/channels/${place.id}/posts?before=${anchor}&per_page=1`))
      return [messagesOf(before), messagesOf(await accepted(bot.get(`/channels/${place.id}/posts?after=${anchor}`)))]
    },
  )
  question('post: replies stand in the pages of a channel', { default: ['reply', 'root'] }, async (world) => {
    const place = await freshChannel(world)
    const root = text(await say(world.bot, place.id, 'root'), 'id')
    await say(world.bot, place.id, 'reply', { root_id: root })
    return messagesOf(await accepted(world.bot.get(`/channels/${place.id}/posts?per_page=2`)))
  })
  question('post: deleted ones are not in pages', { default: ['1'] }, async (world) => {
    const place = await freshChannel(world)
    const posts = await sayAll(world.bot, place.id, ['1', '2'])
    await accepted(world.bot.delete(`/posts/${text(posts[1], 'id')}`))
    return messagesOf(await accepted(world.bot.get(`/channels/${place.id}/posts?per_page=1`)))
  })
  question('post: a page holds 200 at most', { default: 200 }, async (world) => {
    const place = await freshChannel(world)
    for (let batch = 0; batch < 21; batch += 1) {
      await Promise.all(Array.from({ length: 10 }, (_, one) => say(world.bot, place.id, `${batch}.${one}`)))
    }
    return list(await accepted(world.bot.get(`/channels/${place.id}/posts?per_page=1000`)), 'order').length
  })
  question('post: list of a channel not mine', { default: forbidden }, async ({ bot, priv }) =>
    refusal(await bot.get(`/channels/${priv.id}/posts`)),
  )
  question(
    'post: list of an unknown channel',
    { default: 403 },
    async ({ bot }) => (await bot.get(`/channels/${unknownId}/posts`)).status,
  )
  question('post: list of a public channel the bot is not in', { default: forbidden }, async ({ alice, bot, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    return refusal(await bot.get(`/channels/${place.id}/posts`))
  })
  question('post: list of an archived channel', { default: 200 }, async (world) => {
    const place = await freshChannel(world)
    await accepted(world.bot.delete(`/channels/${place.id}`))
    return (await world.bot.get(`/channels/${place.id}/posts`)).status
  })
  question('post: by ids', { default: 2 }, async ({ bot, pub }) => {
    const ids = (await sayAll(bot, pub.id, ['1', '2'])).map((post) => text(post, 'id'))
    return list(await bot.post('/posts/ids', [...ids, unknownId])).length
  })
}

export function askAboutCatchingUp(question: Question): void {
  question(
    'post: since shows edits and deletions',
    { default: { edit: 's1b', del: true, inOrder: true } },
    async (world) => {
      const { bot } = world
      const place = await freshChannel(world)
      const posts = await sayAll(bot, place.id, ['s1', 's2', 's3'])
      const [edited, deleted] = posts.map((post) => text(post, 'id'))
      // An edit in the same millisecond is still after this mark.
      const mark = number(posts[2], 'create_at') - 1
      await accepted(bot.put(`/posts/${edited}/patch`, { message: 's1b' }))
      await accepted(bot.delete(`/posts/${deleted}`))
      const page = await accepted(bot.get(`/channels/${place.id}/posts?since=${mark}`))
      const order = list(page, 'order')
      return {
        edit: at(page, `posts.${edited}.message`),
        del: number(page, `posts.${deleted}.delete_at`) > 0,
        inOrder: order.includes(edited),
      }
    },
  )
  question(
    'post: since its own update_at does not show a post again, one earlier does',
    { default: [[], ['m']] },
    async (world) => {
      const place = await freshChannel(world)
      const stamp = number(await say(world.bot, place.id, 'm'), 'update_at')
      const from = async (since: number) =>
        messagesOf(await accepted(world.bot.get(`/channels/${place.id}/posts?since=${since}`)))
      return [await from(stamp), await from(stamp - 1)]
    },
  )
  question(
    'post: since gives the newest first, an edited one at its old place',
    { default: ['3', '2', '1b'] },
    async (world) => {
      const place = await freshChannel(world)
      const posts = await sayAll(world.bot, place.id, ['1', '2', '3'])
      await accepted(world.bot.put(`/posts/${text(posts[0], 'id')}/patch`, { message: '1b' }))
      const page = await accepted(
        world.bot.get(`/channels/${place.id}/posts?since=${number(posts[0], 'create_at') - 1}`),
      )
      return messagesOf(page).filter((message) => ['1b', '2', '3'].includes(String(message)))
    },
  )
  question(
    'post: since shows an edited post twice, once as the deleted copy of its earlier text',
    { default: { original: true, deleted: true, message: '' } },
    async (world) => {
      const place = await freshChannel(world)
      const post = await say(world.bot, place.id, 'before')
      await accepted(world.bot.put(`/posts/${text(post, 'id')}/patch`, { message: 'after' }))
      const page = await accepted(world.bot.get(`/channels/${place.id}/posts?since=${number(post, 'create_at') - 1}`))
      const shown = list(page, 'order').map((id) => at(page, `posts.${id}`))
      const copy = shown.find((one) => at(one, 'original_id') !== '')
      return {
        original: at(copy, 'original_id') === text(post, 'id'),
        deleted: number(copy, 'delete_at') > 0,
        message: at(copy, 'message'),
      }
    },
  )
  question('post: since shows replies', { default: true }, async (world) => {
    const place = await freshChannel(world)
    const root = await say(world.bot, place.id, 'root')
    const reply = await say(world.bot, place.id, 'reply', { root_id: text(root, 'id') })
    const page = await accepted(world.bot.get(`/channels/${place.id}/posts?since=${number(root, 'update_at') - 1}`))
    return list(page, 'order').includes(text(reply, 'id'))
  })
  question(
    'post: since and page together: the page is not heard',
    { default: 200 },
    async (world) => (await world.bot.get(`/channels/${world.pub.id}/posts?since=1&page=1`)).status,
  )
  question(
    'post: since a time that is none',
    { default: 400 },
    async (world) => (await world.bot.get(`/channels/${world.pub.id}/posts?since=soon`)).status,
  )
  question(
    'post: since gives 1,000 at most, the oldest, without a sign of more; since the newest of them gives the rest',
    { default: { first: 1_000, oldest: true, marked: false, missing: 0 } },
    async (world) => {
      const { bot } = world
      const place = await freshChannel(world)
      const start = await say(bot, place.id, 'start')
      // In tens: quick, and every post of a batch is older than those of the next.
      const batches = Array.from({ length: 103 }, (_, batch) =>
        Array.from({ length: 10 }, (_, one) => `${batch}.${one}`),
      )
      for (const batch of batches) await Promise.all(batch.map((message) => say(bot, place.id, message)))
      const page = await accepted(bot.get(`/channels/${place.id}/posts?since=${number(start, 'update_at') - 1}`))
      const messages = messagesOf(page)
      const newest = number(page, `posts.${list(page, 'order')[0]}.update_at`)
      const next = await accepted(bot.get(`/channels/${place.id}/posts?since=${newest - 1}`))
      const all = new Set([...messages, ...messagesOf(next)])
      return {
        first: messages.length,
        oldest: messages.includes('0.0') && !messages.some((message) => String(message).startsWith('102.')),
        marked: at(page, 'has_next') === true || at(page, 'next_post_id') !== '',
        missing: batches.flat().filter((message) => !all.has(message)).length,
      }
    },
  )
}

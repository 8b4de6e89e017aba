// Questions about writing posts: what a created post holds, limits, deduplication, threads.

import { accepted, at, keys, list, refusal, text } from './driver.ts'
import { createChannel, join, type Question, say, unknownId } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }
const postFields = [
  'id',
  'create_at',
  'update_at',
  'edit_at',
  'delete_at',
  'user_id',
  'channel_id',
  'root_id',
  'message',
  'type',
  'props',
  'hashtags',
  'pending_post_id',
  'metadata',
  'is_pinned',
]
const badRoot = { status: 400, id: 'api.post.create_post.root_id.app_error' }

export function askAboutPosting(question: Question): void {
  question('post: created fields', { default: { status: 201, keys: postFields } }, async ({ bot, pub }) => {
    const made = await bot.post('/posts', { channel_id: pub.id, message: 'm' })
    const there = keys(made)
    return { status: made.status, keys: postFields.filter((field) => there.includes(field)) }
  })
  question('post: a bot is marked as one in its props', { default: 'true' }, async ({ bot, pub }) =>
    at(await say(bot, pub.id, 'm'), 'props.from_bot'),
  )
  question('post: a person is not', { default: null }, async ({ alice, pub }) =>
    at(await say(alice, pub.id, 'm'), 'props.from_bot'),
  )
  question(
    'post: props come back as they were given',
    { default: { events: ['a', 'b'], deliveries: ['d'] } },
    async ({ bot, pub }) => {
      const vigie = { events: ['a', 'b'], deliveries: ['d'] }
      const id = text(await say(bot, pub.id, 'm', { props: { vigie } }), 'id')
      return at(await bot.get(`/posts/${id}`), 'props.vigie')
    },
  )
  question('post: white space around a message is kept inside', { default: 'a\n\nb' }, async ({ bot, pub }) =>
    at(await say(bot, pub.id, 'a\n\nb'), 'message'),
  )
  question('post: an empty one is taken', { default: { status: 201, id: null } }, async ({ bot, pub }) =>
    refusal(await bot.post('/posts', { channel_id: pub.id, message: '' })),
  )
  question(
    'post: an empty message with an attachment',
    { default: 201 },
    async ({ bot, pub }) =>
      (await bot.post('/posts', { channel_id: pub.id, message: '', props: { attachments: [{ text: 'x' }] } })).status,
  )
  question('post: pending_post_id twice', { default: { a: 201, b: 201, same: true } }, async ({ bot, pub }) => {
    const body = { channel_id: pub.id, message: 'once', pending_post_id: `${bot.id}:${Date.now()}` }
    const a = await bot.post('/posts', body)
    const b = await bot.post('/posts', body)
    return { a: a.status, b: b.status, same: at(a, 'id') === at(b, 'id') }
  })
  question(
    'post: pending_post_id twice at once makes one post',
    { default: { posts: 1, others: true } },
    async ({ bot, alice, team }) => {
      const place = await createChannel(alice, team.id, 'O')
      await join(alice, 'channels', place.id, bot)
      const body = { channel_id: place.id, message: 'once', pending_post_id: `delivery-${crypto.randomUUID()}` }
      const answers = await Promise.all([1, 2, 3, 4].map(() => bot.post('/posts', body)))
      const page = await accepted(bot.get(`/channels/${place.id}/posts`))
      const posts = list(page, 'order').filter((id) => at(page, `posts.${id}.message`) === 'once').length
      // Whoever comes while the first is being written is refused, whoever comes later is given it.
      const pending = 'api.post.deduplicate_create_post.pending'
      const others = answers.every((answer) => answer.status === 201 || at(answer, 'id') === pending)
      return { posts, others }
    },
  )
  question('post: pending_post_id of any shape', { default: { a: 201, b: 201, same: true } }, async ({ bot, pub }) => {
    const body = { channel_id: pub.id, message: 'once', pending_post_id: `delivery-${crypto.randomUUID()}` }
    const a = await bot.post('/posts', body)
    const b = await bot.post('/posts', body)
    return { a: a.status, b: b.status, same: at(a, 'id') === at(b, 'id') }
  })
  question(
    'post: pending_post_id twice with another message keeps the first',
    { default: 'first' },
    async ({ bot, pub }) => {
      const body = { channel_id: pub.id, pending_post_id: `delivery-${crypto.randomUUID()}` }
      await accepted(bot.post('/posts', { ...body, message: 'first' }))
      return at(await bot.post('/posts', { ...body, message: 'second' }), 'message')
    },
  )
  question(
    'post: too long',
    {
      default: { status: 400, id: 'model.post.is_valid.message_length.app_error' },
      '9.10': { status: 400, id: 'model.post.is_valid.msg.app_error' },
    },
    async ({ bot, pub }) => refusal(await bot.post('/posts', { channel_id: pub.id, message: 'é'.repeat(16_384) })),
  )
  question(
    'post: longest',
    { default: 201 },
    async ({ bot, pub }) => (await bot.post('/posts', { channel_id: pub.id, message: 'é'.repeat(16_383) })).status,
  )
  question(
    'post: length is counted in characters beyond the basic plane too',
    { default: 201 },
    async ({ bot, pub }) => (await bot.post('/posts', { channel_id: pub.id, message: '🦉'.repeat(16_383) })).status,
  )
  question('post: unknown channel', { default: forbidden }, async ({ bot }) =>
    refusal(await bot.post('/posts', { channel_id: unknownId, message: 'm' })),
  )
  question('post: channel not mine', { default: forbidden }, async ({ bot, priv }) =>
    refusal(await bot.post('/posts', { channel_id: priv.id, message: 'm' })),
  )
  question('post: a public channel not mine', { default: forbidden }, async ({ bot, alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    return refusal(await bot.post('/posts', { channel_id: place.id, message: 'm' }))
  })
  question(
    'post: huge props',
    {
      default: { status: 413, id: 'api.context.request_body_too_large.app_error' },
      '9.10': { status: 400, id: 'api.context.invalid_body_param.app_error' },
    },
    async ({ bot, pub }) =>
      refusal(await bot.post('/posts', { channel_id: pub.id, message: 'm', props: { big: 'x'.repeat(900_000) } })),
  )
  question(
    'post: large props below the limit',
    { default: 201 },
    async ({ bot, pub }) =>
      (await bot.post('/posts', { channel_id: pub.id, message: 'm', props: { big: 'x'.repeat(290_000) } })).status,
  )
  question(
    'post: an id of its own is refused',
    { default: { status: 400, id: 'app.post.save.existing.app_error' } },
    async ({ bot, pub }) => refusal(await bot.post('/posts', { id: unknownId, channel_id: pub.id, message: 'm' })),
  )
  question(
    'post: a time of its own is not taken from a bot',
    { default: false },
    async ({ bot, pub }) => at(await say(bot, pub.id, 'm', { create_at: 1_000 }), 'create_at') === 1_000,
  )
  question(
    'post: nobody writes in the name of another',
    { default: true },
    async ({ alice, bob, pub }) => at(await say(alice, pub.id, 'm', { user_id: bob.id }), 'user_id') === alice.id,
  )
  question(
    'post: a member may not set a system type',
    { default: 400 },
    async ({ alice, pub }) =>
      (await alice.post('/posts', { channel_id: pub.id, message: 'm', type: 'system_join_channel' })).status,
  )
  question(
    'post: ephemeral ones are for administrators',
    { default: [forbidden, 201] },
    async ({ admin, bot, alice, pub }) => {
      const body = { user_id: alice.id, post: { channel_id: pub.id, message: 'm' } }
      return [refusal(await bot.post('/posts/ephemeral', body)), (await admin.post('/posts/ephemeral', body)).status]
    },
  )
  question('post: reply', { default: { root: true, replyToReply: badRoot, thread: 2 } }, async ({ bot, pub }) => {
    const root = text(await say(bot, pub.id, 'root'), 'id')
    const reply = await say(bot, pub.id, 'reply', { root_id: root })
    const further = await bot.post('/posts', { channel_id: pub.id, message: 'm', root_id: text(reply, 'id') })
    const thread = await accepted(bot.get(`/posts/${root}/thread`))
    return { root: at(reply, 'root_id') === root, replyToReply: refusal(further), thread: list(thread, 'order').length }
  })
  question('post: unknown root', { default: badRoot }, async ({ bot, pub }) =>
    refusal(await bot.post('/posts', { channel_id: pub.id, message: 'm', root_id: unknownId })),
  )
  question(
    'post: a root of another channel',
    { default: { status: 400, id: 'api.post.create_post.channel_root_id.app_error' } },
    async ({ bot, pub, town }) => {
      const root = text(await say(bot, town.id, 'root'), 'id')
      return refusal(await bot.post('/posts', { channel_id: pub.id, message: 'm', root_id: root }))
    },
  )
  question('post: a root that was deleted', { default: badRoot }, async ({ bot, pub }) => {
    const root = text(await say(bot, pub.id, 'root'), 'id')
    await accepted(bot.delete(`/posts/${root}`))
    return refusal(await bot.post('/posts', { channel_id: pub.id, message: 'm', root_id: root }))
  })
  question('post: a thread is read from any of its posts', { default: true }, async ({ bot, pub }) => {
    const root = text(await say(bot, pub.id, 'root'), 'id')
    const reply = text(await say(bot, pub.id, 'reply', { root_id: root }), 'id')
    return list(await accepted(bot.get(`/posts/${reply}/thread`)), 'order').includes(root)
  })
  question('post: hashtags are told', { default: '#deux #one' }, async ({ bot, pub }) =>
    text(await say(bot, pub.id, 'a #one b #deux'), 'hashtags')
      .split(' ')
      .sort()
      .join(' '),
  )
  question('post: priority without licence', { default: { priority: 'urgent' } }, async ({ bot, pub }) => {
    const made = await say(bot, pub.id, 'm', { metadata: { priority: { priority: 'urgent' } } })
    return { priority: at(made, 'metadata.priority.priority') }
  })
  question('post: priority is for roots only', { default: 400 }, async ({ bot, pub }) => {
    const root = text(await say(bot, pub.id, 'root'), 'id')
    const metadata = { priority: { priority: 'urgent' } }
    return (await bot.post('/posts', { channel_id: pub.id, message: 'm', root_id: root, metadata })).status
  })
  question(
    'post: ack needs a licence',
    {
      default: { status: 501, id: 'license_error.feature_unavailable' },
      '9.10': { status: 501, id: '<untranslated>' },
    },
    async ({ alice, pub }) => {
      const post = text(await say(alice, pub.id, 'm'), 'id')
      return refusal(await alice.post(`/users/${alice.id}/posts/${post}/ack`))
    },
  )
}

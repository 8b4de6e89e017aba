// Questions about what happens to a post afterwards: edits, deletion, reactions, pins; and posts that webhooks make.

import { accepted, at, list, number, postTo, refusal, text } from './driver.ts'
import { createChannel, join, type Question, say, unknownId } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

export function askAboutChangingPosts(question: Question): void {
  question(
    'post: patch message keeps props',
    { default: { message: 'b', k: 1, att: 'z', edited: true } },
    async ({ bot, pub }) => {
      const id = text(await say(bot, pub.id, 'a', { props: { k: 1, attachments: [{ text: 'z' }] } }), 'id')
      const after = await accepted(bot.put(`/posts/${id}/patch`, { message: 'b' }))
      return {
        message: at(after, 'message'),
        k: at(after, 'props.k'),
        att: at(after, 'props.attachments.0.text'),
        edited: number(after, 'edit_at') > 0,
      }
    },
  )
  question(
    'post: patched props replace all of them, from_bot too',
    { default: { message: 'a', k: null, l: 2, from_bot: null } },
    async ({ bot, pub }) => {
      const id = text(await say(bot, pub.id, 'a', { props: { k: 1 } }), 'id')
      await accepted(bot.put(`/posts/${id}/patch`, { props: { l: 2 } }))
      const after = await accepted(bot.get(`/posts/${id}`))
      return {
        message: at(after, 'message'),
        k: at(after, 'props.k'),
        l: at(after, 'props.l'),
        from_bot: at(after, 'props.from_bot'),
      }
    },
  )
  question('post: a change of props alone does not count as edited by hand', { default: 0 }, async ({ bot, pub }) => {
    const id = text(await say(bot, pub.id, 'a'), 'id')
    await accepted(bot.put(`/posts/${id}/patch`, { props: { l: 2 } }))
    return at(await bot.get(`/posts/${id}`), 'edit_at')
  })
  question('post: put replaces', { default: { status: 200, message: 'c', k: null } }, async ({ bot, pub }) => {
    const id = text(await say(bot, pub.id, 'a', { props: { k: 1 } }), 'id')
    const after = await bot.put(`/posts/${id}`, { id, message: 'c', props: {} })
    return { status: after.status, message: at(after, 'message'), k: at(after, 'props.k') }
  })
  question('post: edit of another', { default: forbidden }, async ({ alice, bot, pub }) => {
    const id = text(await say(alice, pub.id, 'mine'), 'id')
    return refusal(await bot.put(`/posts/${id}/patch`, { message: 'yours' }))
  })
  question(
    'post: an edit cannot move it or give it to another',
    { default: [true, true] },
    async ({ alice, bob, pub, town }) => {
      const id = text(await say(alice, pub.id, 'a'), 'id')
      const after = await accepted(
        alice.put(`/posts/${id}`, { id, message: 'b', channel_id: town.id, user_id: bob.id }),
      )
      return [at(after, 'channel_id') === pub.id, at(after, 'user_id') === alice.id]
    },
  )
  question('post: an edit mentions nobody anew', { default: 0 }, async ({ alice, bob, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    await join(bob, 'channels', place.id, bob)
    const id = text(await say(alice, place.id, 'nobody'), 'id')
    await accepted(alice.put(`/posts/${id}/patch`, { message: `@${bob.name}` }))
    return at(await bob.get(`/channels/${place.id}/members/${bob.id}`), 'mention_count')
  })
  question('post: an edit that is too long', { default: 400 }, async ({ bot, pub }) => {
    const id = text(await say(bot, pub.id, 'a'), 'id')
    return (await bot.put(`/posts/${id}/patch`, { message: 'x'.repeat(16_384) })).status
  })
  question(
    'post: editing a deleted one is 403, reading it 404',
    { default: [forbidden, { status: 404, id: 'app.post.get.app_error' }] },
    async ({ bot, pub }) => {
      const id = text(await say(bot, pub.id, 'a'), 'id')
      await accepted(bot.delete(`/posts/${id}`))
      return [refusal(await bot.put(`/posts/${id}/patch`, { message: 'b' })), refusal(await bot.get(`/posts/${id}`))]
    },
  )
  question('post: an unknown one', { default: [404, 403, 403] }, async ({ bot }) => [
    (await bot.get(`/posts/${unknownId}`)).status,
    (await bot.put(`/posts/${unknownId}/patch`, { message: 'b' })).status,
    (await bot.delete(`/posts/${unknownId}`)).status,
  ])
  question('post: reading one in a channel not mine', { default: forbidden }, async ({ alice, bot, priv }) => {
    const id = text(await say(alice, priv.id, 'a'), 'id')
    return refusal(await bot.get(`/posts/${id}`))
  })
  question('post: deleting that of another', { default: forbidden }, async ({ alice, bot, pub }) => {
    const id = text(await say(alice, pub.id, 'mine'), 'id')
    return refusal(await bot.delete(`/posts/${id}`))
  })
  question('post: deleting a root takes its replies along', { default: [200, 404] }, async ({ bot, pub }) => {
    const root = text(await say(bot, pub.id, 'root'), 'id')
    const reply = text(await say(bot, pub.id, 'reply', { root_id: root }), 'id')
    const gone = await bot.delete(`/posts/${root}`)
    return [gone.status, (await bot.get(`/posts/${reply}`)).status]
  })
  question('post: reaction', { default: { status: 200, l: ['eyes'], d: 200 } }, async ({ bot, pub }) => {
    const post = text(await say(bot, pub.id, 'm'), 'id')
    const made = await bot.post('/reactions', { user_id: bot.id, post_id: post, emoji_name: 'eyes' })
    const names = list(await bot.get(`/posts/${post}/reactions`)).map((one) => at(one, 'emoji_name'))
    const gone = await bot.delete(`/users/${bot.id}/posts/${post}/reactions/eyes`)
    return { status: made.status, l: names, d: gone.status }
  })
  question(
    'post: the emoji that do something here',
    { default: [200, 200, 200, 200, 200, 200] },
    async ({ alice, bot, pub }) => {
      const post = text(await say(bot, pub.id, 'm'), 'id')
      const names = ['eyes', 'white_check_mark', 'no_bell', 'mute', 'arrows_counterclockwise', 'repeat']
      const made = names.map((emoji_name) => alice.post('/reactions', { user_id: alice.id, post_id: post, emoji_name }))
      return (await Promise.all(made)).map(({ status }) => status)
    },
  )
  question('post: a change of props alone keeps its words', { default: 'words' }, async ({ bot, pub }) => {
    const post = text(await say(bot, pub.id, 'words'), 'id')
    await accepted(bot.put(`/posts/${post}/patch`, { props: { l: 2 } }))
    return at((await bot.get(`/posts/${post}`)).body, 'message')
  })
  question('post: without reactions there is no list of them', { default: [200, null] }, async ({ bot, pub }) => {
    const answer = await bot.get(`/posts/${text(await say(bot, pub.id, 'm'), 'id')}/reactions`)
    return [answer.status, answer.body]
  })
  question(
    'post: a reaction that is no emoji',
    { default: { status: 404, id: 'app.emoji.get_by_name.no_result' } },
    async ({ bot, pub }) => {
      const post = text(await say(bot, pub.id, 'm'), 'id')
      return refusal(await bot.post('/reactions', { user_id: bot.id, post_id: post, emoji_name: 'no such!' }))
    },
  )
  question('post: a reaction in the name of another', { default: 403 }, async ({ alice, bot, pub }) => {
    const post = text(await say(bot, pub.id, 'm'), 'id')
    return (await bot.post('/reactions', { user_id: alice.id, post_id: post, emoji_name: 'eyes' })).status
  })
  question('post: pin', { default: true }, async ({ bot, pub }) => {
    const post = text(await say(bot, pub.id, 'm'), 'id')
    await accepted(bot.post(`/posts/${post}/pin`))
    return at(await bot.get(`/posts/${post}`), 'is_pinned')
  })
  question('post: unpin', { default: false }, async ({ bot, pub }) => {
    const post = text(await say(bot, pub.id, 'm', { is_pinned: true }), 'id')
    await accepted(bot.post(`/posts/${post}/pin`))
    await accepted(bot.post(`/posts/${post}/unpin`))
    return at(await bot.get(`/posts/${post}`), 'is_pinned')
  })
  question(
    'post: the incoming webhooks of a team are listed to administrators alone',
    { default: [true, forbidden] },
    async ({ admin, alice, pub, team }) => {
      const hook = await accepted(admin.post('/hooks/incoming', { channel_id: pub.id, display_name: 'contract' }))
      const known = list(await accepted(admin.get(`/hooks/incoming?team_id=${team.id}&per_page=200`)))
      const path = `/hooks/incoming?team_id=${team.id}`
      return [known.some((one) => at(one, 'id') === at(hook, 'id')), refusal(await alice.get(path))]
    },
  )
  question(
    'post: a search in a team is for its members',
    { default: [200, forbidden] },
    async ({ bob, carol, team }) => {
      const terms = { terms: 'words', is_or_search: false }
      const path = `/teams/${team.id}/posts/search`
      return [(await bob.post(path, terms)).status, refusal(await carol.post(path, terms))]
    },
  )
  question(
    'post: a post of an incoming webhook is marked',
    { default: ['true', 'hooked', true] },
    async ({ admin, url, pub, bot }) => {
      const hook = await accepted(admin.post('/hooks/incoming', { channel_id: pub.id, display_name: 'contract' }))
      await accepted(postTo(`${url}/hooks/${text(hook, 'id')}`, { text: 'hooked' }))
      const page = await accepted(bot.get(`/channels/${pub.id}/posts?per_page=1`))
      const post = at(page, `posts.${list(page, 'order')[0]}`)
      return [at(post, 'props.from_webhook'), at(post, 'message'), at(post, 'user_id') === admin.id]
    },
  )
}

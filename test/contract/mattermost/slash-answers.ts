// Questions about what becomes of an outside service's answer to a slash command, at once and by `response_url`.

import { create, register, type } from './commands.ts'
import { accepted, at, type Caller, keys, list, number, postTo, refusal, text } from './driver.ts'
import { mentionsOf, openSocket, postOf } from './socket.ts'
import { createChannel, join, mentionCount, type Question, say, suffix, unknownId, type World } from './world.ts'

const failed = { status: 500, id: 'api.command.execute_command.failed.app_error' }

const answerFields = [
  'attachments',
  'channel_id',
  'extra_responses',
  'goto_location',
  'icon_url',
  'props',
  'response_type',
  'skip_slack_parsing',
  'text',
  'trigger_id',
  'type',
  'username',
]

/** The newest post of a channel. */
async function newest(who: Caller, channelId: string): Promise<unknown> {
  const page = await accepted(who.get(`/channels/${channelId}/posts?per_page=1`))
  return at(page, `posts.${list(page, 'order')[0]}`)
}

/** What stands in the channel after the outside service answered a command with that body. */
async function answered(world: World, body: object): Promise<unknown> {
  const command = await register(world, { body: { response_type: 'in_channel', ...body } })
  await accepted(type(world, world.alice, world.pub.id, `/${command.trigger}`))
  return newest(world.alice, world.pub.id)
}

export function askAboutSlashAnswers(question: Question): void {
  question(
    'command: ephemeral answer',
    { default: { status: 200, answer: { text: 'only you', response_type: 'ephemeral' }, posts: 0 } },
    async (world) => {
      const place = await createChannel(world.alice, world.team.id, 'O')
      const before = number(await world.alice.get(`/channels/${place.id}`), 'total_msg_count')
      const command = await register(world, { body: { response_type: 'ephemeral', text: 'only you' } })
      const answer = await type(world, world.alice, place.id, `/${command.trigger}`)
      const after = number(await world.alice.get(`/channels/${place.id}`), 'total_msg_count')
      return {
        status: answer.status,
        answer: { text: at(answer, 'text'), response_type: at(answer, 'response_type') },
        posts: after - before,
      }
    },
  )
  question(
    'command: an answer without a type is told as it came',
    { default: { text: 'only you', response_type: '' } },
    async (world) => {
      const command = await register(world, { body: { text: 'only you' } })
      const answer = await type(world, world.alice, world.pub.id, `/${command.trigger}`)
      return { text: at(answer, 'text'), response_type: at(answer, 'response_type') }
    },
  )
  question(
    'command: the answer told to the caller carries the id within its trigger id',
    { default: true },
    async (world) => {
      const command = await register(world, { body: { text: 'x' } })
      const answer = await type(world, world.alice, world.pub.id, `/${command.trigger}`)
      const sealed = new URLSearchParams(command.ear.last().body).get('trigger_id') ?? ''
      return Buffer.from(sealed, 'base64').toString().split(':')[0] === at(answer, 'trigger_id')
    },
  )
  question(
    'command: in_channel answer',
    { default: { byCaller: true, from_webhook: 'true', override: null, k: 'v', type: '' } },
    async (world) => {
      const post = await answered(world, {
        text: 'for all',
        username: 'somebody',
        icon_url: `${world.url}/i.png`,
        props: { k: 'v' },
      })
      return {
        byCaller: at(post, 'user_id') === world.alice.id,
        from_webhook: at(post, 'props.from_webhook'),
        override: at(post, 'props.override_username'),
        k: at(post, 'props.k'),
        type: at(post, 'type'),
      }
    },
  )
  question('command: a plain text answer', { default: 'plain words' }, async (world) => {
    const command = await register(world, { type: 'text/plain', body: 'plain words' })
    return at(await type(world, world.alice, world.pub.id, `/${command.trigger}`), 'text')
  })
  question('command: an answer with attachments keeps them', { default: ['T', '#00ff00'] }, async (world) => {
    const post = await answered(world, { attachments: [{ color: '#00ff00', title: 'T', text: 'x' }] })
    return [at(post, 'props.attachments.0.title'), at(post, 'props.attachments.0.color')]
  })
  question('command: extra responses are posted too', { default: ['second', 'first'] }, async (world) => {
    const place = await createChannel(world.alice, world.team.id, 'O')
    const extra = [{ response_type: 'in_channel', text: 'second' }]
    const command = await register(world, {
      body: { response_type: 'in_channel', text: 'first', extra_responses: extra },
    })
    await accepted(type(world, world.alice, place.id, `/${command.trigger}`))
    const page = await accepted(world.alice.get(`/channels/${place.id}/posts?per_page=2`))
    return list(page, 'order').map((id) => at(page, `posts.${id}.message`))
  })
  question(
    'command: an answer in another channel, of which the caller is a member',
    { default: true },
    async (world) => {
      const place = await createChannel(world.alice, world.team.id, 'O')
      await answered(world, { text: 'elsewhere', channel_id: place.id })
      return at(await newest(world.alice, place.id), 'message') === 'elsewhere'
    },
  )
  question('command: an answer of a system type is refused', { default: 500 }, async (world) => {
    const command = await register(world, {
      body: { response_type: 'in_channel', text: 'x', type: 'system_join_channel' },
    })
    return (await type(world, world.alice, world.pub.id, `/${command.trigger}`)).status
  })
  question('command: slack parsing', { default: '@all @here [label](http://a.example) &lt;' }, async (world) =>
    at(await answered(world, { text: '<!all> <!here> <http://a.example|label> &lt;' }), 'message'),
  )
  question(
    'command: slack parsing writes a user id as a mention',
    { default: true },
    async (world) => at(await answered(world, { text: `<@${world.bob.id}>` }), 'message') === `@${world.bob.name}`,
  )
  question('command: skip slack parsing', { default: '<!all> <http://a.example|label>' }, async (world) =>
    at(await answered(world, { text: '<!all> <http://a.example|label>', skip_slack_parsing: true }), 'message'),
  )
  question('command: an answer in the channel mentions people', { default: 1 }, async (world) => {
    const place = await createChannel(world.alice, world.team.id, 'O')
    await join(world.bob, 'channels', place.id, world.bob)
    const command = await register(world, { body: { response_type: 'in_channel', text: `@${world.bob.name}` } })
    await accepted(type(world, world.alice, place.id, `/${command.trigger}`))
    return mentionCount(world.bob, place.id)
  })
  question(
    'command: a built-in one answers with every field',
    { default: [answerFields, '*waves*', 'me'] },
    async (world) => {
      const answer = await type(world, world.bob, world.pub.id, '/me waves')
      return [keys(answer), at(answer, 'text'), at(answer, 'type')]
    },
  )
  question('command: one of ours too', { default: answerFields }, async (world) => {
    const command = await register(world, { body: { text: 'x' } })
    return keys(await type(world, world.alice, world.pub.id, `/${command.trigger}`))
  })
  question('command: an empty object posts nothing', { default: [200, ''] }, async (world) => {
    const command = await register(world, { body: {} })
    const answer = await type(world, world.alice, world.pub.id, `/${command.trigger}`)
    return [answer.status, at(answer, 'text')]
  })
  question('command: empty json body', { default: failed }, async (world) => {
    const command = await register(world, { body: '' })
    return refusal(await type(world, world.alice, world.pub.id, `/${command.trigger}`))
  })
  question('command: broken json', { default: failed }, async (world) => {
    const command = await register(world, { body: '{' })
    return refusal(await type(world, world.alice, world.pub.id, `/${command.trigger}`))
  })
  for (const status of [500, 401, 201]) {
    question(
      `command: answer ${status}`,
      { default: { status: 500, id: 'api.command.execute_command.failed_resp.app_error' } },
      async (world) => {
        const command = await register(world, { status, body: {} })
        return refusal(await type(world, world.alice, world.pub.id, `/${command.trigger}`))
      },
    )
  }
  question('command: nobody listens', { default: failed }, async (world) => {
    const trigger = `c${suffix()}`
    await accepted(create(world, world.admin, { trigger, url: 'http://127.0.0.1:9/' }))
    return refusal(await type(world, world.alice, world.pub.id, `/${trigger}`))
  })
  question('ws: slash answer reaches the caller', { default: true }, async (world) => {
    const command = await register(world, { body: { text: 'only you' } })
    const socket = await openSocket(world.url, { token: world.alice.token })
    await socket.event('hello')
    await accepted(type(world, world.alice, world.pub.id, `/${command.trigger}`))
    const told = await socket.event('ephemeral_message')
    await socket.close()
    return at(postOf(told), 'message') === 'only you'
  })
}

export function askAboutResponseUrls(question: Question): void {
  const typed = async (world: World, channelId: string) => {
    const command = await register(world, {})
    await accepted(type(world, world.alice, channelId, `/${command.trigger}`))
    return new URLSearchParams(command.ear.last().body).get('response_url') ?? ''
  }
  question(
    'response_url: works five times',
    { default: [200, 200, 200, 200, 200, { status: 400, id: 'app.command_webhook.try_use.invalid' }] },
    async (world) => {
      const url = await typed(world, world.pub.id)
      const answers: unknown[] = []
      for (let use = 1; use <= 5; use += 1) answers.push((await postTo(url, { text: `use ${use}` })).status)
      return [...answers, refusal(await postTo(url, { text: 'use 6' }))]
    },
  )
  question(
    'response_url: unknown',
    { default: 404 },
    async (world) => (await postTo(`${world.url}/hooks/commands/${unknownId}`, { text: 'x' })).status,
  )
  question('response_url: in_channel is posted as the caller', { default: [true, 'later'] }, async (world) => {
    const place = await createChannel(world.alice, world.team.id, 'O')
    const url = await typed(world, place.id)
    await accepted(postTo(url, { response_type: 'in_channel', text: 'later' }))
    const post = await newest(world.alice, place.id)
    return [at(post, 'user_id') === world.alice.id, at(post, 'message')]
  })
  question('response_url: an ephemeral answer reaches the caller alone', { default: [true, 0] }, async (world) => {
    const url = await typed(world, world.pub.id)
    const mine = await openSocket(world.url, { token: world.alice.token })
    const theirs = await openSocket(world.url, { token: world.bob.token })
    await mine.event('hello')
    await theirs.event('hello')
    await accepted(postTo(url, { text: 'for you later' }))
    const told = await mine.event('ephemeral_message', (frame) => at(postOf(frame), 'message') === 'for you later')
    const marker = text(await say(world.alice, world.pub.id, 'marker'), 'id')
    await theirs.event('posted', (frame) => at(postOf(frame), 'id') === marker)
    const leaked = theirs.frames.filter((frame) => at(frame, 'event') === 'ephemeral_message').length
    await Promise.all([mine.close(), theirs.close()])
    return [told !== undefined && mentionsOf(told).length === 0, leaked]
  })
  question('response_url: slack parsing may be skipped', { default: ['@all', '<!all>'] }, async (world) => {
    const place = await createChannel(world.alice, world.team.id, 'O')
    const url = await typed(world, place.id)
    await accepted(postTo(url, { response_type: 'in_channel', text: '<!all>' }))
    const parsed = at(await newest(world.alice, place.id), 'message')
    await accepted(postTo(url, { response_type: 'in_channel', text: '<!all>', skip_slack_parsing: true }))
    return [parsed, at(await newest(world.alice, place.id), 'message')]
  })
}

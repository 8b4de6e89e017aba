// Questions about what a slash command sends to the outside service, and who may send it.

import { create, register, type } from './commands.ts'
import { accepted, refusal, text } from './driver.ts'
import { createChannel, direct, type Question, say, suffix } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

const requestFields =
  'channel_id channel_name command response_url team_domain team_id text token trigger_id user_id user_name'

export function askAboutSlashRequests(question: Question): void {
  question(
    'command: unknown trigger',
    { default: { status: 404, id: 'api.command.execute_command.not_found.app_error' } },
    async (world) => refusal(await type(world, world.alice, world.pub.id, `/none${suffix()}`)),
  )
  question(
    'command: no slash',
    { default: { status: 400, id: 'api.command.execute_command.start.app_error' } },
    async (world) => refusal(await type(world, world.alice, world.pub.id, 'hello')),
  )
  const requestAnswer = (root: null | '', fields: string) => ({
    status: 200,
    method: 'POST',
    type: 'application/x-www-form-urlencoded',
    auth: true,
    accept: 'application/json',
    fields: fields.split(' ').sort(),
    token: true,
    command: true,
    text: 'add "a b"  --x=1\nsecond line',
    user: true,
    channel: true,
    team: true,
    trigger: true,
    response: true,
    root,
  })
  question(
    'command: request',
    { default: requestAnswer('', `${requestFields} root_id`), '9.10': requestAnswer(null, requestFields) },
    async (world) => {
      const { alice, pub, team } = world
      const command = await register(world, {})
      const answer = await type(world, alice, pub.id, `/${command.trigger} add "a b"  --x=1\nsecond line`)
      const heard = command.ear.last()
      const form = new URLSearchParams(heard.body)
      return {
        status: answer.status,
        method: heard.method,
        type: heard.headers['content-type'],
        auth: heard.headers.authorization === `Token ${command.token}`,
        accept: heard.headers.accept,
        fields: [...form.keys()].sort(),
        token: form.get('token') === command.token,
        command: form.get('command') === `/${command.trigger}`,
        text: form.get('text'),
        user: form.get('user_id') === alice.id && form.get('user_name') === alice.name,
        channel: form.get('channel_id') === pub.id && form.get('channel_name') === pub.name,
        team: form.get('team_id') === team.id && form.get('team_domain') === team.name,
        trigger: (form.get('trigger_id') ?? '') !== '',
        response: (form.get('response_url') ?? '').startsWith(`${world.url}/hooks/commands/`),
        root: form.get('root_id'),
      }
    },
  )
  question('command: a trigger typed in capitals is the same', { default: 'Keep Case' }, async (world) => {
    const command = await register(world, {})
    await accepted(type(world, world.alice, world.pub.id, `/${command.trigger.toUpperCase()} Keep Case`))
    return new URLSearchParams(command.ear.last().body).get('text')
  })
  question('command: a new line ends the trigger', { default: 'second line' }, async (world) => {
    const command = await register(world, {})
    await accepted(type(world, world.alice, world.pub.id, `/${command.trigger}\nsecond line`))
    return new URLSearchParams(command.ear.last().body).get('text')
  })
  question(
    'command: one made for GET carries its fields in the query',
    { default: ['GET', 'words', ''] },
    async (world) => {
      const ear = world.listener.ear({})
      const trigger = `c${suffix()}`
      await accepted(create(world, world.admin, { trigger, method: 'G', url: ear.url }))
      await accepted(type(world, world.alice, world.pub.id, `/${trigger} words`))
      return [ear.last().method, ear.last().query.get('text'), ear.last().body]
    },
  )
  question(
    'command: mentions are resolved',
    { default: { users: true, ids: true, channels: true, cids: true } },
    async (world) => {
      const { alice, bob, pub } = world
      const command = await register(world, {})
      await accepted(type(world, alice, pub.id, `/${command.trigger} @${bob.name} ~${pub.name}`))
      const form = new URLSearchParams(command.ear.last().body)
      return {
        users: form.getAll('user_mentions').includes(bob.name),
        ids: form.getAll('user_mentions_ids').includes(bob.id),
        channels: form.getAll('channel_mentions').includes(pub.name),
        cids: form.getAll('channel_mentions_ids').includes(pub.id),
      }
    },
  )
  question('command: several mentions are parallel lists', { default: [2, true] }, async (world) => {
    const { alice, bob, bot, pub } = world
    const command = await register(world, {})
    await accepted(type(world, alice, pub.id, `/${command.trigger} @${bob.name} and @${bot.name}`))
    const form = new URLSearchParams(command.ear.last().body)
    const names = form.getAll('user_mentions')
    const ids = form.getAll('user_mentions_ids')
    const byName = new Map([
      [bob.name, bob.id],
      [bot.name, bot.id],
    ])
    return [names.length, names.every((name, place) => byName.get(name) === ids[place])]
  })
  question(
    'command: strangers to the team and private channels are not resolved',
    { default: [[], []] },
    async (world) => {
      const command = await register(world, {})
      await accepted(
        type(world, world.alice, world.pub.id, `/${command.trigger} @${world.carol.name} ~${world.priv.name}`),
      )
      const form = new URLSearchParams(command.ear.last().body)
      return [form.getAll('user_mentions'), form.getAll('channel_mentions')]
    },
  )
  question('command: root_id in a thread', { default: true, '9.10': false }, async (world) => {
    const command = await register(world, {})
    const root = text(await say(world.alice, world.pub.id, 'root'), 'id')
    await accepted(type(world, world.alice, world.pub.id, `/${command.trigger}`, { root_id: root }))
    return new URLSearchParams(command.ear.last().body).get('root_id') === root
  })
  question('command: outsider of a private channel', { default: forbidden }, async (world) => {
    const command = await register(world, {})
    return refusal(await type(world, world.bob, world.priv.id, `/${command.trigger}`))
  })
  question('command: in an archived channel is refused, not by 9.10', { default: 400, '9.10': 200 }, async (world) => {
    const command = await register(world, {})
    const place = await createChannel(world.alice, world.team.id, 'O')
    await accepted(world.alice.delete(`/channels/${place.id}`))
    return (await type(world, world.alice, place.id, `/${command.trigger}`)).status
  })
  question('command: in a direct channel', { default: { status: 200, team: true } }, async (world) => {
    const command = await register(world, {})
    const dm = await direct(world.alice, world.bot)
    const answer = await type(world, world.alice, dm, `/${command.trigger}`)
    return {
      status: answer.status,
      team: new URLSearchParams(command.ear.last().body).get('team_id') === world.team.id,
    }
  })
  question('command: only its own team knows it', { default: 404 }, async (world) => {
    const { admin } = world
    const command = await register(world, {})
    const name = `t${suffix()}`
    const other = text(await accepted(admin.post('/teams', { name, display_name: name, type: 'O' })), 'id')
    const town = text(await accepted(admin.get(`/teams/${other}/channels/name/town-square`)), 'id')
    const answer = await admin.post('/commands/execute', {
      channel_id: town,
      team_id: other,
      command: `/${command.trigger}`,
    })
    await accepted(admin.delete(`/teams/${other}`))
    return answer.status
  })
}

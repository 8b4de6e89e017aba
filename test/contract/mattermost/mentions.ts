// Questions about who is mentioned: the ids that the websocket tells with a post, and the unread count of a person. On
// these rest the rules by which foreign text mentions nobody.

import { accepted, at, text } from './driver.ts'
import { mentionsOf, openSocket, postOf } from './socket.ts'
import { createChannel, join, mentionCount, type Question, say, type World } from './world.ts'

/** Whether Bob is mentioned, as Bob's own websocket tells it, by a post of the bot in a fresh channel with both. */
async function mentions(world: World, parts: (name: string) => object): Promise<boolean> {
  const { alice, bob, bot, team } = world
  const place = await createChannel(alice, team.id, 'O')
  for (const member of [bob, bot]) await join(alice, 'channels', place.id, member)
  const socket = await openSocket(world.url, { token: bob.token })
  await socket.event('hello')
  const made = await accepted(bot.post('/posts', { channel_id: place.id, message: '', ...parts(`@${bob.name}`) }))
  const told = await socket.event('posted', (frame) => at(postOf(frame), 'id') === text(made, 'id'))
  await socket.close()
  return mentionsOf(told).includes(bob.id)
}

const attached = (attachment: object) => ({ props: { attachments: [attachment] } })

export function askAboutMentions(question: Question): void {
  const inAttachments = {
    text: true,
    pretext: true,
    field: true,
    title: false,
    footer: false,
    author: false,
    code: false,
    fallback: false,
  }
  question(
    'ws: mentions in attachments',
    { default: inAttachments, '9.10': { ...inAttachments, field: false } },
    async (world) => ({
      text: await mentions(world, (name) => attached({ text: `a ${name} b` })),
      pretext: await mentions(world, (name) => attached({ text: 'x', pretext: `a ${name} b` })),
      field: await mentions(world, (name) =>
        attached({ text: 'x', fields: [{ title: 't', value: `a ${name} b`, short: true }] }),
      ),
      title: await mentions(world, (name) => attached({ text: 'x', title: `a ${name} b` })),
      footer: await mentions(world, (name) => attached({ text: 'x', footer: `a ${name} b` })),
      author: await mentions(world, (name) => attached({ text: 'x', author_name: `a ${name} b` })),
      code: await mentions(world, (name) => attached({ text: `a \`${name}\` b` })),
      fallback: await mentions(world, (name) => attached({ text: 'x', fallback: `a ${name} b` })),
    }),
  )

  const written: readonly (readonly [string, (name: string) => string, boolean])[] = [
    ['a name in a sentence', (name) => `hello ${name}, come`, true],
    ['a name with a full stop', (name) => `hello ${name}.`, true],
    ['a name in capitals', (name) => name.toUpperCase(), true],
    ['a name without @', (name) => name.slice(1), false],
    ['a name in an e-mail address', (name) => `somebody${name}.example.org`, false],
    ['a name in brackets', (name) => `(${name})`, true],
    ['a name in bold', (name) => `**${name}**`, true],
    ['a name in a link text', (name) => `[${name}](http://a.example)`, true],
    ['a name in a quote', (name) => `> ${name}`, true],
    ['a name behind a backslash', (name) => `\\${name}`, true],
    ['a name parted by a backslash from what follows', (name) => `${name}_\\${name}x`, true],
    ['a name in a code span', (name) => `\`${name}\``, false],
    ['a name in a code span with a longer fence', (name) => `\`\`a \` ${name}\`\``, false],
    ['a name in a code block', (name) => `\`\`\`\n${name}\n\`\`\``, false],
    ['a name in a code span that does not end', (name) => `\`${name}`, true],
    ['a zero-width space after the @', (name) => `@\u200b${name.slice(1)}`, false],
    ['a name in an address', (name) => `see http://a.example/${name}`, false],
    ['a name before an address', (name) => `${name}.http://a.example/`, true],
    ['a name in an address behind an open bracket', (name) => `[http://a.example/${name}`, true],
    ['a name behind a code fence with a backtick in its first line', (name) => `~~~\`${name}`, true],
    ['@all', () => 'hello @all', true],
    ['@channel', () => '@channel', true],
    ['@all behind a backslash', () => '\\@all', true],
    ['@all in a code span', () => '`@all`', false],
    ['@all with a zero-width space', () => '@\u200ball', false],
    ['@ALL in capitals', () => '@ALL', true],
    ['@allied', () => '@allied', false],
  ]
  for (const [what, write, expected] of written) {
    question(`mention: ${what} ${expected ? 'mentions' : 'does not mention'}`, { default: expected }, (world) =>
      mentions(world, (name) => ({ message: write(name) })),
    )
  }
  question('mention: counted for each post, until the channel is viewed', { default: [2, 0] }, async (world) => {
    const { alice, bob, team } = world
    const place = await createChannel(alice, team.id, 'O')
    await join(bob, 'channels', place.id, bob)
    for (const message of [`@${bob.name} one`, 'nobody', `two @${bob.name} @${bob.name}`])
      await say(alice, place.id, message)
    const before = await mentionCount(bob, place.id)
    await accepted(bob.post('/channels/members/me/view', { channel_id: place.id }))
    return [before, await mentionCount(bob, place.id)]
  })
  question('mention: of oneself is not counted', { default: 0 }, async ({ alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    await say(alice, place.id, `@${alice.name}`)
    return mentionCount(alice, place.id)
  })
  question('mention: of somebody who is not in the channel is not told', { default: false }, async (world) => {
    const { alice, bob, team } = world
    const place = await createChannel(alice, team.id, 'O')
    const socket = await openSocket(world.url, { token: alice.token })
    await socket.event('hello')
    const made = text(await say(alice, place.id, `@${bob.name}`), 'id')
    const told = await socket.event('posted', (frame) => at(postOf(frame), 'id') === made)
    await socket.close()
    return mentionsOf(told).includes(bob.id)
  })
  question('mention: a patched post mentions nobody on the websocket', { default: [] }, async (world) => {
    const { alice, bob, team } = world
    const place = await createChannel(alice, team.id, 'O')
    await join(bob, 'channels', place.id, bob)
    const socket = await openSocket(world.url, { token: bob.token })
    await socket.event('hello')
    const made = text(await say(alice, place.id, 'nobody'), 'id')
    await accepted(alice.put(`/posts/${made}/patch`, { message: `@${bob.name}` }))
    const told = await socket.event('post_edited', (frame) => at(postOf(frame), 'id') === made)
    await socket.close()
    return mentionsOf(told)
  })
}

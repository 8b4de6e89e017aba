// Threat T1: 10,000 forged and borrowed slash commands, refused with one identical reply and without any effect.

import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../commands/world.ts'
import { createDoor, type Door, team } from './door.ts'

const each = 400
const right = 'token-subscribe'
const line = { team_id: team, channel_id: 'town', user_id: 'sysadmin', command: '/subscribe', text: 'gitlab acme/app' }
type Fields = Readonly<Record<string, string>>

const formed = (
  fields: Fields | string[][],
  headers: Fields = {},
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' = 'POST',
): InjectOptions => ({
  method,
  url: '/mattermost/command',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  payload: new URLSearchParams(fields).toString(),
})
/** The command with another token, and whatever else is said otherwise. */
const said = (token: string, over: Fields = {}, headers: Fields = {}) => formed({ ...line, token, ...over }, headers)
const words = (number: number) => `${number.toString(36)}${'abcdefghijklmnopqrstuvwxyz'.slice(number % 20)}`
const twice = (...tokens: readonly string[]) =>
  formed([...Object.entries(line), ...tokens.map((token) => ['token', token])])
const lookAlikes: readonly (readonly [string, string])[] = [
  ['o', 'о'],
  ['e', 'е'],
  ['s', 'ѕ'],
  ['-', '‐'],
  ['i', 'ı'],
  ['k', '\u212a'],
  ['b', 'Ь'],
]

/** By what they are, each in as many ways as it is asked for. */
const forgeries: Readonly<Record<string, (number: number) => InjectOptions>> = {
  none: (number) => formed({ ...line, text: words(number) }),
  empty: (number) => said('', { text: words(number) }),
  'a prefix': (number) => said(right.slice(0, number % right.length)),
  'more than all of it': (number) => said(`${right}${words(number)}`),
  'another case': (number) =>
    said([...right].map((letter, at) => (at === number % 5 ? letter.toUpperCase() : letter)).join('')),
  'look-alike letters': (number) => {
    const [plain, odd] = lookAlikes[number % lookAlikes.length] ?? ['', '']
    return said(right.replace(plain, odd))
  },
  'spaces and controls around it': (number) => said(`${[' ', '\t', '\u0000', '\ufeff'][number % 4]}${right}`),
  'one wrong letter': (number) => {
    const at = number % right.length
    return said(`${right.slice(0, at)}#${right.slice(at + 1)}`)
  },
  'at random': (number) => said(words(number * 7919)),
  'another trigger’s': (number) => said(number % 2 === 0 ? 'token-vigie' : 'token-statut'),
  'another team’s': (number) => said('token-of-next-door', { text: words(number) }),
  'of this team, for another': (number) => said(right, { team_id: number % 2 === 0 ? 'next-door' : words(number) }),
  'for a trigger that is not ours': (number) => said(right, { command: `/${words(number)}` }),
  'for a trigger that every object has': (number) =>
    said(right, { command: `/${['__proto__', 'constructor', 'toString'][number % 3]}` }),
  'a team and a trigger cut elsewhere': (number) =>
    said(
      right,
      number % 2 === 0
        ? { team_id: '', command: `/${team}/subscribe` }
        : { team_id: `${team}/subscribe`, command: '/' },
    ),
  'the one before the rotation': (number) => said('token-before', { text: words(number) }),
  'by GET': (number) => ({
    method: 'GET',
    url: `/mattermost/command?${new URLSearchParams({ ...line, token: right, text: words(number) })}`,
    ...(number % 2 === 0 ? {} : { headers: { authorization: `Token ${right}` } }),
  }),
  'by another method': (number) =>
    formed({ ...line, token: right }, {}, (['PUT', 'PATCH', 'DELETE'] as const)[number % 3] ?? 'PUT'),
  'right in the form, wrong in the header': (number) => said(right, {}, { authorization: `Token ${words(number)}` }),
  'wrong in the form, right in the header': (number) => said(words(number), {}, { authorization: `Token ${right}` }),
  'in a header of another kind': (number) =>
    formed(line, { authorization: `${['Bearer', 'token', 'Basic', 'TOKEN'][number % 4]} ${right}` }),
  'in the address': (number) => ({ ...formed(line), url: `/mattermost/command?token=${right}&n=${number}` }),
  'said twice': (number) => (number % 2 === 0 ? twice(words(number), right) : twice(right, words(number))),
  'as a list': (number) =>
    formed({ ...line, [['token[]', 'token[0]', 'token.0', 'Token'][number % 4] ?? 'token[]']: right }),
  'of a person whose id is no id': (number) => said(right, { user_id: 'x'.repeat(301 + number) }),
}

let world: World
let door: Door
beforeAll(async () => {
  world = await createWorld()
  door = createDoor(world)
  const tokens = door.commandTokens.current().map((secret) => secret.reveal())
  door.commandTokens.change(
    ...tokens.map((word) => word.replace(right, 'token-before')),
    'next-door/subscribe=token-of-next-door',
  )
})
afterAll(async () => {
  await door.http.close()
  await world.store.close()
})

test('10,000 forgeries: every one refused with one identical reply, and nothing happened', async () => {
  expect((await door.type('member', '/subscribe gitlab acme/first', { token: 'token-before' })).status).toBe(200)
  door.commandTokens.change(
    ...door.commandTokens.current().map((secret) => secret.reveal().replace('token-before', right)),
  )
  const before = await recordOf(world, door)
  const replies = new Map<string, string>()
  let sent = 0
  for (const [what, forge] of Object.entries(forgeries)) {
    for (let number = 0; number < each; number += 1) {
      const { statusCode, headers, body } = await door.http.inject(forge(number))
      const { date: _, ...told } = headers
      replies.set(JSON.stringify([statusCode, told, body]), `${what} ${number}`)
      sent += 1
    }
  }
  expect(sent).toBe(10_000)
  expect([...replies.values()]).toHaveLength(1)
  expect([...replies.keys()][0]).toContain('[401,')
  expect(await recordOf(world, door)).toEqual(before)
})

test('the right token is right in the form, in the header and in both, and only by POST', async () => {
  const ways = [
    said(right),
    formed(line, { authorization: `Token ${right}` }),
    said(right, {}, { authorization: `Token ${right}` }),
  ]
  for (const way of ways) expect((await door.http.inject(way)).statusCode).toBe(200)
})

test('without any configured token nothing is right', async () => {
  const bare = createDoor(world)
  bare.commandTokens.change()
  for (const token of ['', right, 'undefined']) expect((await bare.http.inject(said(token))).statusCode).toBe(401)
  expect(bare.answers).toEqual([])
  await bare.http.close()
})

/** All that a command could have changed. */
async function recordOf({ store }: World, { answers, opened }: Door) {
  const [all, mutes, rules, audit] = await Promise.all([
    store.subscriptions.all(),
    store.subscriptions.mutes(),
    store.subscriptions.rules(),
    store.audit.list({ limit: 100 }),
  ])
  return { all, mutes, rules, audit, asked: answers.length, opened: opened.length }
}

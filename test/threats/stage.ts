// A whole Vigie before a Mattermost with people of every kind in one channel, and the ways to its HTTP door: as Mattermost calls it, for
// anybody, with whatever they hold.

import { randomBytes } from 'node:crypto'
import { channel as diagnostics } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FastifyInstance } from 'fastify'
import { createSealer } from '../../src/bot/seal.ts'
import { secretsOf } from '../bot/parts.ts'
import { type House, type Mattermost, openHouse } from '../e2e/house.ts'

export const kinds = [
  'sysadmin',
  'teamadmin',
  'chanadmin',
  'maker',
  'member',
  'guest',
  'stranger',
  'deactivated',
  'otherbot',
] as const
export type Kind = (typeof kinds)[number]

/** What a caller may hold; each is tried at every route, in that route's own place. */
export const credentials = [
  'none',
  'wrong',
  'command',
  'seal',
  'state',
  'gitlab',
  'nextcloud',
  'metrics',
  'key',
] as const
export type Credential = (typeof credentials)[number]

export type Stage = Awaited<ReturnType<typeof openStage>>

export async function openStage(mattermost: Mattermost) {
  const routes = new Set<string>()
  const collect = (message: unknown) => collectRoutes(message, routes)
  diagnostics('fastify.initialization').subscribe(collect)
  const house = await openHouse(mattermost, {
    METRICS_TOKEN: 'metrics-token-of-the-tests',
    NEXTCLOUD_WEBHOOK_TOKEN: 'nextcloud-token-of-the-tests',
  })
  diagnostics('fastify.initialization').unsubscribe(collect)
  const { admin, team, environment } = house
  const sysadmin = (await admin.get('/users/me')).body as { id: string }
  const [chanadmin, maker, member, guest, stranger, deactivated] = [
    await house.person('chanadmin'),
    await house.person('maker'),
    await house.person('member'),
    await house.person('guest'),
    await house.person('stranger'),
    await house.person('deactivated'),
  ]
  const teamadmin = await house.person('teamadmin', { teamAdmin: true })
  const town = await house.channel(chanadmin, { members: [maker, member, guest, deactivated, teamadmin] })
  const bot = (await admin.post('/bots', { username: `otherbot-${team.name}`, display_name: 'x' })).body as {
    user_id: string
  }
  await admin.post(`/teams/${team.id}/members`, { team_id: team.id, user_id: bot.user_id })
  for (const user_id of [bot.user_id, house.botId]) await admin.post(`/channels/${town}/members`, { user_id })
  await admin.put(`/users/${guest.id}/roles`, { roles: 'system_guest' })
  await admin.delete(`/users/${deactivated.id}`)
  const otherbot = { id: bot.user_id }
  const people: Readonly<Record<Kind, { readonly id: string }>> = {
    ...{ sysadmin, teamadmin, chanadmin, maker, member, guest, stranger, deactivated, otherbot },
  }

  const dotenv = readFileSync(join(house.folder, '.env'), 'utf8')
  const setting = (key: string) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(dotenv)?.[1] ?? ''
  const commandTokens = setting('VIGIE_COMMAND_TOKENS').split(',')
  const sealer = createSealer({
    secrets: secretsOf(setting('VIGIE_SECRET_KEY')),
    now: Date.now,
    random: randomBytes,
    actionUrl: '',
  })
  const sealOf = (person: string, verb: string, object: string) =>
    sealer.stamp({ channel: town, person })([{ verb, object }]).context.vigie
  const secrets: Readonly<Record<Credential, string>> = {
    none: '',
    wrong: randomBytes(20).toString('hex'),
    command: commandTokens.find((word) => word.startsWith(`${team.id}/vigie=`))?.split('=')[1] ?? '',
    seal: sealOf(member.id, 'explain.why', 'x'),
    state: sealer.sealDialog({ person: member.id, channel: town, command: 'explain' }),
    gitlab: environment.GITLAB_WEBHOOK_TOKEN ?? '',
    nextcloud: environment.NEXTCLOUD_WEBHOOK_TOKEN ?? '',
    metrics: environment.METRICS_TOKEN ?? '',
    key: await madeKey(house, town),
  }

  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const url = `http://127.0.0.1:${environment.PORT}${path}`
    const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
    return { status: answer.status, text: await answer.text() }
  }
  const send = (path: string, body: object) =>
    ask('POST', path, { 'content-type': 'application/json' }, JSON.stringify(body))
  return {
    ...{ house, people, member, town, sealer, sealOf, secrets, routes, ask },
    /** What `vigie provision` keeps in its dotenv file and nobody else may know. */
    provisioned: [
      setting('MATTERMOST_TOKEN'),
      setting('VIGIE_SECRET_KEY'),
      ...commandTokens.map((word) => word.split('=')[1] ?? ''),
    ],
    /** A slash command of anybody, as Mattermost sends it. */
    type(who: string, text: string, token = secrets.command) {
      const form = { token, team_id: team.id, channel_id: town, user_id: who, command: '/vigie', text }
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      return ask('POST', '/mattermost/command', headers, new URLSearchParams(form).toString())
    },
    press: (who: string, vigie: string) =>
      send('/mattermost/action', { user_id: who, channel_id: town, context: { vigie } }),
    submit: (who: string, state: string, submission: object) =>
      send('/mattermost/dialog', { user_id: who, channel_id: town, state, submission }),
    rowsOf(sql: string, ...values: string[]) {
      const file = readdirSync(join(house.folder, 'data')).find((one) => one.endsWith('.db')) ?? ''
      const db = new DatabaseSync(join(house.folder, 'data', file), { readOnly: true })
      try {
        return db.prepare(sql).all(...values)
      } finally {
        db.close()
      }
    },
    /** All that is in the folder of the database, but a key that would stand beside it. */
    dump() {
      const entries = readdirSync(join(house.folder, 'data'), { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.key'))
      return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)))).toString('latin1')
    },
    async close() {
      await admin.delete(`/users/${bot.user_id}`)
      await house.close()
    },
  }
}

/** As `POST /webhook/gitlab`, of every server that `start` listens with. Provision answers at a door of its own for a moment. */
function collectRoutes(message: unknown, routes: Set<string>): void {
  const { fastify } = message as { fastify: FastifyInstance }
  const own = new Set<string>()
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) own.add(`${one} ${url}`)
  })
  fastify.addHook('onListen', async () => {
    if (own.has('GET /health')) for (const one of own) routes.add(one)
  })
}

/** An API key of the administrator that may do everything keys may. */
async function madeKey(house: House, channel: string): Promise<string> {
  const { id } = (await house.admin.get('/users/me')).body as { id: string }
  await house.admin.post(`/channels/${channel}/members`, { user_id: id })
  const command = '/vigie key create stage --scope personnages:read,personnages:write,events:write,subscriptions:write'
  const asked = { channel_id: channel, team_id: house.team.id, command }
  const { body } = await house.admin.post('/commands/execute', asked)
  return /\bvigie_[\w-]+/.exec(JSON.stringify(body))?.[0] ?? ''
}

// Who may, on a whole Vigie before a Mattermost (threats T4, T6, T7, T11): its own routes, roles as Mattermost knows them, a button that a
// member made, names that nobody may learn, and what a copy of the database is worth. One suite for the stand-in and a real server.

import { randomBytes } from 'node:crypto'
import { channel as diagnostics } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSealer, type Sealer } from '../../src/bot/seal.ts'
import { showId } from '../../src/store/ids.ts'
import { secretsOf } from '../bot/parts.ts'
import { type House, type Mattermost, openHouse, type Someone, type TestPost } from '../e2e/house.ts'

const kinds = [
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
type Kind = (typeof kinds)[number]

/** What a caller may hold; each is tried at every route, in that route's own place. */
const credentials = ['none', 'wrong', 'command', 'seal', 'state', 'gitlab', 'metrics'] as const
type Credential = (typeof credentials)[number]

/** interface.md, "HTTP routes": who is let in where. A route that is not here fails. */
const letIn: Readonly<Record<string, readonly Credential[]>> = {
  'POST /mattermost/command': ['command'],
  'POST /mattermost/action': ['seal'],
  'POST /mattermost/dialog': ['state'],
  'POST /webhook/gitlab': ['gitlab'],
  'GET /health': credentials,
  'GET /ready': credentials,
  'GET /health/delivery': credentials,
  'GET /metrics': ['metrics'],
}

export function whoSuite(name: string, open: () => Promise<Mattermost>): void {
  describe(`who may, on ${name}`, () => {
    let house: House
    let people: Readonly<Record<Kind, { readonly id: string }>>
    let member: Someone
    let maker: Someone
    let town: string
    let secrets: Readonly<Record<Credential, string>>
    let sealer: Sealer
    const routes = new Set<string>()
    let close: () => Promise<void> = async () => undefined

    const collect = (message: unknown) => {
      const { fastify } = message as { fastify: FastifyInstance }
      const own = new Set<string>()
      fastify.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) own.add(`${one} ${url}`)
      })
      fastify.addHook('onListen', async () => {
        // Provision answers at a door of its own for a moment.
        if (own.has('GET /health')) for (const one of own) routes.add(one)
      })
    }

    beforeAll(async () => {
      diagnostics('fastify.initialization').subscribe(collect)
      const mattermost = await open()
      house = await openHouse(mattermost, { METRICS_TOKEN: 'metrics-token-of-the-tests' })
      diagnostics('fastify.initialization').unsubscribe(collect)
      const { admin } = house
      const me = (await admin.get('/users/me')).body as { id: string }
      const teamadmin = await house.person('teamadmin', { teamAdmin: true })
      const chanadmin = await house.person('chanadmin')
      maker = await house.person('maker')
      member = await house.person('member')
      const guest = await house.person('guest')
      const stranger = await house.person('stranger')
      const deactivated = await house.person('deactivated')
      town = await house.channel(chanadmin, { members: [maker, member, guest, deactivated, teamadmin] })
      const bot = (await admin.post('/bots', { username: `otherbot-${house.team.name}`, display_name: 'x' })).body as {
        user_id: string
      }
      await admin.post(`/teams/${house.team.id}/members`, { team_id: house.team.id, user_id: bot.user_id })
      await admin.post(`/channels/${town}/members`, { user_id: bot.user_id })
      await admin.post(`/channels/${town}/members`, { user_id: house.botId })
      await admin.put(`/users/${guest.id}/roles`, { roles: 'system_guest' })
      await admin.delete(`/users/${deactivated.id}`)
      people = {
        sysadmin: me,
        teamadmin,
        chanadmin,
        maker,
        member,
        guest,
        stranger,
        deactivated,
        otherbot: { id: bot.user_id },
      }
      const dotenv = readFileSync(join(house.folder, '.env'), 'utf8')
      const setting = (key: string) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(dotenv)?.[1] ?? ''
      const token = new RegExp(`${house.team.id}/vigie=([^,\\s"]+)`).exec(setting('VIGIE_COMMAND_TOKENS'))?.[1] ?? ''
      sealer = createSealer({
        secrets: secretsOf(setting('VIGIE_SECRET_KEY')),
        now: Date.now,
        random: randomBytes,
        actionUrl: '',
      })
      secrets = {
        none: '',
        wrong: randomBytes(20).toString('hex'),
        command: token,
        seal: sealOf(member.id, 'explain.why', 'x'),
        state: sealer.sealDialog({ person: member.id, channel: town, command: 'explain' }),
        gitlab: house.environment.GITLAB_WEBHOOK_TOKEN ?? '',
        metrics: house.environment.METRICS_TOKEN ?? '',
      }
      close = async () => {
        await admin.delete(`/users/${bot.user_id}`)
        await house.close()
      }
    })
    afterAll(() => close())

    const sealOf = (person: string, verb: string, object: string) =>
      sealer.stamp({ channel: town, person })([{ verb, object }]).context.vigie
    const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
      const url = `http://127.0.0.1:${house.environment.PORT}${path}`
      const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
      return { status: answer.status, text: await answer.text() }
    }
    const json = { 'content-type': 'application/json' }
    /** A slash command of anybody, as Mattermost sends it. */
    const type = async (who: string, text: string, token = secrets.command) => {
      const form = { token, team_id: house.team.id, channel_id: town, user_id: who, command: '/vigie', text }
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      return ask('POST', '/mattermost/command', type, new URLSearchParams(form).toString())
    }
    const press = (who: string, vigie: string) =>
      ask('POST', '/mattermost/action', json, JSON.stringify({ user_id: who, channel_id: town, context: { vigie } }))
    const submit = (who: string, state: string, submission: object) =>
      ask('POST', '/mattermost/dialog', json, JSON.stringify({ user_id: who, channel_id: town, state, submission }))
    const rowsOf = (sql: string, ...values: string[]) => {
      const file = readdirSync(join(house.folder, 'data')).find((one) => one.endsWith('.db')) ?? ''
      const db = new DatabaseSync(join(house.folder, 'data', file), { readOnly: true })
      try {
        return db.prepare(sql).all(...values)
      } finally {
        db.close()
      }
    }

    it('lets each credential in at its own routes alone, and knows no other route', async () => {
      // HEAD is GET without its body; a command by another method than POST is refused as a forgery is.
      const known = [...routes].filter(
        (route) => !route.startsWith('HEAD ') && !/^(?!POST )\S+ \/mattermost\/command$/.test(route),
      )
      expect(known.toSorted()).toEqual(Object.keys(letIn).toSorted())
      const said: Record<string, Credential[]> = {}
      for (const route of known) {
        const [method = '', path = ''] = route.split(' ')
        said[route] = []
        for (const held of credentials) if (await isIn(method, path, secrets[held])) said[route].push(held)
      }
      expect(said).toEqual(letIn)
      for (const route of [...routes].filter((one) => !known.includes(one) && !one.startsWith('HEAD '))) {
        const [method = '', path = ''] = route.split(' ')
        if (method === 'TRACE' || method === 'OPTIONS') continue
        expect(
          (await ask(method, path, { authorization: `Token ${secrets.command}` })).status,
          route,
        ).toBeGreaterThanOrEqual(400)
      }
    })

    const isIn = async (method: string, path: string, secret: string): Promise<boolean> => {
      if (path === '/mattermost/command') return (await type(member.id, 'about', secret)).status === 200
      if (path === '/mattermost/action') return !(await press(member.id, secret)).text.includes('plus valable')
      if (path === '/mattermost/dialog')
        return !(await submit(member.id, secret, { what: 'x' })).text.includes('plus valable')
      if (path === '/webhook/gitlab')
        return (
          (await ask(method, path, { ...json, 'x-gitlab-token': secret }, '{"object_kind":"nothing"}')).status === 200
        )
      if (path === '/metrics') return (await ask(method, path, { authorization: `Bearer ${secret}` })).status === 200
      return (await ask(method, path, { authorization: `Bearer ${secret}` })).status === 200
    }

    const refused = /pas le droit|may not do that|Je ne peux rien faire|cannot do anything/
    const admins = ['sysadmin', 'teamadmin', 'chanadmin'] as const
    it.each([
      ['about', [...admins, 'maker', 'member', 'guest'], (who: string) => type(who, 'about')],
      ['a list', [...admins, 'maker', 'member', 'guest'], (who: string) => type(who, 'subscribe list')],
      ['one’s own audit', [...admins, 'maker', 'member'], (who: string) => type(who, 'audit')],
      [
        'a mute, by a button',
        [...admins, 'maker', 'member'],
        (who: string) => press(who, sealOf(who, 'subscribe.mute', 'gitlab acme/muted 1h')),
      ],
      [
        'what somebody made',
        [...admins, 'maker'],
        async (who: string) => {
          await type(people.maker.id, 'subscribe gitlab acme/made')
          return type(who, 'unsubscribe gitlab acme/made')
        },
      ],
      ['settings', [...admins], (who: string) => type(who, 'settings')],
      [
        'a setting, by a form',
        [...admins],
        (who: string) =>
          submit(who, sealer.sealDialog({ person: who, channel: town, command: 'settings', commandVerb: 'lang' }), {
            lang: 'fr',
          }),
      ],
      ['what is closed', ['sysadmin'], (who: string) => type(who, 'deny gitlab acme/closed')],
    ] as const)('%s', async (_, may, tries) => {
      const allowed: Kind[] = []
      for (const kind of kinds) {
        const { status, text } = await tries(people[kind].id)
        expect(status).toBe(200)
        if (!refused.test(text)) allowed.push(kind)
      }
      expect(allowed.toSorted()).toEqual([...may].toSorted())
    })

    it('does nothing for a button that a member aimed at Vigie and an administrator pressed, and writes it down once (T4)', async () => {
      const url = `http://127.0.0.1:${house.environment.PORT}/mattermost/action`
      const made = rowsOf("select post from deliveries where post is not null and post <> ''")
      const contexts = [
        { vigie: sealOf(member.id, 'subscribe.mute', 'gitlab acme/app 1h') },
        {
          vigie: sealer.stamp({ channel: town, delivery: '06g0a1b2c3d' })([
            { verb: 'unsubscribe.stop', object: 'gitlab acme/app push' },
          ]).context.vigie,
        },
        { vigie: 'A'.repeat(80), verb: 'unsubscribe.stop', object: 'gitlab acme/app push' },
        { action: 'go' },
      ]
      await type(people.maker.id, 'subscribe gitlab acme/app')
      const before = stateOf()
      for (const context of contexts) {
        const attachments = [
          { text: 'x', actions: [{ id: 'go', name: 'Go', type: 'button', integration: { url, context } }] },
        ]
        const props = { attachments, vigie: { events: [], deliveries: ['06g0a1b2c3d'] } }
        const post = (await member.post('/posts', { channel_id: town, message: 'click me', props })).body as TestPost
        const lines = refusals(people.sysadmin.id)
        const clicked = await house.admin.post(`/posts/${post.id}/actions/go`, {})
        expect(clicked.status).toBe(200)
        expect(refusals(people.sysadmin.id)).toBe(lines + 1)
      }
      expect(stateOf()).toEqual(before)
      expect(rowsOf("select post from deliveries where post is not null and post <> ''")).toEqual(made)
    })
    const refusals = (person: string) =>
      rowsOf("select id from audit where person = ? and outcome = 'refused' and verb = 'button'", person).length
    const stateOf = () => ({
      subscriptions: rowsOf('select * from subscriptions'),
      mutes: rowsOf('select * from mutes'),
      done: rowsOf("select * from audit where outcome = 'done'"),
    })

    it('tells no name of a channel or project that is not the asker’s, in the same bytes as for what is not there (T7)', async () => {
      const hidden = await house.channel(house.admin, { type: 'P' })
      const name = 'canary-channel'
      await house.admin.put(`/channels/${hidden}/patch`, { name: `${name}-${hidden.slice(0, 5)}`, display_name: name })
      await house.admin.post(`/channels/${hidden}/members`, { user_id: house.botId })
      await house.admin.post('/commands/execute', {
        channel_id: hidden,
        team_id: house.team.id,
        command: '/subscribe gitlab canary/secret',
      })
      const push = { object_kind: 'push', ref: 'refs/heads/main', before: '0'.repeat(40), after: 'a'.repeat(40) }
      const project = { path_with_namespace: 'canary/secret', visibility_level: 0, web_url: 'https://g/canary/secret' }
      const commits = [
        { id: 'a'.repeat(40), message: 'canary-commit', timestamp: new Date().toISOString(), author: {} },
      ]
      const { body } = await house.gitlab({
        ...push,
        project,
        commits,
        total_commits_count: 1,
        user_name: 'canary-person',
      })
      expect(body.matched).toBe(1)
      const [told] = await house.told(hidden, 1)
      const [own] = rowsOf('select id from subscriptions where channel = ?', hidden)
      expect(own).toBeDefined()
      const subscription = showId(Number(own?.id))
      const pairs: readonly (readonly [string, string])[] = [
        [`explain ${body.event}`, `explain ${body.event?.slice(0, -2)}zz`],
        [`explain ${told?.props.vigie?.deliveries[0]}`, 'explain 06g0a1b2c3d'],
        [`explain ${told?.id}`, `explain ${'z'.repeat(26)}`],
        [
          `explain ${house.mattermost.url}/${house.team.name}/pl/${told?.id}`,
          `explain ${house.mattermost.url}/${house.team.name}/pl/${'z'.repeat(26)}`,
        ],
        ['subscribe gitlab canary/secret', 'subscribe gitlab canary/absent'],
        ['subscribe gitlab canary/secret --events push', 'subscribe gitlab canary/absent --events push'],
        ['unsubscribe gitlab canary/secret', 'unsubscribe gitlab canary/absent'],
        ['unsubscribe gitlab canary/secret', 'unsubscribe gitlab canary/absent'],
        [`unsubscribe ${subscription}`, 'unsubscribe 06g0a1b2c3d'],
        [`replay ${told?.props.vigie?.deliveries[0]}`, 'replay 06g0a1b2c3d'],
        ['allow gitlab canary/secret', 'allow gitlab canary/absent'],
        [`allow gitlab a/b ~${name}-${hidden.slice(0, 5)}`, 'allow gitlab a/b ~canary-absent'],
        [`deny gitlab a/b ${hidden}`, `deny gitlab a/b ${'z'.repeat(26)}`],
        ['gitlab check canary/secret', 'gitlab check canary/absent'],
        ['gitlab install canary/**', 'gitlab install absent/**'],
        ['test mattermost:x', 'test mattermost:y'],
      ]
      for (const asker of [people.member, people.chanadmin]) {
        for (const [forbidden, unknown] of pairs) {
          const [one, other] = [await type(asker.id, forbidden), await type(asker.id, unknown)]
          expect([one.status, blank(one.text, forbidden)], forbidden).toEqual([
            other.status,
            blank(other.text, unknown),
          ])
          expect(without(one.text, forbidden), forbidden).not.toMatch(/canary|secret/)
        }
        for (const words of [
          'deliveries',
          'deliveries failed',
          'audit',
          'subscribe list',
          'statut',
          'status gitlab',
          'help',
          'about',
          'explain',
        ]) {
          const own = (await type(asker.id, words)).text
          if (words !== 'audit' && words !== 'subscribe list') expect(own, words).not.toMatch(/canary/)
          expect(own, words).not.toMatch(/canary-|canary-commit/)
        }
      }
      // A card's button asks for what was told elsewhere.
      const why = async (object: string) =>
        blank((await press(member.id, sealOf(member.id, 'explain.why', object))).text, object)
      expect(await why(body.event ?? '')).toBe(await why(`${body.event?.slice(0, -2)}zz`))
    })

    it('keeps nothing in its database by which anybody could call it or Mattermost (T11)', () => {
      const folder = join(house.folder, 'data')
      const dump = Buffer.concat(
        readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
          entry.isFile() && !entry.name.endsWith('.key') ? [readFileSync(join(entry.parentPath, entry.name))] : [],
        ),
      ).toString('latin1')
      const dotenv = readFileSync(join(house.folder, '.env'), 'utf8')
      const settingOf = (key: string) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(dotenv)?.[1] ?? ''
      const commandTokens = settingOf('VIGIE_COMMAND_TOKENS')
        .split(',')
        .map((word) => word.split('=')[1] ?? '')
      const own = [settingOf('MATTERMOST_TOKEN'), settingOf('VIGIE_SECRET_KEY'), ...commandTokens]
      expect(own.length).toBeGreaterThan(4)
      const { gitlab, metrics, seal, state } = secrets
      expect(dump).toContain(town)
      for (const secret of [...own, gitlab, metrics, seal, state]) {
        expect(secret).not.toBe('')
        const bytes = Buffer.from(secret)
        for (const form of [secret, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')])
          expect(dump.includes(form.replace(/=+$/, '')), `a secret of ${secret.length} letters`).toBe(false)
      }
    })
  })
}

/** What was asked, and ids that differ from answer to answer. */
function blank(answer: string, asked: string): string {
  return without(answer, asked).replace(/\b0[0-9a-hjkmnp-z]{10}\b/g, 'ID')
}

function without(answer: string, asked: string): string {
  return asked
    .split(' ')
    .slice(1)
    .filter((word) => word.length > 3)
    .reduce(
      (text, word) => text.replaceAll(word, 'ASKED').replaceAll(JSON.stringify(word).slice(1, -1), 'ASKED'),
      answer,
    )
}

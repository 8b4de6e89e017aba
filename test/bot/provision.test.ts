// `vigie provision` (interface.md; issue 3): made once, mended when somebody changed it, foreign things left alone, closed doors named.
// Against the stand-in, and against a real server where VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN name one.

import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { command, createStage, pictures, restOf, type Server, type Stage } from './provision-stage.ts'

const changesIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith('+ '))
const problemsIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith('! '))

function mendsAndLeavesAlone(serverOf: () => Server): void {
  let stage: Stage
  beforeEach(async () => {
    stage = await createStage(serverOf())
  })

  test('a first run makes bot, token, membership and commands, and proves that Mattermost reaches Vigie', async () => {
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(lines.at(-1)).toBe(`Mattermost reaches Vigie at http://127.0.0.1:${stage.port}`)
    const commands = await stage.commands()
    expect(commands.map(({ trigger, url, method }) => ({ trigger, url, method }))).toEqual(
      expect.arrayContaining(
        stage.manifest.commands.map(({ trigger }) => ({
          trigger,
          url: `http://127.0.0.1:${stage.port}/mattermost/command`,
          method: 'P',
        })),
      ),
    )
    const tokens = commands.map(({ trigger, token }) => `${stage.team.id}/${trigger}=${token}`).sort()
    expect(stage.settings.VIGIE_COMMAND_TOKENS).toBe(tokens.join(','))
    expect(Buffer.from(stage.settings.VIGIE_SECRET_KEY ?? '', 'base64url')).toHaveLength(32)
    const own = restOf(stage.server, stage.settings.MATTERMOST_TOKEN ?? '')
    expect(await own.call('GET', '/users/me')).toMatchObject({ username: stage.manifest.bot.username })
    expect(await own.call('GET', '/users/me/teams')).toMatchObject([{ id: stage.team.id }])
  })

  test('a second run changes nothing and says so', async () => {
    await stage.run()
    const before = { settings: stage.settings, commands: await stage.commands(), bot: await stage.botAccount() }
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(changesIn(lines)).toEqual([])
    expect(lines).toContain('nothing to change')
    expect({ settings: stage.settings, commands: await stage.commands(), bot: await stage.botAccount() }).toEqual(
      before,
    )
  })

  test('a command whose address, method and hint somebody changed is restored under the same token', async () => {
    await stage.run()
    const [first] = await stage.commands()
    const spoiled = { ...first, url: 'http://127.0.0.1:1/elsewhere', method: 'G', auto_complete_hint: 'rubbish' }
    await stage.admin.call('PUT', `/commands/${first?.id}`, { body: spoiled })
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(changesIn(lines)).toEqual([
      `+ team ${stage.team.name}: command /${first?.trigger} restored (method, address, hint)`,
    ])
    expect((await stage.commands()).find(({ id }) => id === first?.id)).toMatchObject({
      url: first?.url,
      method: 'P',
      auto_complete_hint: first?.auto_complete_hint,
      token: first?.token,
    })
  })

  test('a command that somebody renamed gets its word back', async () => {
    await stage.run()
    const [first] = await stage.commands()
    await stage.admin.call('PUT', `/commands/${first?.id}`, { body: { ...first, trigger: `other-${stage.mark}` } })
    expect(changesIn((await stage.run()).lines)).toEqual([
      `+ team ${stage.team.name}: command /${first?.trigger} restored (word)`,
    ])
  })

  test('a command that somebody deleted is made again', async () => {
    await stage.run()
    const [first] = await stage.commands()
    await stage.admin.call('DELETE', `/commands/${first?.id}`)
    const { well } = await stage.run()
    expect(well).toBe(true)
    expect((await stage.commands()).map(({ trigger }) => trigger)).toContain(first?.trigger)
  })

  test("a command's regenerated token is taken up", async () => {
    await stage.run()
    const [first] = await stage.commands()
    await stage.admin.call('PUT', `/commands/${first?.id}/regen_token`)
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(changesIn(lines)).toEqual(['+ settings written: VIGIE_COMMAND_TOKENS'])
    const now = (await stage.commands()).find(({ id }) => id === first?.id)
    expect(now?.token).not.toBe(first?.token)
    expect(stage.settings.VIGIE_COMMAND_TOKENS).toContain(`${first?.trigger}=${now?.token}`)
  })

  test('a disabled bot is enabled again, with its words', async () => {
    await stage.run()
    const { user_id } = await stage.botAccount()
    await stage.admin.call('PUT', `/bots/${user_id}`, { body: { display_name: 'Somebody', description: '' } })
    await stage.admin.call('POST', `/bots/${user_id}/disable`)
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(changesIn(lines)).toEqual(['+ bot enabled again', "+ bot's name and description restored"])
    expect(await stage.botAccount()).toMatchObject({ delete_at: 0, display_name: 'Vigie' })
  })

  test('a bot that was made system administrator is an ordinary user again', async () => {
    await stage.run()
    const { user_id } = await stage.botAccount()
    const username = `second-${stage.mark}`
    const person = { username, email: `${username}@vigie.test`, password: 'Passw0rd-long-1' }
    const second = (await stage.admin.call('POST', '/users', { body: person })) as { id: string }
    // Mattermost demotes nobody while there is only one human administrator.
    for (const id of [second.id, user_id])
      await stage.admin.call('PUT', `/users/${id}/roles`, { body: { roles: 'system_admin system_user' } })
    await stage.run()
    await stage.admin.call('PUT', `/users/${second.id}/roles`, { body: { roles: 'system_user' } })
    expect(await stage.admin.call('GET', `/users/${user_id}`)).toMatchObject({ roles: 'system_user' })
  })

  test('a picture is set again only when another one stands there', async () => {
    const first = await stage.run()
    expect(first.lines).toContain("+ bot's picture set")
    const { user_id } = await stage.botAccount()
    expect((await stage.run()).lines).not.toContain("+ bot's picture set")
    await stage.admin.call('DELETE', `/users/${user_id}/image`)
    expect((await stage.run()).lines).toContain("+ bot's picture set")
    expect((await stage.run({ picture: pictures.blue })).lines).toContain("+ bot's picture set")
  })

  test('a token that no longer works is replaced', async () => {
    await stage.run()
    const old = stage.settings.MATTERMOST_TOKEN
    stage.settings = { ...stage.settings, MATTERMOST_TOKEN: 'x'.repeat(26) }
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(lines).toContain("+ bot's token replaced: the old one was no longer good")
    expect(stage.settings.MATTERMOST_TOKEN).not.toBe(old)
  })

  test('a bot that was put out of the team comes back', async () => {
    await stage.run()
    const { user_id } = await stage.botAccount()
    await stage.admin.call('DELETE', `/teams/${stage.team.id}/members/${user_id}`)
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(lines).toContain(`+ bot added to team ${stage.team.name}`)
  })

  test("somebody else's command is left as it is, named, and the rest goes on", async () => {
    const trigger = `statut-${stage.mark}`
    const foreign = { team_id: stage.team.id, trigger, method: 'G', url: 'http://other.example/secret-path' }
    const made = command.parse(await stage.admin.call('POST', '/commands', { body: foreign }))
    const { well, lines } = await stage.run()
    expect(well).toBe(false)
    const [problem, ...others] = problemsIn(lines)
    expect(others).toEqual([])
    expect(problem).toContain(`/${trigger} already belongs to another command`)
    expect(problem).toContain('http://other.example')
    expect(problem).not.toContain('secret-path')
    const commands = await stage.commands()
    expect(commands.find(({ id }) => id === made.id)).toEqual(made)
    expect(commands.map((one) => one.trigger)).toContain(`vigie-${stage.mark}`)
    expect(lines.at(-1)).toContain('Mattermost reaches Vigie')
  })

  test('a command at our address made by somebody who is no administrator is not ours: they know its token', async () => {
    const username = `mallory-${stage.mark}`
    const person = { username, email: `${username}@vigie.test`, password: 'Passw0rd-long-1' }
    const { id } = (await stage.admin.call('POST', '/users', { body: person })) as { id: string }
    const member = { team_id: stage.team.id, user_id: id }
    await stage.admin.call('POST', `/teams/${stage.team.id}/members`, { body: member })
    await stage.admin.call('PUT', `/teams/${stage.team.id}/members/${id}/schemeRoles`, {
      body: { scheme_user: true, scheme_admin: true },
    })
    const session = await fetch(`${stage.server.url}/api/v4/users/login`, {
      method: 'POST',
      body: JSON.stringify({ login_id: username, password: person.password }),
    })
    const mallory = restOf(stage.server, session.headers.get('token') ?? '')
    const url = `http://127.0.0.1:${stage.port}/mattermost/command`
    const body = { team_id: stage.team.id, trigger: `statut-${stage.mark}`, method: 'P', url }
    const trap = command.parse(await mallory.call('POST', '/commands', { body }))
    const { well, lines } = await stage.run()
    expect(well).toBe(false)
    expect(problemsIn(lines)[0]).toContain(`@${username}`)
    expect(stage.settings.VIGIE_COMMAND_TOKENS).not.toContain(trap.token)
  })

  test('a lost dotenv file is made again around the same bot and commands', async () => {
    await stage.run()
    const before = await stage.commands()
    const tokens = stage.settings.VIGIE_COMMAND_TOKENS
    stage.settings = {}
    const { well, lines } = await stage.run()
    expect(well).toBe(true)
    expect(lines).toContain("+ bot's token created")
    expect(stage.settings.VIGIE_COMMAND_TOKENS).toBe(tokens)
    expect(await stage.commands()).toEqual(before)
  })

  test("a person's account of the bot's name is not touched", async () => {
    const { username } = stage.manifest.bot
    const body = { username, email: `${username}@vigie.test`, password: 'Passw0rd-long-1' }
    await stage.admin.call('POST', '/users', { body })
    const { well, lines } = await stage.run()
    expect(well).toBe(false)
    expect(lines.at(-1)).toContain(`@${username} is a person's`)
    expect(await stage.admin.call('GET', `/users/username/${username}`)).not.toMatchObject({ is_bot: true })
  })

  test('an unknown team is named and the others go on', async () => {
    const { well, lines } = await stage.run({}, { teams: ['no-such-team', stage.team.name] })
    expect(well).toBe(false)
    expect(problemsIn(lines)).toEqual(['! team no-such-team: unknown to Mattermost'])
    expect(await stage.commands()).toHaveLength(2)
  })

  test('MATTERMOST_TEAM grows by the teams asked for and keeps those it stood for', async () => {
    const other = await createStage(stage.server)
    await stage.run()
    await stage.run({}, { teams: [other.team.name], addedTeams: [other.team.name] })
    expect(stage.settings.MATTERMOST_TEAM).toBe(`${stage.team.name},${other.team.name}`)
    expect(stage.settings.VIGIE_COMMAND_TOKENS).toContain(stage.team.id)
    expect(stage.settings.VIGIE_COMMAND_TOKENS).toContain(other.team.id)
  })

  test('without a team named, the bot keeps to those it is in', async () => {
    expect(problemsIn((await stage.run({}, { teams: [] })).lines)[0]).toContain('no team: say which with --team NAME')
    await stage.run()
    expect((await stage.run({}, { teams: [] })).lines).toContain('nothing to change')
  })

  test('the GitLab secret is made and shown once; one that stands is kept', async () => {
    const { lines } = await stage.run()
    const secret = stage.settings.GITLAB_WEBHOOK_TOKEN ?? ''
    const told = lines.find((line) => line.includes('GitLab'))
    expect(told).toContain(`http://127.0.0.1:${stage.port}/webhook/gitlab`)
    expect(told).toContain(secret)
    expect((await stage.run()).lines.join('\n')).not.toContain(secret)
    expect(stage.settings.GITLAB_WEBHOOK_TOKEN).toBe(secret)
  })

  test('where nobody listens at VIGIE_URL, that is what it says', async () => {
    const { well, lines } = await stage.run({}, { vigieUrl: 'http://127.0.0.1:9' })
    expect(well).toBe(false)
    expect(problemsIn(lines)).toEqual([
      "! Mattermost does not reach http://127.0.0.1:9: check VIGIE_URL, DNS and the firewall, as seen from Mattermost's machine.",
    ])
  })

  test('a running start that learns the new tokens late is waited for', async () => {
    let refusals = 3
    const running = createServer((_request, response) => {
      refusals -= 1
      response.writeHead(refusals >= 0 ? 401 : 200, { 'content-type': 'application/json' })
      response.end('{"text":"no","skip_slack_parsing":true}')
    })
    await new Promise<void>((done) => running.listen(stage.port, '127.0.0.1', done))
    let pauses = 0
    const pause = async () => {
      pauses += 1
    }
    const { well } = await stage.run({ pause })
    running.close()
    running.closeAllConnections()
    expect({ well, pauses }).toEqual({ well: true, pauses: 3 })
  })

  test('another program on the port is not taken for Vigie', async () => {
    const other = createServer((_request, response) => response.writeHead(200).end('It works!'))
    await new Promise<void>((done) => other.listen(stage.port, '127.0.0.1', done))
    const { well, lines } = await stage.run()
    other.close()
    other.closeAllConnections()
    expect(well).toBe(false)
    expect(problemsIn(lines)[0]).toContain('another program holds that port')
  })

  test('a Vigie that runs elsewhere is recognised by its answer', async () => {
    const elsewhere = await freePort('127.0.0.1')
    const remote = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"no","skip_slack_parsing":true}')
    })
    await new Promise<void>((done) => remote.listen(elsewhere, '127.0.0.1', done))
    const { well } = await stage.run({}, { vigieUrl: `http://127.0.0.1:${elsewhere}` })
    remote.close()
    remote.closeAllConnections()
    expect(well).toBe(true)
  })

  test('a token that is no administrator’s changes nothing', async () => {
    const { well, lines } = await stage.run({
      admin: { rest: restOf(stage.server, 'x'.repeat(26)), by: 'token' },
    })
    expect(well).toBe(false)
    expect(lines).toEqual([expect.stringContaining("does not accept this administrator's token")])
    expect(stage.settings).toEqual({})
  })
}

describe('on the stand-in', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox()
  })
  afterAll(() => sandbox.stop())
  mendsAndLeavesAlone(() => sandbox)
})

const realUrl = process.env.VIGIE_TEST_MATTERMOST_URL
const realToken = process.env.VIGIE_TEST_ADMIN_TOKEN
describe.runIf(realUrl !== undefined && realToken !== undefined)('on a real server', () => {
  mendsAndLeavesAlone(() => ({ url: realUrl ?? '', adminToken: realToken ?? '' }))
})

// Doors that a Mattermost may keep closed, each told with the setting that opens it (interface.md, "provision"), and the local-mode socket
// as the way in. On the stand-in only: a real server's settings are not ours to change.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { explainUnreached, openEar } from '../../src/bot/provision-reach.ts'
import { fetchThrough } from '../../src/bot/provision-socket.ts'
import { createRest, MattermostError } from '../../src/bot/rest.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { createStage, log, restOf, type Stage } from './provision-stage.ts'

let folder: string
let sandbox: Sandbox
let stage: Stage
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-'))
  sandbox = await createSandbox({ localSocket: join(folder, 'mm.sock') })
  stage = await createStage(sandbox)
})
afterEach(async () => {
  await sandbox.stop()
  await rm(folder, { recursive: true })
})

const service = (settings: object) => stage.admin.call('PUT', '/config/patch', { body: { ServiceSettings: settings } })

test('bot accounts switched off: names EnableBotAccountCreation and makes nothing', async () => {
  await service({ EnableBotAccountCreation: false })
  const { well, lines } = await stage.run()
  expect(well).toBe(false)
  expect(lines.at(-1)).toContain('ServiceSettings.EnableBotAccountCreation')
  expect(await stage.commands()).toEqual([])
})

test('an empty SiteURL: names SiteURL', async () => {
  await service({ SiteURL: '' })
  const { well, lines } = await stage.run()
  expect(well).toBe(false)
  expect(lines.at(-1)).toContain('ServiceSettings.SiteURL is empty')
})

test('a loopback Vigie that Mattermost may not call: names AllowedUntrustedInternalConnections and the word to add', async () => {
  await service({ AllowedUntrustedInternalConnections: '10.0.0.0/8 localhost' })
  const { well, lines } = await stage.run()
  expect(well).toBe(false)
  expect(lines.at(-1)).toContain('Add "127.0.0.1" to ServiceSettings.AllowedUntrustedInternalConnections')
})

test('a HOST that is no address of this machine is named', async () => {
  // Longer than a name may be: nobody is asked for its address.
  const host = 'x'.repeat(64)
  const said = {
    fr: expect.stringContaining(`HOST\u00a0: «\u00a0${host}`),
    en: expect.stringContaining(`HOST: "${host}"`),
  }
  await expect(openEar({ host, port: 0 }, [])).rejects.toMatchObject({ said })
})

describe('by the local-mode socket', () => {
  const bySocket = () => ({
    admin: {
      by: 'socket' as const,
      rest: createRest({
        url: 'http://localhost',
        token: () => '',
        fetch: fetchThrough(join(folder, 'mm.sock')),
        log,
      }),
    },
    signIn: async (username: string, password: string) => {
      const response = await fetch(`${sandbox.url}/api/v4/users/login`, {
        method: 'POST',
        body: JSON.stringify({ login_id: username, password }),
      })
      return restOf(sandbox, response.headers.get('token') ?? '')
    },
  })

  test('the bot is a user made and converted, with its picture; commands are the bot’s own', async () => {
    const { well, lines } = await stage.run(bySocket())
    expect(lines).toContain("+ bot's picture set")
    expect(well).toBe(true)
    expect(await stage.commands()).toHaveLength(2)
    const { user_id } = await stage.botAccount()
    expect(await stage.admin.call('GET', `/users/${user_id}`)).toMatchObject({ is_bot: true, roles: 'system_user' })
  })

  test('a second run changes nothing', async () => {
    await stage.run(bySocket())
    const { well, lines } = await stage.run(bySocket())
    expect(well).toBe(true)
    expect(lines).toContain('nothing to change')
  })

  test('commands of the bot’s own are found again although dotenv file and address are new', async () => {
    await stage.run(bySocket())
    const before = await stage.commands()
    stage.settings = {}
    const port = await freePort('127.0.0.1')
    const { well, lines } = await stage.run(bySocket(), { port, vigieUrl: `http://127.0.0.1:${port}` })
    expect(well).toBe(true)
    expect(lines.filter((line) => line.includes('restored (address)'))).toHaveLength(2)
    expect((await stage.commands()).map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort())
  })

  test('nobody at the socket: the person is told, not shown a stack', async () => {
    await rm(join(folder, 'mm.sock'))
    const { well, lines } = await stage.run(bySocket())
    expect(well).toBe(false)
    expect(lines.at(-1)).toContain('Mattermost does not answer')
  })
})

describe('why Mattermost did not reach Vigie', () => {
  const failed = (id: string) =>
    new MattermostError('POST /commands/execute: 500', { failure: 'answered', status: 500, id, unsure: true })
  const unreached = failed('api.command.execute_command.failed.app_error')
  const server = { SiteURL: 'https://mm.example', AllowedUntrustedInternalConnections: '', EnableCommands: true }
  const explain = (url: string, addresses: string[], allowed: string) =>
    explainUnreached({
      trial: { refusal: unreached, byVigie: false },
      url: `${url}/mattermost/command`,
      running: false,
      server: { ...server, AllowedUntrustedInternalConnections: allowed },
      addresses,
    }).en

  test.each([
    ['http://vigie:8090', ['172.18.0.4'], '', 'vigie'],
    ['http://[::1]:8090', ['::1'], 'localhost', '::1'],
    ['http://10.1.2.3:8090', ['10.1.2.3'], '10.2.0.0/16', '10.1.2.3'],
    ['http://vigie.example', ['::ffff:10.0.0.1'], '', 'vigie.example'],
  ])('%s is internal and not allowed by “%s %s”: add %s', (url, addresses, allowed, word) => {
    expect(explain(url, addresses, allowed)).toContain(`Add "${word}"`)
  })

  test.each([
    ['http://vigie:8090', ['172.18.0.4'], 'gitlab, vigie'],
    ['http://10.1.2.3:8090', ['10.1.2.3'], '10.0.0.0/8'],
    ['https://vigie.example', ['203.0.113.7'], ''],
    ['https://vigie.example', [], ''],
  ])('%s is public or allowed: DNS and the firewall are left', (url, addresses, allowed) => {
    expect(explain(url, addresses, allowed)).toContain('check VIGIE_URL, DNS and the firewall')
  })
})

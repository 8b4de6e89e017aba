// `vigie key`, beside whoever has the database open and without (interface.md, "API keys"; threat T11).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { controlPath } from '../../src/cli/control.ts'
import { UserError } from '../../src/errors.ts'
import { holdLock } from '../../src/store/lock.ts'
import { listenForControl } from '../../src/web/control.ts'
import { createFakeLog } from '../fakes/log.ts'
import { bearer, createKeyStage } from '../web/key-stage.ts'
import { vigie } from './process.ts'

describe('vigie key', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-key-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const run = async (...words: string[]) => {
    const environment = { LANG: 'en_GB.UTF-8', VIGIE_SECRET_KEY: 'a key for the tests alone' }
    const running = vigie(['key', ...words], { cwd: folder, environment })
    return { code: await running.ended(), out: running.out(), err: running.err() }
  }
  const path = () => join(folder, 'data', 'vigie.db')

  it('makes a key that works in a running Vigie, and revokes it there within five seconds', async () => {
    const made = await run('create', 'bank', '--scope', 'events:write,personnages:read', '--expires', 'never')
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out).toMatch(/^vigie_[a-z0-9]{12}_[A-Za-z0-9_-]{43}\n$/)
    const key = made.out.trim()
    const running = await createKeyStage({ path: path() })
    try {
      const { holder } = (await running.post(bearer(key))).json()
      expect(holder).toEqual({ id: key.split('_')[1], name: 'bank', vigieAdmin: true })
      const listed = await run('list')
      expect(listed.out).toMatch(
        /^\w{12}\tbank\tevents:write,personnages:read\tmade by a shell\texpires never\tlast used 2026-11-21 \d\d:\d\d UTC\n$/,
      )
      expect(await run('revoke', 'BANK')).toMatchObject({ code: 0, out: expect.stringContaining('Key revoked: bank') })
      running.clock.now += 2000
      expect((await running.post(bearer(key))).statusCode).toBe(401)
      expect(await running.store.audit.list({ limit: 9 })).toMatchObject([
        { verb: 'key revoke', person: 'shell', outcome: 'done' },
        { verb: 'key create', person: 'shell', object: `bank (${key.split('_')[1]})` },
      ])
    } finally {
      await running.close()
    }
  })

  it('makes a secret that signs, sealed under VIGIE_SECRET_KEY', async () => {
    const { code, out } = await run('create', 'signer', '--signing')
    expect([code, out]).toEqual([0, expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=\n$/)])
  })

  it('takes a channel by name where a running Vigie can look it up', async () => {
    const town = 't'.repeat(26)
    const nothing = async () => ({})
    const door = await listenForControl(controlPath(path(), process.cwd()), {
      status: async () => ({ version: '', startedAt: 0, pid: 1, parts: [] }),
      doctor: async () => [],
      stop: () => undefined,
      restore: nothing,
      take: nothing,
      async channelNamed(words) {
        if (words === 'équipe/town') return town
        throw new UserError({ fr: 'inconnu', en: `I see no channel "${words}"` })
      },
      log: createFakeLog(),
    })
    try {
      const made = await run('create', 'towns', '--scope', 'events:write', '--channel', 'équipe/town')
      expect(made).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^vigie_/) })
      expect((await run('list')).out).toContain(`--channel ${town}`)
      const other = await run('create', 'others', '--scope', 'events:write', '--channel', 'équipe/other')
      expect(other).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no channel "équipe/other"') })
    } finally {
      await door.close()
    }
  })

  it.each([
    [['create', 'bank'], '--scope'],
    [['create', 'bank', '--scope', 'events:write', '--channel', 'town'], '--channel: team/channel or'],
    [['create', 'bank', '--scope', 'events:write', '--channel', 'main/town'], 'No Vigie runs here'],
    [['revoke', 'nobody'], 'No key is called'],
    [['burn'], 'burn'],
  ])('says what is wrong with %j, and nothing on standard output', async (words, said) => {
    const { code, out, err } = await run(...words)
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(said)])
  })

  it('leaves a database of another version to the Vigie that runs on it', async () => {
    const other = mkdtempSync(join(tmpdir(), 'vigie-key-'))
    writeFileSync(join(other, 'old.db'), '')
    const lock = holdLock(join(other, 'old.db'), 4321)
    try {
      const environment = { LANG: 'en_GB.UTF-8', DATABASE_URL: `sqlite:${join(other, 'old.db')}` }
      const running = vigie(['key', 'list'], { cwd: other, environment })
      expect([await running.ended(), running.out()]).toEqual([1, ''])
      expect(running.err()).toContain('already running')
    } finally {
      lock.release()
      rmSync(other, { recursive: true })
    }
  })
})

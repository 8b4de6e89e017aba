// What the stand-in forgets with time: by its clock, which the tests move.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accepted, at, postTo, refusal, text } from '../contract/mattermost/driver.ts'
import { openSocket } from '../contract/mattermost/socket.ts'
import { createHandClock, createStage, type Stage } from './stage.ts'

const clock = createHandClock()
const minute = 60_000
let stage: Stage
let command: { heard: readonly { body: string }[] }

beforeAll(async () => {
  stage = await createStage({ now: clock.now })
  const ear = stage.listener.ear({ body: {} })
  command = ear
  const wanted = { team_id: stage.team.id, trigger: 'clocked', method: 'P', url: ear.url }
  await accepted(stage.admin.post('/commands', wanted))
})
afterAll(() => stage.stop())

const postAs = (pending: string) =>
  stage.bot.post('/posts', { channel_id: stage.pub.id, message: 'm', pending_post_id: pending })

async function run(): Promise<URLSearchParams> {
  await accepted(stage.alice.post('/commands/execute', { channel_id: stage.pub.id, command: '/clocked' }))
  return new URLSearchParams(command.heard.at(-1)?.body)
}

describe('time in the stand-in', () => {
  it('makes a post once for 30 s, and again after', async () => {
    const first = text(await postAs('p'), 'id')
    clock.pass(29_999)
    expect(at(await postAs('p'), 'id')).toBe(first)
    clock.pass(1)
    expect(at(await postAs('p'), 'id')).not.toBe(first)
  })

  it('dates what was made later later, though the clock stands still', async () => {
    const stamps: unknown[] = []
    for (const pending of ['a', 'b', 'c']) stamps.push(at(await postAs(pending), 'create_at'))
    expect(new Set(stamps).size).toBe(3)
    expect(stamps).toEqual([...stamps].sort())
  })

  it('takes a response_url for half an hour', async () => {
    const url = (await run()).get('response_url') ?? ''
    clock.pass(30 * minute - 1)
    expect((await postTo(url, { text: 'late' })).status).toBe(200)
    clock.pass(1)
    expect(refusal(await postTo(url, { text: 'too late' }))).toEqual({
      status: 404,
      id: 'app.command_webhook.get.missing',
    })
  })

  it('lets a trigger open a dialog for 30 s', async () => {
    const dialog = { url: stage.listener.url, dialog: { title: 't' }, trigger_id: (await run()).get('trigger_id') }
    clock.pass(30_000)
    expect((await stage.nobody.post('/actions/dialogs/open', dialog)).status).toBe(200)
    clock.pass(1)
    expect(refusal(await stage.nobody.post('/actions/dialogs/open', dialog))).toEqual({
      status: 400,
      id: 'interactive_message.decode_trigger_id.expired',
    })
  })

  it('ends a log-in after half a year, but no access token', async () => {
    clock.pass(181 * 24 * 60 * minute)
    expect(refusal(await stage.alice.get('/users/me'))).toEqual({
      status: 401,
      id: 'api.context.session_expired.app_error',
    })
    expect((await stage.bot.get('/users/me')).status).toBe(200)
  })

  it('forgets a connection that waited for more than five minutes', async () => {
    const socket = await openSocket(stage.url, { token: stage.bot.token })
    const id = text(await socket.event('hello'), 'data.connection_id')
    await socket.drop()
    clock.pass(5 * minute + 1)
    stage.sandbox.world.hub.reap()
    const again = await openSocket(stage.url, { token: stage.bot.token, connectionId: id, sequence: 2 })
    expect(at(await again.event('hello'), 'data.connection_id')).not.toBe(id)
    await again.close()
  })
})

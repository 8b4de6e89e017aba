// The stand-in fails when it is told to, and in the way it is told to.
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { at, number, text } from '../contract/mattermost/driver.ts'
import { openSocket, type Socket } from '../contract/mattermost/socket.ts'
import { createStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
  return () => stage.stop()
})
afterEach(() => {
  stage.sandbox.faults.heal()
  stage.sandbox.faults.resetRequests()
})

const ping = async (): Promise<number> => (await stage.nobody.get('/system/ping')).status
const postAs = (message: string, pending = '') =>
  stage.bot.post('/posts', { channel_id: stage.pub.id, message, pending_post_id: pending })
const messages = async (): Promise<unknown[]> => {
  const page = await stage.admin.get(`/channels/${stage.pub.id}/posts`)
  const posts = at(page, 'posts')
  return Object.values(posts && typeof posts === 'object' ? posts : {}).map((post) => at(post, 'message'))
}

describe('a server that is away', () => {
  it('resets every connection, and is back when told so', async () => {
    stage.sandbox.faults.down()
    await expect(ping()).rejects.toThrow('fetch failed')
    stage.sandbox.faults.up()
    expect(await ping()).toBe(200)
  })

  it('cuts the websockets and lets nobody open one', async () => {
    const socket = await openSocket(stage.url, { token: stage.bot.token })
    stage.sandbox.faults.down()
    expect(await socket.closed).toBe(1006)
    await expect(openSocket(stage.url, { token: stage.bot.token })).rejects.toThrow()
  })

  it('counts those who try in vain', async () => {
    stage.sandbox.faults.down()
    await expect(ping()).rejects.toThrow()
    await expect(openSocket(stage.url)).rejects.toThrow()
    expect(stage.sandbox.faults.requests('/system')).toBe(1)
    expect(stage.sandbox.faults.requests('/websocket')).toBe(1)
  })
})

describe('a server in trouble', () => {
  it('answers 429 with the seconds to wait', async () => {
    stage.sandbox.faults.answer(429, { count: 1 })
    const refused = await stage.bot.get('/users/me')
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '1'])
    expect((await stage.bot.get('/users/me')).status).toBe(200)
  })

  it('answers 503 to the requests that are meant and to no others, until healed', async () => {
    stage.sandbox.faults.answer(503, { path: '/posts', method: 'POST', headers: { 'Retry-After': '7' } })
    const refused = await postAs('never made')
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '7'])
    expect((await postAs('nor this')).status).toBe(503)
    expect(await ping()).toBe(200)
    stage.sandbox.faults.heal()
    expect((await postAs('made')).status).toBe(201)
    expect(await messages()).not.toContain('never made')
  })

  it('loses the reply after the post was made', async () => {
    stage.sandbox.faults.loseReply({ path: '/posts', count: 1 })
    await expect(postAs('made in silence', 'p:1')).rejects.toThrow('fetch failed')
    expect(await messages()).toContain('made in silence')
    const repeated = await postAs('made in silence', 'p:1')
    expect(repeated.status).toBe(201)
    expect((await messages()).filter((message) => message === 'made in silence')).toHaveLength(1)
  })

  it('is slow in the midst of making a post: its twin is told that it is pending', async () => {
    stage.sandbox.faults.slow(300, '/posts')
    const first = postAs('slow', 'p:2')
    await stage.sandbox.faults.waitForRequests(1, '/posts', 'POST')
    const twin = await postAs('slow', 'p:2')
    expect([twin.status, at(twin, 'id')]).toEqual([500, 'api.post.deduplicate_create_post.pending'])
    expect((await first).status).toBe(201)
  })
})

/** The number of the newest event, once the server has answered a ping behind it. */
async function newestSeq(socket: Socket): Promise<number> {
  await socket.send('ping')
  return Math.max(...eventSeqs(socket))
}

const eventSeqs = (socket: Socket): number[] =>
  socket.frames.filter((frame) => at(frame, 'event') !== null).map((frame) => number(frame, 'seq'))

describe('a websocket in trouble', () => {
  it('falls silent without closing: neither events nor pongs nor answers, while a new one works', async () => {
    const old = await openSocket(stage.url, { token: stage.bot.token })
    await old.event('hello')
    expect(stage.sandbox.faults.halfOpen()).toBe(1)
    const fresh = await openSocket(stage.url, { token: stage.bot.token })
    old.sendRaw('{"seq":1,"action":"ping"}')
    await postAs('unheard')
    await fresh.event('posted', (frame) => text(frame, 'data.post').includes('unheard'))
    expect(await fresh.send('ping')).toMatchObject({ status: 'OK' })
    const heard = old.frames.map((frame) => at(frame, 'event') ?? at(frame, 'seq_reply'))
    expect(heard).not.toContain('posted')
    expect(heard).not.toContain(1)
    await Promise.all([old.drop(), fresh.close()])
    // The silent one does not hear that its client went.
    stage.sandbox.faults.closeSockets()
  })

  it('loses one event in so many: a gap in the sequence tells it', async () => {
    const socket = await openSocket(stage.url, { token: stage.bot.token })
    const before = await newestSeq(socket)
    stage.sandbox.faults.dropFrames(3)
    for (const message of ['one', 'two', 'three', 'four']) await postAs(message)
    await socket.event('posted', (frame) => text(frame, 'data.post').includes('four'))
    const seen = eventSeqs(socket).filter((seq) => seq > before)
    expect(seen).toEqual([before + 1, before + 2, before + 4])
    await socket.close()
  })

  it('is cut when told so, and can be resumed', async () => {
    const socket = await openSocket(stage.url, { token: stage.bot.token })
    const id = text(await socket.event('hello'), 'data.connection_id')
    const last = await newestSeq(socket)
    expect(stage.sandbox.faults.closeSockets()).toBe(1)
    expect(await socket.closed).toBe(1006)
    await postAs('missed')
    const again = await openSocket(stage.url, { token: stage.bot.token, connectionId: id, sequence: last + 1 })
    await again.event('posted', (frame) => text(frame, 'data.post').includes('missed'))
    expect(again.frames.map((frame) => at(frame, 'event'))).not.toContain('hello')
    await again.close()
  })

  it('is forgotten when told so: the next one begins anew', async () => {
    const socket = await openSocket(stage.url, { token: stage.bot.token })
    const id = text(await socket.event('hello'), 'data.connection_id')
    stage.sandbox.faults.forget()
    stage.sandbox.faults.closeSockets()
    await socket.closed
    const again = await openSocket(stage.url, { token: stage.bot.token, connectionId: id, sequence: 3 })
    const hello = await again.event('hello')
    expect([at(hello, 'seq'), at(hello, 'data.connection_id') === id]).toEqual([0, false])
    await again.close()
  })

  it('hears on with a revoked token, and is told at its next ping', async () => {
    const made = await stage.admin.post(`/users/${stage.bot.id}/tokens`, { description: 'short-lived' })
    const socket = await openSocket(stage.url, { token: text(made, 'token') })
    await socket.event('hello')
    await stage.admin.post('/users/tokens/revoke', { token_id: at(made, 'id') })
    await stage.alice.post('/posts', { channel_id: stage.pub.id, message: 'still heard' })
    await socket.event('posted', (frame) => text(frame, 'data.post').includes('still heard'))
    const answer = await socket.send('ping')
    expect([at(answer, 'status'), at(answer, 'error.id')]).toEqual(['FAIL', 'api.context.invalid_token.error'])
    await socket.close()
  })
})

// The websocket's life against the stand-in Mattermost and its faults (threats F4, F5; mattermost.md §1 "Websocket").

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createSocket, type Socket, type SocketEvent, type SocketTiming } from '../../src/bot/socket.ts'
import { direct, say } from '../contract/mattermost/world.ts'
import { log, meter, until } from './parts.ts'
import { createStage, handsOf, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage.stop())

const quick: SocketTiming = {
  pingEveryMs: 40,
  pongWithinMs: 60,
  helloWithinMs: 1000,
  firstBackOffMs: 5,
  lastBackOffMs: 20,
}

const running: (() => Promise<void>)[] = []
afterEach(async () => {
  stage.sandbox.faults.heal()
  stage.sandbox.faults.up()
  for (const stop of running.splice(0)) await stop()
})

function open(timing: Partial<SocketTiming> = {}, token: () => string = () => stage.bot.token) {
  const events: SocketEvent[] = []
  let gaps = 0
  const socket: Socket = createSocket({
    url: stage.url,
    token,
    onEvent: (event) => events.push(event),
    onGap: () => {
      gaps += 1
    },
    isTokenRevoked: async () => {
      const answer = await fetch(`${stage.url}/api/v4/users/me`, { headers: { authorization: `Bearer ${token()}` } })
      return answer.status === 401
    },
    log,
    meter,
    now: Date.now,
    random: () => 0.5,
    timing: { ...quick, ...timing },
  })
  const stop = new AbortController()
  const ended = socket.run(stop.signal)
  running.push(async () => {
    stop.abort()
    await ended
  })
  const messages = () =>
    events
      .filter(({ event }) => event === 'posted')
      .map(({ data }) => (typeof data.post === 'string' ? JSON.parse(data.post).message : undefined))
  return { socket, events, messages, gaps: () => gaps, isConnected: () => socket.state().as === 'connected' }
}

test('it connects with its token in the header, says the version, and hears what is posted', async () => {
  const { socket, messages, gaps } = open()
  await until(() => socket.state().as === 'connected')
  expect(socket.state()).toMatchObject({ as: 'connected', serverVersion: expect.stringMatching(/^11\.6/) })
  expect(gaps()).toBe(1)
  await say(stage.alice, await direct(stage.alice, stage.bot), 'bonjour')
  await until(() => messages().includes('bonjour'))
})

test('after a short cut it goes on where it stood: what was posted meanwhile arrives, nothing has to be read again', async () => {
  const { messages, gaps, isConnected } = open({ firstBackOffMs: 100 })
  await until(isConnected)
  stage.sandbox.faults.closeSockets()
  await until(() => !isConnected())
  await say(stage.alice, stage.pub.id, 'while away')
  await until(() => messages().includes('while away'))
  expect(gaps()).toBe(1)
})

test('once the server has forgotten it, a new stream is said to begin', async () => {
  const { gaps, isConnected } = open({ firstBackOffMs: 50 })
  await until(isConnected)
  stage.sandbox.faults.forget()
  stage.sandbox.faults.closeSockets()
  await until(() => gaps() === 2)
})

test('a socket that falls silent is cut and opened anew, and works', async () => {
  const { messages, isConnected } = open()
  await until(isConnected)
  stage.sandbox.faults.resetRequests()
  expect(stage.sandbox.faults.halfOpen()).toBeGreaterThan(0)
  await stage.sandbox.faults.waitForRequests(1, '/websocket')
  await until(isConnected)
  await say(stage.alice, stage.pub.id, 'after the silence')
  await until(() => messages().includes('after the silence'))
})

test('lost frames are noticed by the next one and fetched again', async () => {
  const { messages, isConnected } = open()
  await until(isConnected)
  stage.sandbox.faults.dropFrames(4)
  const said = Array.from({ length: 20 }, (_, index) => `message ${index}`)
  for (const message of said) await say(stage.alice, stage.pub.id, message)
  stage.sandbox.faults.dropFrames(0)
  await say(stage.alice, stage.pub.id, 'the end')
  await until(() => messages().includes('the end'))
  expect(messages()).toEqual([...said, 'the end'])
})

test('a refused token is noticed, and not tried again before the long wait; a new one is taken up at once', async () => {
  let token = 'x'.repeat(26)
  const { socket, isConnected } = open({ lastBackOffMs: 60_000, firstBackOffMs: 5 }, () => token)
  await until(() => socket.state().as === 'revoked')
  stage.sandbox.faults.resetRequests()
  token = stage.bot.token
  await until(isConnected)
  expect(stage.sandbox.faults.requests('/websocket')).toBe(1)
})

test('while Mattermost is away the waits grow and end with its return', async () => {
  const { socket, isConnected } = open()
  await until(isConnected)
  stage.sandbox.faults.resetRequests()
  stage.sandbox.faults.down()
  await until(() => socket.state().as === 'connecting')
  stage.sandbox.faults.up()
  await until(isConnected)
})

test('when it is stopped it ends at once and tries no more', async () => {
  const { isConnected } = open()
  await until(isConnected)
  await running.pop()?.()
  stage.sandbox.faults.resetRequests()
  await handsOf(stage).calls.me()
  expect(stage.sandbox.faults.requests('/websocket')).toBe(0)
})

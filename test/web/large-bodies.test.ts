// Large bodies one after another (threat T28), each until it is answered or its caller is gone.

import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { takeTurns } from '../../src/web/large-bodies.ts'

const large = 'x'.repeat(64 * 1024)
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** Each call is answered when `answer` is called for its name. */
async function listen() {
  const http = Fastify({ bodyLimit: 1024 * 1024 })
  takeTurns(http)
  const entered: string[] = []
  const waiting = new Map<string, () => void>()
  http.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  http.post<{ Params: { name: string } }>('/:name', async ({ params: { name } }) => {
    entered.push(name)
    await new Promise<void>((resolve) => waiting.set(name, resolve))
    return name
  })
  await http.listen({ host: '127.0.0.1', port: 0 })
  open.push(() => http.close())
  const { port } = http.server.address() as AddressInfo
  const call = (name: string, body: string) => {
    const sent = request({ host: '127.0.0.1', port, path: `/${name}`, method: 'POST', agent: false })
    const answered = new Promise<number | undefined>((resolve) => {
      sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', () => resolve(undefined))
    })
    sent.setHeader('content-type', 'application/octet-stream')
    sent.end(body)
    return { answered, give: () => sent.destroy() }
  }
  const inside = (...names: string[]) => expect.poll(() => entered.toSorted()).toEqual(names.toSorted())
  return { call, inside, entered, answer: (name: string) => waiting.get(name)?.() }
}

test('are handled two at a time, the small ones beside them', async () => {
  const { call, inside, entered, answer } = await listen()
  const [a, b] = [call('a', large), call('b', large)]
  await inside('a', 'b')
  const c = call('c', large)
  for (const name of ['d', 'e', 'f']) {
    const small = call(name, 'x')
    await expect.poll(() => entered).toContain(name)
    answer(name)
    expect(await small.answered).toBe(200)
  }
  expect(entered).not.toContain('c')
  answer('a')
  expect(await a.answered).toBe(200)
  await inside('a', 'b', 'c', 'd', 'e', 'f')
  answer('b')
  answer('c')
  expect(await Promise.all([b.answered, c.answered])).toEqual([200, 200])
})

test('whose caller is gone keep nobody from their turn', async () => {
  const { call, inside, answer } = await listen()
  const [a, b] = [call('a', large), call('b', large)]
  await inside('a', 'b')
  a.give()
  b.give()
  await Promise.all([a.answered, b.answered])
  const [c, d] = [call('c', large), call('d', large)]
  await inside('a', 'b', 'c', 'd')
  answer('c')
  answer('d')
  expect(await Promise.all([c.answered, d.answered])).toEqual([200, 200])
})

// T9 through the whole of Vigie: a forged or replayed GitLab hook, from the wire to the channel.

import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDemoEvents } from '../../src/cli/demo-events.ts'
import { type House, openHouse, type Someone, standIn } from '../e2e/house.ts'

const newSecret = `whsec_${Buffer.from('the new signing secret').toString('base64')}`
const oldSecret = `whsec_${Buffer.from('the old signing secret').toString('base64')}`
const never = `whsec_${Buffer.from('nobody set this secret').toString('base64')}`

let house: House
let alice: Someone
beforeAll(async () => {
  house = await openHouse(await standIn(), { GITLAB_SIGNING_SECRET: `${newSecret},${oldSecret}` })
  alice = await house.person('alice')
})
afterAll(() => house?.close())

/** A demo event of a public project of that path. */
function bodyOf(id: string, path: string): string {
  const body = createDemoEvents()
    .find((event) => event.id === id)
    ?.body(Date.now())
  if (body === undefined || !('project' in body)) throw new Error(`no demo event ${id}`)
  const project = { ...(body.project as object), path_with_namespace: path, visibility_level: 20 }
  return JSON.stringify({ ...body, project })
}

function signed(body: string, { secret = newSecret, id = 'msg', aheadSeconds = 0 } = {}): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000) + aheadSeconds
  const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
  const signature = hmac.update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
}

async function post(body: string, headers: Record<string, string>): Promise<{ status: number; event?: string }> {
  const answer = await fetch(`http://127.0.0.1:${house.environment.PORT}/webhook/gitlab`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  const { event } = (await answer.json()) as { event?: string }
  return event === undefined ? { status: answer.status } : { status: answer.status, event }
}

it('tells a call that is replayed a hundred times once, by its id and by its body, all at once and one by one', async () => {
  const channel = await house.channel(alice)
  await alice.type(channel, '/subscribe gitlab taaf/replayed')
  const body = bodyOf('release', 'taaf/replayed')
  const headers = signed(body)
  const first = await post(body, headers)
  const atOnce = await Promise.all(Array.from({ length: 60 }, () => post(body, headers)))
  const others: (typeof first)[] = []
  for (let round = 0; round < 20; round += 1) others.push(await post(body, headers))
  for (let round = 0; round < 20; round += 1) others.push(await post(body, signed(body, { id: `other ${round}` })))
  expect(new Set([first, ...atOnce, ...others].map(({ status, event }) => `${status} ${event}`))).toEqual(
    new Set([`200 ${first.event}`]),
  )
  // Told later than all of them: what they might have made would stand before it.
  const last = bodyOf('issue-open', 'taaf/replayed')
  await post(last, signed(last, { id: 'last' }))
  const told = await house.told(channel, 2)
  expect(told.flatMap(({ props }) => props.vigie?.events).filter((event) => event === first.event)).toHaveLength(1)
  expect(told).toHaveLength(2)
})

it('takes the old and the new secret while they rotate, and refuses whatever is altered, early, late or of another secret', async () => {
  const body = bodyOf('release', 'taaf/forged')
  const taken = [
    signed(body),
    signed(body, { secret: oldSecret, id: 'old' }),
    signed(body, { id: 'a', aheadSeconds: 290 }),
  ]
  for (const headers of taken) expect((await post(body, headers)).status).toBe(200)
  for (let at = 0; at < body.length; at += 97) {
    const byte = body[at] === 'x' ? 'y' : 'x'
    expect((await post(`${body.slice(0, at)}${byte}${body.slice(at + 1)}`, signed(body))).status, `byte ${at}`).toBe(
      401,
    )
  }
  const refused = [
    signed(body, { aheadSeconds: -302 }),
    signed(body, { aheadSeconds: 302 }),
    signed(body, { secret: never }),
    { ...signed(body), 'webhook-id': 'another' },
    {},
  ]
  for (const headers of refused) expect((await post(body, headers)).status).toBe(401)
})

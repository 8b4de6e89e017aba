// What is given up is told, listed and replayed (threat F8, at its figure: one poison in a hundred).

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoEvents, demoProject } from '../../src/cli/demo-events.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { eventually, type House, openHouse, type Someone, type TestPost, wordsOf } from './house.ts'

describe('a message that Mattermost refuses', () => {
  let sandbox: Sandbox
  let house: House
  let alice: Someone
  let bob: Someone
  let channel: string
  let direct: string
  const accepted: string[] = []

  beforeAll(async () => {
    sandbox = await createSandbox()
    house = await openHouse({ url: sandbox.url, adminToken: sandbox.adminToken, stop: () => sandbox.stop() })
    alice = await house.person('alice')
    bob = await house.person('bob')
    await house.admin.put(`/users/${alice.id}/roles`, { roles: 'system_user system_admin' })
    channel = await house.channel(alice, { members: [bob] })
    await alice.type(channel, `/subscribe gitlab ${demoProject}`)
    direct = ((await house.admin.post('/channels/direct', [alice.id, house.botId])).body as { id: string }).id
    const { id } = (await house.admin.get('/users/me')).body as { id: string }
    const own = ((await house.admin.post('/channels/direct', [id, house.botId])).body as { id: string }).id
    // That it started: told now, it meets none of the refusals to come.
    await eventually(async () => ((await house.posts(own)).length > 0 ? true : undefined), 'the news of the start')
  })
  afterAll(() => house?.close())

  const push = async (count: number) => {
    const body = createDemoEvents().find(({ id }) => id === 'push')?.body
    for (let index = 0; index < count; index += 1) {
      const answer = await house.gitlab({ ...body?.(Date.now()), checkout_sha: `${accepted.length}` })
      expect(answer).toMatchObject({ status: 200, body: { matched: 1 } })
      accepted.push(answer.body.event ?? '')
    }
  }
  const eventsOf = (posts: readonly TestPost[]) => posts.flatMap(({ props }) => props.vigie?.events ?? [])
  const cardSays = (pattern: RegExp) =>
    eventually(async () => {
      const card = (await house.told(direct, 1)).findLast(({ root_id }) => root_id === '')
      return card !== undefined && pattern.test(wordsOf(card)) ? card : undefined
    }, `a card that says ${pattern}`)
  let card: TestPost

  it('is given up alone: the other 99 stand in the channel, in order', async () => {
    await push(49)
    await house.told(channel, 49)
    sandbox.faults.answer(400, { path: '/posts', method: 'POST' })
    await push(51)
    // Endless until it is given up: what else is posted meanwhile uses no refusal up, and comes through afterwards.
    await eventually(
      async () => (house.logged.some(({ message }) => message === 'delivery parked') ? true : undefined),
      'a delivery that is given up',
    )
    sandbox.faults.heal()
    const told = eventsOf(await house.told(channel, 99))
    expect(told).toEqual(accepted.filter((_, index) => index !== 49))
  })

  it('is told to the Vigie administrators by direct message, with the channel, the error and a button', async () => {
    card = await cardSays(/J’ai abandonné une livraison/)
    expect(wordsOf(card)).toContain('Mattermost refuse ce message')
    expect(wordsOf(card)).toContain(accepted[49])
    expect(wordsOf(card)).toMatch(/Où: \[c-.*\]\(http.*\/channels\/c-/)
    expect(card.props.attachments?.[0]?.actions).toMatchObject([{ name: 'Renvoyer' }])
  })

  it('is listed, with a way to replay it for administrators alone', async () => {
    const listed = await alice.type(direct, '/vigie deliveries échouées')
    expect(listed.match(/🔴/g)).toHaveLength(1)
    expect(await bob.type(channel, '/vigie deliveries failed')).toMatch(/🔴/)
  })

  it('is replayed by the button, once', async () => {
    const [button] = card.props.attachments?.[0]?.actions ?? []
    if (!button) throw new Error('no button')
    expect(await alice.press(card, button)).toContain('Remise en file')
    expect(eventsOf(await house.told(channel, 100)).at(-1)).toBe(accepted[49])
    expect(await alice.press(card, button)).toContain('déjà été renvoyée')
    await cardSays(/Tout ce que j’avais abandonné a été remis en file/)
    expect(eventsOf(await house.told(channel, 100))).toHaveLength(100)
    expect(await alice.type(direct, '/vigie audit')).toContain('replay.again')
  })
})

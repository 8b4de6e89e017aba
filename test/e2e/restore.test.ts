// An old copy takes the place of the database (threat F32, at its figure: six hours back): nothing is told twice, no card goes back to an
// older state, what was never told is told, and the administrators hear what is not known any more.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoEvents, demoProject } from '../../src/cli/demo-events.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { writeCopy } from '../../src/store/backup.ts'
import { prepareSwap, swap } from '../../src/store/recovery.ts'
import { type FakeGitlab, type FakeProject, startGitlab } from '../fakes/gitlab-server.ts'
import { pushTo } from '../integrations/gitlab/hooks-stage.ts'
import { eventually, type House, openHouse, realServer, type Someone, type TestPost, wordsOf } from './house.ts'

const hourMs = 3_600_000

describe('a database restored from a copy of six hours ago', () => {
  let laterMs = 0
  const now = () => Date.now() + laterMs
  let sandbox: Sandbox
  let gitlab: FakeGitlab
  let project: FakeProject
  let house: House
  let alice: Someone
  let channel: string
  let direct: string
  let copy: string
  let before: TestPost[]
  const demo = createDemoEvents()

  beforeAll(async () => {
    sandbox = await createSandbox({ now })
    gitlab = await startGitlab()
    project = gitlab.project('acme/app')
    const settings = { GITLAB_URL: gitlab.url, GITLAB_API_TOKEN: gitlab.token }
    house = await openHouse(
      { url: sandbox.url, adminToken: sandbox.adminToken, stop: () => sandbox.stop() },
      settings,
      now,
    )
    alice = await house.person('alice')
    await house.admin.put(`/users/${alice.id}/roles`, { roles: 'system_user system_admin' })
    channel = await house.channel(alice)
    await alice.type(channel, `/subscribe gitlab ${demoProject}`)
    await alice.type(channel, '/subscribe gitlab acme/app')
    expect(await alice.type(channel, '/vigie gitlab install acme/app')).toContain('créé')
    direct = ((await house.admin.post('/channels/direct', [alice.id, house.botId])).body as { id: string }).id
  })
  afterAll(async () => {
    await house?.close()
    await gitlab?.close()
  })

  const send = async (id: string): Promise<string> => {
    const body = demo.find((event) => event.id === id)?.body(now())
    const answer = await house.gitlab(body ?? {})
    expect(answer).toMatchObject({ status: 200, body: { matched: 1 } })
    return answer.body.event ?? ''
  }
  const eventsOf = (posts: readonly TestPost[]) => posts.flatMap(({ props }) => props.vigie?.events ?? [])
  const ours = async () => (await house.posts(channel)).filter(({ props }) => props.vigie !== undefined)
  const drained = () =>
    eventually(async () => {
      const outbox = (await house.app().status()).parts.find(({ name }) => name === 'outbox')
      return outbox && wordsIn(outbox.glance).startsWith('0 en attente') ? true : undefined
    }, 'an empty outbox')
  const toldIs = (event: string) =>
    eventually(async () => (eventsOf(await ours()).includes(event) ? true : undefined), `${event} told`)
  /** Vigie is away; GitLab calls in vain, and is asked about it afterwards. */
  const missed = async (number: number) => {
    await house.stopApp()
    expect(await gitlab.happen(project.path, pushTo(project, number))).not.toEqual(['200'])
    await house.startApp()
  }

  it('tells what it tells, and copies itself in the middle', async () => {
    await send('merge-request-open')
    await toldIs(await send('push'))
    expect(await gitlab.happen(project.path, pushTo(project, 0))).toEqual(['200'])
    await drained()
    // In the copy these still wait.
    sandbox.faults.down()
    for (let index = 0; index < 3; index += 1) await send('push')
    await send('merge-request-update')
    copy = join(house.folder, 'old.db')
    await writeCopy({ from: join(house.folder, 'data', 'vigie.db'), to: copy, at: now() })
    sandbox.faults.up()
    await drained()

    laterMs += 2 * hourMs
    await send('merge-request-merge')
    for (let index = 0; index < 10; index += 1) await send('push')
    laterMs += 2 * hourMs
    await missed(1)
    await eventually(
      async () => ((await ours()).some((post) => wordsOf(post).includes('commit 1')) ? true : undefined),
      'a missed push',
    )
    await toldIs(await send('merge-request-open'))
    laterMs += 2 * hourMs
    await toldIs(await send('push'))
    await drained()
    before = await ours()
  })

  it('tells nothing again, and leaves every card as it was', async () => {
    await house.stopApp()
    const path = join(house.folder, 'data', 'vigie.db')
    const asked = gitlab.asked.length
    // The disk is lost: nothing but the copy and the channels is left.
    rmSync(path)
    swap(path, await prepareSwap({ path, file: copy, at: now(), facts: { reason: 'asked' } }))
    // This one nobody told: it is news.
    await gitlab.happen(project.path, pushTo(project, 2))
    await house.startApp()
    await eventually(
      async () => (gitlab.asked.slice(asked).some((line) => line.endsWith('/events')) ? true : undefined),
      'GitLab asked what was missed',
    )
    const after = await eventually(
      async () => ((await ours()).some((post) => wordsOf(post).includes('commit 2')) ? await ours() : undefined),
      'the push that nobody told',
    )
    await drained()
    expect(after.length).toBe(before.length + 1)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(new Set(eventsOf(after)).size).toBe(eventsOf(after).length)
  })

  it('tells the administrators from when to when nothing is known', async () => {
    const news = await eventually(
      async () => (await house.posts(direct)).map(wordsOf).find((words) => words.includes('rendue depuis une copie')),
      'a word to the administrators',
    )
    expect(news).toMatch(/Manque 6.h.*→/)
    expect(news).toContain('en attente')
  })

  it('goes on with the cards that the channel shows', async () => {
    laterMs += 60_000
    const merged = await send('merge-request-merge')
    await toldIs(merged)
    const after = await ours()
    const card = after.find((post) => post.props.vigie?.events?.includes(merged))
    // The card was made after the copy: it goes on all the same, and forgets nothing of what it told.
    expect(before.map(({ id }) => id)).toContain(card?.id)
    expect(card?.props.vigie?.events).toEqual([
      ...(before.find(({ id }) => id === card?.id)?.props.vigie?.events ?? []),
      merged,
    ])
  })
})

const real = realServer()
describe.skipIf(real === undefined)('on a real server', () => {
  it('a restored database goes on with the cards that the channel shows, and tells nothing again', async () => {
    if (real === undefined) return
    const house = await openHouse(real)
    try {
      const alice = await house.person('alice', { teamAdmin: true })
      const channel = await house.channel(alice)
      await alice.type(channel, `/subscribe gitlab ${demoProject}`)
      const demo = createDemoEvents()
      const send = async (id: string) => {
        const { body } = await house.gitlab(demo.find((event) => event.id === id)?.body(Date.now()) ?? {})
        return body.event ?? ''
      }
      const told = async (event: string) =>
        eventually(async () => {
          const posts = await house.posts(channel)
          return posts.some(({ props }) => props.vigie?.events?.includes(event)) ? posts : undefined
        }, `${event} told`)
      await told(await send('push'))
      const path = join(house.folder, 'data', 'vigie.db')
      const copy = join(house.folder, 'old.db')
      await writeCopy({ from: path, to: copy, at: Date.now() })
      await told(await send('merge-request-open'))
      const before = await told(await send('merge-request-approve'))
      await house.stopApp()
      swap(path, await prepareSwap({ path, file: copy, at: Date.now(), facts: { reason: 'asked' } }))
      await house.startApp()
      const merged = await send('merge-request-merge')
      const after = await told(merged)
      const card = after.find(({ props }) => props.vigie?.events?.includes(merged))
      expect(before.find(({ id }) => id === card?.id)?.props.vigie?.events).toEqual(
        card?.props.vigie?.events?.slice(0, -1),
      )
      expect(card?.props.vigie?.events?.length).toBeGreaterThan(1)
    } finally {
      await house.close()
    }
  })
})

function wordsIn(glance: Readonly<Record<'fr' | 'en', unknown>>): string {
  return JSON.stringify(glance.fr)
    .replaceAll(/[^\p{L}\d ]/gu, '')
    .replaceAll('own', '')
}

// The main street, end to end, as its users walk it: one suite for the stand-in and for a real server (issue 3, "Done when").

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoEvents, demoProject } from '../../src/cli/demo-events.ts'
import { eventually, type House, type Mattermost, openHouse, type Someone, type TestPost, wordsOf } from './house.ts'

export function streetSuite(name: string, open: () => Promise<Mattermost>): void {
  describe(`the main street on ${name}`, () => {
    let house: House
    let alice: Someone
    let bob: Someone
    let bodies: Map<string, (now: number) => object>
    /** The next body of a kind, told of another project where one is named. */
    const bodyOf = (id: string, path = demoProject, visibility_level = 20): object => {
      const body = bodies.get(id)?.(Date.now())
      if (body === undefined || !('project' in body)) throw new Error(`no demo event ${id}`)
      return { ...body, project: { ...(body.project as object), path_with_namespace: path, visibility_level } }
    }
    const send = (id: string, path?: string) => house.gitlab(bodyOf(id, path))

    beforeAll(async () => {
      house = await openHouse(await open())
      alice = await house.person('alice', { teamAdmin: true })
      bob = await house.person('bob')
      bodies = new Map(createDemoEvents().map((event) => [event.id, event.body]))
    })
    afterAll(() => house?.close())

    const subscribed = async (words = `gitlab ${demoProject}`): Promise<string> => {
      const channel = await house.channel(alice, { members: [bob] })
      expect(await alice.type(channel, `/subscribe ${words}`)).toContain(demoProject)
      return channel
    }
    const first = (posts: readonly TestPost[]): TestPost => {
      const [post] = posts
      if (!post) throw new Error('no post')
      return post
    }

    it('provisions twice and changes nothing the second time', async () => {
      const second = await house.provision()
      expect(second).toMatchObject({ code: 0 })
      expect(second.lines.join('\n')).toContain('rien à changer')
    })

    it('tells a merge request on one card that changes where it stands, with its story in the thread', async () => {
      const channel = await subscribed()
      const opened = await send('merge-request-open')
      expect(opened).toMatchObject({ status: 200, body: { matched: 1 } })
      const card = first(await house.told(channel, 1))
      expect(card.props.attachments?.[0]).toMatchObject({
        color: '#00ff00',
        title: expect.stringMatching(/^Merge Request #\d+: Feature: Nouveau module$/),
        text: '**Admin TAAF** a ouvert une merge request',
      })
      expect(card.props.vigie).toMatchObject({ events: [opened.body.event], deliveries: [expect.any(String)] })

      const merged = await send('merge-request-merge')
      const line = (await house.told(channel, 2))[1]
      expect(line).toMatchObject({ root_id: card.id, props: { vigie: { deliveries: [expect.any(String)] } } })
      expect(line?.message).toContain('**Claire**')
      const after = first(await house.told(channel, 2))
      expect(after.id).toBe(card.id)
      expect(after.props.attachments?.[0]).toMatchObject({
        color: '#0000ff',
        text: '**Claire** a fusionné une merge request',
      })
      expect(after.props.vigie?.events).toEqual([opened.body.event, merged.body.event])
    })

    it('mutes the project from the card’s menu, and says why a card is here', async () => {
      const channel = await subscribed()
      await send('push')
      const card = first(await house.told(channel, 1))
      const menu = card.props.attachments?.flatMap((attachment) => attachment.actions ?? [])[0]
      if (!menu?.options) throw new Error('no menu on the card')
      const option = (text: RegExp) => menu.options?.find((one) => text.test(one.text))?.value
      expect(await bob.press(card, menu, option(/Pourquoi/))).toContain(demoProject)
      expect(await bob.press(card, menu, option(/Sourdine 1/))).toMatch(/sourdine/i)
      expect((await send('issue-open')).body.matched).not.toBeUndefined()
      const event = (await send('release')).body.event ?? ''
      expect(await alice.type(channel, `/vigie explain ${event}`)).toMatch(/sourdine/i)
      expect(await house.told(channel, 1)).toHaveLength(1)
    })

    it('refuses a stranger’s button that points at us', async () => {
      const channel = await subscribed()
      await send('push')
      const card = first(await house.told(channel, 1))
      const url = `http://127.0.0.1:${house.environment.PORT}/mattermost/action`
      const forged = (
        await bob.post('/posts', {
          channel_id: channel,
          message: 'click me',
          props: {
            attachments: [
              {
                text: 'x',
                actions: [
                  { id: 'go', name: 'Go', type: 'button', integration: { url, context: { vigie: 'A'.repeat(80) } } },
                ],
              },
            ],
          },
        })
      ).body as TestPost
      expect(await alice.press(forged, { id: 'go' })).toContain('n’est plus valable')
      expect((await house.posts(channel)).find((post) => post.id === card.id)?.edit_at).toBe(card.edit_at)
    })

    it('answers a mention in its thread, once', async () => {
      const channel = await subscribed()
      const asked = await bob.say(channel, '@vigie statut')
      const answer = await eventually(
        async () => (await house.posts(channel)).find((post) => post.props.vigie_reply === asked.id),
        'an answer to the mention',
      )
      expect(answer.root_id).toBe(asked.id)
      expect(wordsOf(answer)).toContain('Mattermost')
      expect((await house.posts(channel)).filter((post) => post.props.vigie_reply === asked.id)).toHaveLength(1)
    })

    it('answers a direct message', async () => {
      const { id: channel } = (await bob.post('/channels/direct', [bob.id, house.botId])).body as { id: string }
      const asked = await bob.say(channel, 'aide subscribe')
      const answer = await eventually(
        async () => (await house.posts(channel)).find((post) => post.props.vigie_reply === asked.id),
        'an answer to the direct message',
      )
      expect(wordsOf(answer)).toContain('/subscribe')
    })

    it('answers what was written, and tells what came, while it was stopped', async () => {
      const channel = await subscribed()
      await send('push')
      await house.told(channel, 1)
      await house.stopApp()
      const asked = await bob.say(channel, '@vigie about')
      await house.startApp()
      await send('issue-open')
      const answer = await eventually(
        async () => (await house.posts(channel)).find((post) => post.props.vigie_reply === asked.id),
        'an answer to what was written meanwhile',
      )
      expect(wordsOf(answer)).toContain('Vigie')
      await house.told(channel, 2)
    })

    it('answers a repeated webhook with the first event and tells it once', async () => {
      const channel = await subscribed()
      const body = bodies.get('push')?.(Date.now()) ?? {}
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => house.gitlab(body, { 'idempotency-key': 'same' })),
      )
      expect(new Set(answers.map((answer) => answer.body.event)).size).toBe(1)
      await send('issue-open')
      expect(await house.told(channel, 2)).toHaveLength(2)
    })

    it('keeps a private project from a channel that nobody opened it to, in the same words as an unknown one', async () => {
      const channel = await house.channel(alice, { members: [bob] })
      const secret = await alice.type(channel, '/subscribe gitlab taaf/secret')
      const unknown = await alice.type(channel, '/subscribe gitlab taaf/nowhere')
      const blank = (reply: string) => reply.replace(/secret|nowhere/g, 'X').replace(/`[0-9a-z]{11}`/, 'ID')
      expect(blank(secret)).toBe(blank(unknown))
      expect((await house.gitlab(bodyOf('push', 'taaf/secret', 0))).body.matched).toBe(0)
      expect(await bob.type(channel, '/vigie allow gitlab taaf/secret')).toMatch(/administrateurs de Vigie/)
    })

    it('lets subscriptions sleep when it is removed, and wakes them when it is back', async () => {
      const channel = await house.channel(alice)
      await alice.type(channel, '/subscribe gitlab taaf/asleep')
      const matched = async (id: string) => (await send(id, 'taaf/asleep')).body.matched
      await alice.delete(`/channels/${channel}/members/${house.botId}`)
      await eventually(async () => ((await matched('release')) === 0 ? true : undefined), 'the subscription asleep')
      const { id: direct } = (await alice.post('/channels/direct', [alice.id, house.botId])).body as { id: string }
      const notice = (await house.told(direct, 1))[0]
      expect(notice && wordsOf(notice)).toContain('retirée')
      await alice.post(`/channels/${channel}/members`, { user_id: house.botId })
      await eventually(async () => ((await matched('issue-open')) === 1 ? true : undefined), 'the subscription awake')
      await house.told(channel, 1)
    })

    it('tries each path for the doctor and reads it back', async () => {
      await house.stopApp()
      house.environment.VIGIE_ADMINS = alice.username
      await house.startApp()
      const lines = await house.app().doctor()
      expect(lines.filter((line) => !line.ok)).toEqual([])
      expect(lines.map((line) => line.path)).toEqual(['store', 'mattermost', 'gitlab → mattermost'])
    })
  })
}

// An alert is told once, by whoever can (interface.md, FALLBACK; threat F26): mailboxes that are down, greylist, hang or refuse, Mattermost
// that is away, and what is told when they are back.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Way } from '../../src/flow/fallback.ts'
import {
  begin,
  byMail,
  byPost,
  checkToldOnce,
  down,
  failing,
  mailbox,
  type Scene,
  seconds,
  told,
  troubles,
  up,
} from './fallback-stage.ts'

let scene: Scene
const start = async (ways: readonly Way[]) => {
  scene = await begin(ways)
  return scene
}
afterEach(async () => {
  await scene.end()
  await scene.world.store.close()
})

const fatal = ({ world }: Scene) => world.log.lines.filter(({ level }) => level === 'fatal')

describe('an alert by mail alone', () => {
  test.each(troubles)(
    'whose server is %s is seen elsewhere within 75 s, once, and not by mail later',
    async (_what, fate) => {
      const { world, mail, posts } = await start([byPost])
      mail.fate = () => fate
      await world.emit(down, { only: [mailbox] })
      await world.clock.advance(seconds(59))
      expect(told(posts, '@admin')).toBe(0)
      await world.clock.advance(seconds(16))
      expect(told(posts, '@admin')).toBe(1)
      mail.fate = undefined
      await world.clock.advance(seconds(900))
      expect([told(mail, mailbox.address), told(posts, '@admin')]).toEqual([0, 1])
      // Only new mail.
      await world.emit({ ...down, card: 'incident i2', alert: 'incident i2' }, { only: [mailbox] })
      await world.clock.advance(seconds(90))
      expect([told(mail, mailbox.address), told(posts, '@admin')]).toEqual([1, 1])
      expect(fatal(scene)).toEqual([])
    },
  )

  test('and two dozen of them, all taken over, come as no digest when the mailbox is back', async () => {
    const { world, mail, posts } = await start([byPost])
    mail.fate = () => failing({})
    for (let count = 0; count < 24; count += 1)
      await world.emit({ ...down, card: `incident ${count}`, alert: `incident ${count}` }, { only: [mailbox] })
    await world.clock.advance(seconds(200))
    expect(told(posts, '@admin')).toBe(24)
    mail.fate = undefined
    await world.clock.advance(seconds(300))
    expect(told(mail, mailbox.address)).toBe(0)
  })

  test('that is taken late, but within the minute, is told once', async () => {
    const { world, mail, posts } = await start([byPost])
    mail.fate = () => failing({ scope: 'target', reason: 'server' })
    await world.emit(down, { only: [mailbox] })
    await world.clock.advance(seconds(30))
    mail.fate = undefined
    await world.clock.advance(seconds(600))
    expect([told(mail, mailbox.address), told(posts, '@admin')]).toEqual([1, 0])
  })

  test('that is on its way when the minute is over is waited for', async () => {
    const { world, mail, posts } = await start([byPost])
    const sent = Promise.withResolvers<void>()
    let isHeld = false
    mail.fate = () => failing({})
    await world.emit(down, { only: [mailbox] })
    await world.clock.advance(seconds(55))
    mail.fate = undefined
    mail.gate = async () => {
      isHeld = true
      await sent.promise
    }
    await world.clock.advance(seconds(9))
    expect([isHeld, told(posts, '@admin')]).toEqual([true, 0])
    sent.resolve()
    await world.clock.advance(seconds(600))
    expect([told(mail, mailbox.address), told(posts, '@admin')]).toEqual([1, 0])
  })
})

describe('an alert of a channel', () => {
  beforeEach(async () => {
    await start([byMail])
    await scene.world.subscribe({ source: 'monitor' })
  })

  test('is mailed while Mattermost is away, and its card comes when it is back', async () => {
    const { world, mail, posts } = scene
    posts.fate = () => failing({})
    await world.emit(down)
    await world.clock.advance(seconds(75))
    expect(told(mail, mailbox.address)).toBe(1)
    posts.fate = undefined
    await world.clock.advance(seconds(600))
    expect([told(mail, mailbox.address), told(posts, 'town')]).toEqual([1, 1])
  })

  test('that the channel took is mailed to nobody', async () => {
    await scene.world.emit(down)
    await scene.world.clock.advance(seconds(600))
    expect([told(scene.mail, mailbox.address), told(scene.posts, 'town')]).toEqual([0, 1])
    expect(await scene.world.store.alerts.open({ since: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([])
  })

  test('that was over before anybody could be told wakes nobody', async () => {
    scene.posts.fate = () => failing({})
    await scene.world.emit(down)
    await scene.world.clock.advance(seconds(50))
    await scene.world.emit(up)
    await scene.world.clock.advance(seconds(600))
    expect(told(scene.mail, mailbox.address)).toBe(0)
  })

  test('that was taken over is said to be over to whoever took it', async () => {
    const { world, mail, posts } = scene
    posts.fate = () => failing({})
    await world.emit(down)
    await world.clock.advance(seconds(120))
    await world.emit(up)
    await world.clock.advance(seconds(30))
    expect(mail.tries.map(({ message }) => message.events.map(({ type }) => type))).toEqual([
      ['monitor.down'],
      ['monitor.up'],
    ])
  })

  test('that is mailed as a matter of course is not mailed twice, and the next way is asked', async () => {
    await scene.end()
    scene = await begin([byMail, byPost], scene)
    const { world, mail, posts } = scene
    posts.fate = (_message, address) =>
      address === 'town' ? failing({ scope: 'target', reason: 'server' }) : undefined
    mail.fate = () => failing({})
    await world.emit(down)
    await world.emit({ ...down, time: new Date(world.clock.now() + 1).toISOString() }, { only: [mailbox] })
    await world.clock.advance(seconds(75))
    expect(told(posts, '@admin')).toBe(1)
    mail.fate = undefined
    await world.clock.advance(seconds(600))
    expect(told(mail, mailbox.address)).toBe(0)
  })

  test('taken over, and the process killed at any moment, is taken over once', async () => {
    scene.posts.fate = (_message, address) => (address === 'town' ? failing({}) : undefined)
    await scene.world.emit(down)
    for (let turn = 0; turn < 8; turn += 1) {
      await scene.world.clock.advance(seconds(11))
      await scene.end()
      scene = await begin([byMail], scene)
    }
    await scene.world.clock.advance(seconds(300))
    expect(told(scene.mail, mailbox.address)).toBe(1)
  })

  test('is not taken by the channel that reads of an escalation, but by whom it names', async () => {
    await scene.end()
    scene = await begin([byPost], scene)
    const { world, mail, posts } = scene
    mail.fate = () => failing({})
    await world.emit({ ...down, type: 'incident.escalated', alert: 'incident i1 escalated' }, { also: [mailbox] })
    await world.clock.advance(seconds(75))
    expect([told(posts, 'town'), told(posts, '@admin')]).toEqual([1, 1])
  })
})

describe('an alert that nobody can be told', () => {
  test('stands in the log once, whole, and is told when somebody can be', async () => {
    const { world, mail, posts } = await start([byMail, byPost])
    await world.subscribe({ source: 'monitor' })
    mail.fate = () => failing({})
    posts.fate = () => failing({})
    world.describe = () => ({
      color: '#d24b4e',
      summary: ['Intranet ne répond plus'],
      text: ['503 après 212 ms'],
      fields: [{ title: 'Adresse', value: [{ code: 'https://intranet.example' }], short: true }],
    })
    await world.emit({ ...down, severity: 'critical' })
    await world.clock.advance(seconds(600))
    expect(fatal(scene)).toHaveLength(1)
    expect(fatal(scene)[0]?.facts).toMatchObject({
      alert: 'incident i1',
      severity: 'critical',
      told: 'Intranet ne répond plus\n503 après 212 ms\nAdresse: https://intranet.example',
    })
    mail.fate = undefined
    await world.clock.advance(seconds(600))
    expect([told(mail, mailbox.address), fatal(scene).length]).toEqual([1, 1])
    // By mail or by post, never both; the channel's card is its own.
    posts.fate = undefined
    await world.clock.advance(seconds(600))
    expect([told(mail, mailbox.address), told(posts, '@admin'), told(posts, 'town')]).toEqual([1, 0, 1])
  })

  test('stands in the log where FALLBACK names nobody', async () => {
    const { world, posts } = await start([])
    await world.subscribe({ source: 'monitor' })
    posts.fate = () => failing({})
    await world.emit(down)
    await world.clock.advance(seconds(75))
    expect(fatal(scene)).toHaveLength(1)
  })
})

test('whatever fails and comes back whenever, an alert by mail is told at least once and never twice', async () => {
  await checkToldOnce(await start([byPost]), 5)
})

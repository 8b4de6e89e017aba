// A refused token is told by FALLBACK, since Mattermost cannot carry it (threat F8): once from the first refusal to the next good answer.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTokenAlarm } from '../../src/app/token-alarm.ts'
import { createVigie } from '../../src/integrations/vigie/vigie.ts'
import { plain } from '../../src/text/rich.ts'
import { begin, byMail, failing, mailbox, type Scene } from '../flow/fallback-stage.ts'

const minuteMs = 60_000
let scene: Scene
let refused: number | undefined
let answers: boolean
let stop: AbortController

beforeEach(async () => {
  scene = await begin([byMail])
  refused = undefined
  answers = true
  start()
})
afterEach(async () => {
  stop.abort()
  await scene.end()
})

function start(): void {
  const { world } = scene
  const { clock, store, intake, log } = world
  stop = new AbortController()
  const alarm = createTokenAlarm({
    refusedSince: () => refused,
    answers: () => answers,
    admins: () => ['root'],
    marks: store.marks,
    emit: intake.emit,
    now: clock.now,
    log,
    wait: clock.wait,
  })
  void alarm.run(stop.signal)
}

function refuse(): void {
  refused = scene.world.clock.now()
  answers = false
  scene.posts.fate = () => failing({ reason: 'auth', afterMs: minuteMs })
}
function accept(): void {
  refused = undefined
  answers = true
  scene.posts.fate = undefined
}
/** What the mailbox was sent. */
const mailed = () => scene.mail.tries.flatMap(({ message }) => message.events.map(({ type }) => type))

test('is mailed within two minutes, and its end as well', async () => {
  const { clock } = scene.world
  refuse()
  await clock.advance(2 * minuteMs)
  expect(mailed()).toEqual(['vigie.token_refused'])
  await clock.advance(60 * minuteMs)
  expect(mailed()).toEqual(['vigie.token_refused'])
  accept()
  await clock.advance(2 * minuteMs)
  expect(mailed()).toEqual(['vigie.token_refused', 'vigie.token_accepted'])
  expect(scene.mail.tries.map(({ address }) => address)).toEqual([mailbox.address, mailbox.address])
  // The administrators find both in Mattermost, when it is over.
  expect(scene.posts.told('@root')).toHaveLength(2)
})

test('is one alert over restarts, and another one when it is refused again', async () => {
  const { clock } = scene.world
  refuse()
  await clock.advance(2 * minuteMs)
  stop.abort()
  refused = undefined
  start()
  await clock.advance(10_000)
  refuse()
  await clock.advance(5 * minuteMs)
  expect(mailed()).toEqual(['vigie.token_refused'])
  accept()
  await clock.advance(2 * minuteMs)
  refuse()
  await clock.advance(2 * minuteMs)
  expect(mailed()).toEqual(['vigie.token_refused', 'vigie.token_accepted', 'vigie.token_refused'])
})

test.each([
  ['fr', 'Mattermost refuse le jeton de Vigie', 'MATTERMOST_TOKEN'],
  ['en', 'Mattermost refuses Vigie’s token', 'MATTERMOST_TOKEN'],
] as const)('says what to do (%s)', async (locale, title, setting) => {
  refuse()
  await scene.world.clock.advance(2 * minuteMs)
  const event = scene.mail.tries[0]?.message.events[0]
  if (!event) throw new Error('nothing was mailed')
  const vigie = createVigie({} as never)
  const said = vigie?.describe(event, { locale, timeZone: 'UTC', now: scene.world.clock.now() })
  expect(plain(said?.summary ?? [])).toBe(title)
  expect(plain(said?.text ?? [])).toContain(setting)
})

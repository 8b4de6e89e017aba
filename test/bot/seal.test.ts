// Seals of buttons, menus and dialogs (threats T3–T5; mattermost.md §0 rules 3 and 4).

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSealer } from '../../src/bot/seal.ts'
import { secretsOf } from './parts.ts'

const channel = 'c'.repeat(26)
const person = 'p'.repeat(26)
const offers = [
  { verb: 'gitlab.mute', object: 'taaf/projet' },
  { verb: 'gitlab.why', object: 'e1' },
]

function sealing(...values: string[]) {
  let at = 1_000_000
  const secrets = secretsOf(...values)
  const sealer = createSealer({
    secrets,
    now: () => at,
    random: randomBytes,
    actionUrl: 'http://vigie/mattermost/action',
  })
  const pass = (ms: number) => {
    at += ms
  }
  return { sealer, secrets, pass }
}
const token = (integration: { context: { vigie: string } }) => integration.context.vigie

test('a button opens to what it offered, in its channel', () => {
  const { sealer } = sealing('a secret')
  const integration = sealer.stamp({ channel, delivery: 'd1' })([{ verb: 'gitlab.why', object: 'e1' }])
  expect(integration.url).toBe('http://vigie/mattermost/action')
  expect(sealer.openButton(token(integration), { channel, person })).toMatchObject({
    verb: 'gitlab.why',
    object: 'e1',
    delivery: 'd1',
  })
})

test('a menu opens to the option that was chosen, and to none that was not offered', () => {
  const { sealer } = sealing('a secret')
  const sealed = token(sealer.stamp({ channel, delivery: 'd1' })(offers))
  expect(sealer.openButton(sealed, { channel, person, option: '1' })).toMatchObject({ verb: 'gitlab.why' })
  for (const option of ['2', '-1', '01', '1.0', 'gitlab.mute', '', 1, undefined]) {
    expect(sealer.openButton(sealed, { channel, person, option })).toBeUndefined()
  }
})

test('a press elsewhere is refused', () => {
  const { sealer } = sealing('a secret')
  const sealed = token(sealer.stamp({ channel, delivery: 'd1' })(offers.slice(0, 1)))
  expect(sealer.openButton(sealed, { channel: 'd'.repeat(26), person })).toBeUndefined()
})

test('the button of an answer is for the person it was given to', () => {
  const { sealer } = sealing('a secret')
  const sealed = token(sealer.stamp({ channel, person })(offers.slice(0, 1)))
  expect(sealer.openButton(sealed, { channel, person })).toMatchObject({ person })
  expect(sealer.openButton(sealed, { channel, person: 'q'.repeat(26) })).toBeUndefined()
})

test('a card lives for 30 days, an answer for an hour, a dialog for 15 minutes', () => {
  const lives = [
    [
      30 * 86_400_000,
      (sealer: ReturnType<typeof sealing>['sealer']) => token(sealer.stamp({ channel, delivery: 'd' })(offers)),
    ],
    [3_600_000, (sealer: ReturnType<typeof sealing>['sealer']) => token(sealer.stamp({ channel, person })(offers))],
  ] as const
  for (const [lifeMs, make] of lives) {
    const { sealer, pass } = sealing('a secret')
    const sealed = make(sealer)
    pass(lifeMs - 1)
    expect(sealer.openButton(sealed, { channel, person, option: '0' })).toBeDefined()
    pass(1)
    expect(sealer.openButton(sealed, { channel, person, option: '0' })).toBeUndefined()
  }
  const { sealer, pass } = sealing('a secret')
  const state = sealer.sealDialog({ person, channel, command: 'subscribe' })
  pass(15 * 60_000 - 1)
  expect(sealer.openDialog(state, { channel, person })).toMatchObject({ command: 'subscribe' })
  pass(1)
  expect(sealer.openDialog(state, { channel, person })).toBeUndefined()
})

test('one changed bit anywhere is refused', () => {
  const { sealer } = sealing('a secret')
  const bytes = Buffer.from(token(sealer.stamp({ channel, delivery: 'd1' })(offers.slice(0, 1))), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const altered = Buffer.from(bytes)
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(sealer.openButton(altered.toString('base64url'), { channel, person })).toBeUndefined()
  }
})

test('what is no token is refused, whatever it is', () => {
  const { sealer } = sealing('a secret')
  fc.assert(
    fc.property(fc.anything(), (junk) => {
      expect(sealer.openButton(junk, { channel, person })).toBeUndefined()
      expect(sealer.openDialog(junk, { channel, person })).toBeUndefined()
    }),
  )
})

test('a dialog is for one person in one channel, and a button never opens as a dialog', () => {
  const { sealer } = sealing('a secret')
  const state = sealer.sealDialog({ person, channel, command: 'subscribe', team: 't' })
  expect(sealer.openDialog(state, { channel, person })).toMatchObject({ command: 'subscribe', team: 't' })
  expect(sealer.openDialog(state, { channel, person: 'q'.repeat(26) })).toBeUndefined()
  expect(sealer.openDialog(state, { channel: 'd'.repeat(26), person })).toBeUndefined()
  expect(sealer.openButton(state, { channel, person })).toBeUndefined()
})

test('while the secret rotates the old one still opens, and no longer seals', () => {
  const { sealer, secrets } = sealing('old')
  const before = token(sealer.stamp({ channel, person })(offers.slice(0, 1)))
  secrets.change('new', 'old')
  const between = token(sealer.stamp({ channel, person })(offers.slice(0, 1)))
  expect(sealer.openButton(before, { channel, person })).toBeDefined()
  secrets.change('new')
  expect(sealer.openButton(before, { channel, person })).toBeUndefined()
  expect(sealer.openButton(between, { channel, person })).toBeDefined()
})

test('two seals of the same thing differ, and each option of a menu is used by itself', () => {
  const { sealer } = sealing('a secret')
  const stamp = sealer.stamp({ channel, person })
  const [one, other] = [token(stamp(offers)), token(stamp(offers))]
  expect(one).not.toBe(other)
  const ids = ['0', '1'].map((option) => sealer.openButton(one, { channel, person, option })?.id)
  expect(new Set(ids).size).toBe(2)
})

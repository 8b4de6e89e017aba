// What `/vigie export` sends as one file: the whole, or its beginning where it would not fit (issue 7, "The archive").

import { describe, expect, test } from 'vitest'
import { createExport, readExportWish } from '../../src/app/export.ts'
import type { EventStore } from '../../src/store/store.ts'

test.each([
  ['however few they are, where they are large', { events: 100, characters: 1_000_000, expected: 68, isWhole: false }],
  ['where they are many', { events: 50_001, characters: 1, expected: 50_000, isWhole: false }],
  ['and no less where all of them fit', { events: 60, characters: 1_000_000, expected: 60, isWhole: true }],
])('holds the first events %s', async (_what, { events, characters, expected, isWhole }) => {
  const data = { text: 'x'.repeat(characters) }
  const list: EventStore['list'] = async ({ after, limit }) => {
    const from = Number.parseInt(after, 36)
    return Array.from({ length: Math.min(limit, 500, events - from) }, (_, index) => ({
      event: {
        id: (from + index + 1).toString(36).padStart(11, '0'),
        source: 'hook',
        type: 'hook.a',
        time: '2026-11-21T08:00:00.000Z',
        severity: 'info',
        audience: 'open',
        byDefault: true,
        data,
      },
      acceptedAt: 0,
      matched: 0,
    }))
  }
  const personnages = { list: async () => [] }
  const make = createExport({ events: { list }, personnages, niveauOf: () => '', timeZone: 'UTC', now: () => 0 })
  const made = await make({ what: 'events', format: 'ndjson' }, 'en')
  expect([made.count, made.isWhole]).toEqual([expected, isWhole])
  expect(Buffer.from(made.bytes).toString().trimEnd().split('\n')).toHaveLength(expected)
})

test.each([
  // Whatever zone the machine is in.
  [{ from: '2026-11-21T08:00', to: '2026-11-22' }, ['2026-11-21T07:00:00.000Z', '2026-11-22T23:00:00.000Z']],
  [{ from: '2027-03-28', to: '2027-03-28' }, ['2027-03-27T23:00:00.000Z', '2027-03-28T22:00:00.000Z']],
  [{ from: '7d', to: '2026-11-21T08:00:00+05:30' }, ['2026-11-14T08:00:00.000Z', '2026-11-21T02:30:00.000Z']],
])('holds what was accepted within %j, on a wall of TZ', (wish, moments) => {
  const { from, to } = readExportWish(wish, { timeZone: 'Europe/Paris', now: Date.UTC(2026, 10, 21, 8) })
  expect([from, to].map((at) => new Date(at).toISOString())).toEqual(moments)
})

test.each(['2026-02-30', '2026-02-30T08:00', 'hier'])('takes %s for no moment', (from) => {
  expect(() => readExportWish({ from }, { timeZone: 'Europe/Paris', now: 0 })).toThrow('2026-11-21T08:00:00Z')
})

describe('a type', () => {
  const hears = (words: string, type: string) =>
    readExportWish({ type: words }, { timeZone: 'UTC', now: 0 }).type?.(type) ?? false

  test('is taken whole, by its beginning, or by a glob', () => {
    const types = ['gitlab.push.push', 'gitlab.pushed', 'gitlab.merge_request.open', 'hook.push', 'hook.a.push.b']
    const those = (words: string) => types.filter((type) => hears(words, type))
    expect(those('gitlab.push')).toEqual(['gitlab.push.push'])
    expect(those('gitlab.push.push')).toEqual(['gitlab.push.push'])
    expect(those('*.push')).toEqual(['gitlab.push.push', 'hook.push'])
    expect(those('gitlab.*')).toEqual(types.slice(0, 3))
    expect(those('*push*')).toEqual(['gitlab.push.push', 'gitlab.pushed', 'hook.push', 'hook.a.push.b'])
    expect(those('hook.**.push.*')).toEqual(['hook.a.push.b'])
    expect(those('**')).toEqual(types)
    expect([hears('aa*aa', 'aaa'), hears('a*b*a', 'aba'), hears('a*ab*b', 'aab')]).toEqual([false, true, false])
    expect(hears('a.c*', 'abcd')).toBe(false)
  })

  test('is matched by any number of stars in no time', () => {
    expect(hears(`${'*a'.repeat(50)}*b`, 'a'.repeat(200))).toBe(false)
    expect(hears(`${'*a'.repeat(50)}*`, 'a'.repeat(200))).toBe(true)
  })
})

import { describe, expect, test } from 'vitest'
import { type DigestEntry, describeDigest, splitDigest } from '../../src/flow/digest.ts'
import { bold, item, link, own, plain, type Rich, rich } from '../../src/text/rich.ts'
import { time } from '../fakes/event.ts'

const minute = 60_000
const telling = { locale: 'fr', timeZone: 'UTC', now: time + 62 * minute } as const
const entry = (minutes: number, summary: Rich): DigestEntry => ({ at: time + minutes * minute, summary })
const digest = {
  reason: 'away',
  entries: [entry(44, rich`${bold('Jeanne')} a poussé`), entry(61, own('fusionnée'))],
  from: time,
  to: time + 62 * minute,
} as const

describe('a digest', () => {
  test('says what was missed, newest first, as cards.json shows it', () => {
    expect(describeDigest(digest, telling)).toEqual({
      message: [
        { bold: [{ own: 'Ce que j’ai manqué pendant que Mattermost était injoignable' }] },
        { own: ' (08:00 → 09:02)' },
      ],
      text: [
        { own: '2 événements, les plus récents en premier\u00a0:' },
        item([{ own: '09:01 · ' }, { own: 'fusionnée' }]),
        item([{ own: '08:44 · ' }, { bold: ['Jeanne'] }, { own: ' a poussé' }]),
      ],
      color: '#808080',
      footer: 'Vigie · rien n’est perdu\u00a0: /vigie deliveries',
      summary: [{ own: '2 événements' }],
    })
  })

  test('says it in English', () => {
    const { message, text, footer } = describeDigest(digest, { ...telling, locale: 'en' })
    expect(plain(message ?? [])).toBe('What I missed while Mattermost was out of reach (08:00 → 09:02)')
    expect(plain(text ?? [])).toMatch(/^2 events, newest first:/)
    expect(footer).toBe('Vigie · nothing is lost: /vigie deliveries')
  })

  test('says when it was not an outage', () => {
    const heading = (reason: 'crowd' | 'wish') => plain(describeDigest({ ...digest, reason }, telling).message ?? [])
    expect(heading('crowd')).toMatch(/^Ce qui s’est passé, en une fois/)
    expect(heading('wish')).toMatch(/^Ce qui s’est passé \(/)
  })

  test('says once what reads the same in a row, and how often', () => {
    const same = Array.from({ length: 1204 }, () => entry(44, rich`1 document dans ${bold('Paie')}`))
    const entries = [entry(40, own('avant')), ...same, entry(61, own('après'))]
    const { text = [], summary } = describeDigest({ ...digest, entries }, telling)
    expect(plain(text.slice(1))).toBe(
      plain([own('09:01 · après'), own('08:44 · 1 document dans Paie × 1\u202f204'), own('08:40 · avant')].map(item)),
    )
    expect(plain(summary)).toBe('1\u202f206 événements')
  })

  test('gives the day where it is another one', () => {
    const yesterday = { ...digest, entries: [entry(-24 * 60, own('hier'))] }
    expect(plain(describeDigest(yesterday, telling).text ?? [])).toContain('20/11/2026 08:00 · hier')
  })
})

describe('many events', () => {
  const split = (summaries: readonly Rich[]) =>
    splitDigest(summaries.map((summary) => ({ of: summary, summaries: [summary] })))

  test('stay in one post while they fit, in full', () => {
    const summaries = Array.from({ length: 100 }, () => rich`${bold('J')} ${'x'.repeat(90)}`)
    expect(split(summaries).map((part) => part.length)).toEqual([100])
    const text =
      describeDigest({ ...digest, entries: summaries.map((summary) => entry(1, summary)) }, telling).text ?? []
    expect(plain(text)).toContain('x'.repeat(90))
  })

  test('are cut short and spread over posts of 16,000 characters where they do not', () => {
    const hostile = '*[`_'.repeat(100)
    const summaries = Array.from({ length: 600 }, () => [hostile, link('https://git.example.org/x', 'y')])
    const parts = split(summaries)
    expect(parts.flat().length).toBe(600)
    for (const part of parts) {
      const { text = [] } = describeDigest({ ...digest, entries: part.map((summary) => entry(1, summary)) }, telling)
      const escaped = plain(text).replaceAll(/[^\p{L}\p{N}\s]/gu, '\\$&')
      expect(escaped.length).toBeLessThanOrEqual(16_000)
    }
  })

  test('are at most 1,000 a post', () => {
    const counts = splitDigest(
      Array.from({ length: 3 }, (_, of) => ({ of, summaries: Array.from({ length: 400 }, () => []) })),
    )
    expect(counts.map((part) => part.length).every((pieces) => pieces <= 2)).toBe(true)
  })

  test('keep their order', () => {
    const summaries = Array.from({ length: 900 }, (_, index) => own(`${index}`))
    expect(split(summaries).flat()).toEqual(summaries)
  })
})

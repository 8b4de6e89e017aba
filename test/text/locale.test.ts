// Whose language an `Accept-Language` header, or a Mattermost locale, asks for (RFC 9110, 12.5.4).

import { describe, expect, test } from 'vitest'
import { localeOf } from '../../src/text/locale.ts'

describe('the language of a reader', () => {
  test.each([
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['en_US.UTF-8', 'en'],
    ['de', 'en'],
    ['de, fr;q=0.5', 'fr'],
    ['en-GB,en;q=0.9,fr;q=0.1', 'en'],
    ['en;q=0.1, fr;q=0.9', 'fr'],
    ['fr;q=0, en', 'en'],
    ['fr;q=0', 'en'],
    ['fr; Q=0.2 , en ;q=0.3', 'en'],
    ['de, *;q=0.5', 'en'],
    ['fr;level=1, en;q=0.9', 'fr'],
    ['en;q=., fr;q=0.1', 'fr'],
  ])('of %j is %s', (said, locale) => {
    for (const fallback of ['fr', 'en'] as const) expect(localeOf(said, fallback)).toBe(locale)
  })

  test.each([undefined, '', '  ', '*', '*;q=0.5'])('of %j is the usual one', (said) => {
    expect(localeOf(said)).toBe('fr')
    expect(localeOf(said, 'en')).toBe('en')
  })
})

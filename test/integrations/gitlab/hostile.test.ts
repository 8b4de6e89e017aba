import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/event.ts'
import { locales } from '../../../src/text/locale.ts'
import { hostileString, hostileWords } from '../../text/hostile.ts'
import { effectsOf } from '../../text/mattermost-reading.ts'
import { altered, describeIn, eventOf, isObject, markdownOf, pathsOf, plainOf } from './fixtures.ts'
import { variants } from './variants.ts'

const ours = 'link https://git.example.org/'

/** The body with hostile words in every string that decides nothing. */
function poisoned(body: JsonObject, words: string): JsonObject {
  const deciding =
    /(?:^|\.)(?:object_kind|event_name|event_type|action|status|state|build_status|web_url|noteable_type)$/
  const values = pathsOf(body)
    .filter((path) => !deciding.test(path) && typeof valueAt(body, path) === 'string')
    .map((path) => [path, words] as const)
  return values.reduce((copy, [path, value]) => altered(copy, { [path]: value }), body)
}

function valueAt(value: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, name) => {
    if (Array.isArray(at)) return at[Number(name)]
    return isObject(at) ? at[name] : undefined
  }, value)
}

function expectHarmless(body: JsonObject, what: string): void {
  const event = eventOf(body)
  for (const locale of locales) {
    const card = describeIn(locale, event)
    for (const words of markdownOf(card)) {
      const effects = effectsOf(words).filter((effect) => !effect.startsWith(ours))
      expect(effects, `${what}: ${words}`).toEqual([])
    }
    for (const words of plainOf(card)) expect(words, what).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
    if (card.url !== undefined) expect(card.url, what).toMatch(/^https:\/\/git\.example\.org\//)
  }
}

describe('hostile words in every foreign field', () => {
  it.each(variants)('do nothing: $name', ({ name, body }) => {
    for (const words of hostileWords) expectHarmless(poisoned(body, words), `${name} with ${JSON.stringify(words)}`)
  })

  it('do nothing, whatever they are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...variants), hostileString, ({ name, body }, words) => {
        expectHarmless(poisoned(body, words), name)
      }),
      { numRuns: 1000 },
    )
  })
})

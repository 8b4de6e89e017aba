import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/event.ts'
import { locales } from '../../../src/text/locale.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import {
  altered,
  describeIn,
  eventOf,
  fixture,
  fixtureNames,
  isObject,
  jsonNames,
  markdownOf,
  pathsOf,
  plainOf,
  readJson,
  recordedFolder,
} from './fixtures.ts'
import { variants } from './variants.ts'

/** Words that betray a hole in a sentence. */
const holes =
  /undefined|\bnull\b|\[object|NaN|Invalid Date|\(\s*\)|\*\*\*\*|``|^\s*[:·›,]|[:·›,]\s*$|\s[.,](?:\s|$)| {2}/m

const wrong: readonly Json[] = [
  null,
  true,
  7,
  -1.5,
  '',
  ' ',
  'word',
  [],
  ['word'],
  [null],
  {},
  { word: 'word' },
  [[{}]],
]

/** Events already seen to be sound: most fields of a body change nothing of what we keep. */
const sound = new Set<string>()

/** Throws nothing, leaves no hole, in both languages. */
function expectSound(body: JsonObject, what: string): void {
  const event = eventOf(body)
  const facts = JSON.stringify(event)
  if (sound.has(facts)) return
  expect(facts, what).not.toMatch(/\[object|NaN/)
  for (const locale of locales) {
    const card = describeIn(locale, event)
    for (const words of [...markdownOf(card), ...plainOf(card)]) {
      expect(words, `${what} (${locale})`).not.toMatch(holes)
      expect(words.trim(), `${what} (${locale})`).not.toBe('')
    }
    for (const { value } of card.fields ?? []) expect(toMattermost(value), what).not.toBe('')
  }
  sound.add(facts)
}

describe('a body as it should be', () => {
  it.each(variants)('leaves no hole: $name', ({ name, body }) => {
    expectSound(body, name)
  })
})

describe('a body that lacks a field', () => {
  it.each(fixtureNames)('makes a card without it: %s, field by field', (name) => {
    const body = fixture(name)
    for (const path of pathsOf(body)) expectSound(altered(body, { [path]: undefined }), `${name} without ${path}`)
  })
})

describe('a body with a wrongly typed field', () => {
  it.each(fixtureNames)('makes a card without it: %s, field by field', (name) => {
    const body = fixture(name)
    for (const path of pathsOf(body))
      for (const value of wrong)
        expectSound(altered(body, { [path]: value }), `${name} with ${path} = ${JSON.stringify(value)}`)
  })

  it.each(fixtureNames)('keeps all other fields: %s', (name) => {
    const body = fixture(name)
    const facts = eventOf(body).data
    const leaves = pathsOf(facts).filter(
      (path) => !isObject(valueAt(facts, path)) && !Array.isArray(valueAt(facts, path)),
    )
    // The project's address decides which links may stay.
    for (const path of leaves.filter((leaf) => leaf !== 'project.web_url' && !leaf.startsWith('builds.'))) {
      const left = eventOf(altered(body, { [path]: [{ wrong: 'type' }] })).data
      const expected = leaves.filter((leaf) => leaf !== path).map((leaf) => [leaf, valueAt(facts, leaf)])
      expect(
        leaves.filter((leaf) => leaf !== path).map((leaf) => [leaf, valueAt(left, leaf)]),
        `${name} ${path}`,
      ).toEqual(expected)
    }
  })
})

describe('payloads that others recorded', () => {
  it.skipIf(!existsSync(recordedFolder))('make sound cards, whole and with each field missing', () => {
    for (const name of jsonNames(recordedFolder)) {
      const body = readJson(`${recordedFolder}${name}.json`)
      expectSound(body, name)
      for (const path of pathsOf(body)) expectSound(altered(body, { [path]: undefined }), `${name} without ${path}`)
    }
  })
})

function valueAt(value: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, name) => {
    if (Array.isArray(at)) return at[Number(name)]
    return isObject(at) ? at[name] : undefined
  }, value)
}

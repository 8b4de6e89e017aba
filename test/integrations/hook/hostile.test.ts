// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what other template languages would run

// Hostile words in everything that an event of `hook` may say (threats T20, T21), and templates that are nothing but words (threat T32).

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Description, Event, Telling } from '../../../src/event.ts'
import { describe as tell } from '../../../src/integrations/hook/describe.ts'
import type { Facts } from '../../../src/integrations/hook/facts.ts'
import { fillTemplate } from '../../../src/integrations/hook/template.ts'
import { locales } from '../../../src/text/locale.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { plain } from '../../../src/text/rich.ts'
import { hostileString, hostileWords } from '../../text/hostile.ts'
import { effectsOf } from '../../text/mattermost-reading.ts'
import { markdownOf, plainOf } from '../gitlab/fixtures.ts'
import { draftsWith } from './drafts.ts'

const telling: Telling = { locale: 'fr', timeZone: 'UTC', now: 0 }

function expectHarmless(card: Description, what: string): void {
  for (const words of markdownOf(card)) expect(effectsOf(words), `${what}: ${words}`).toEqual([])
  for (const words of plainOf(card)) expect(words, what).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
  expect(card.url).toBeUndefined()
  expect(card.actions).toBeUndefined()
}

function tellAll(words: string): void {
  for (const draft of draftsWith(words)) {
    const event: Event = { ...draft, id: 'e1' }
    for (const locale of locales) {
      expectHarmless(tell(event, { ...telling, locale }), JSON.stringify(words))
      const template = `${words.replaceAll('{', '(')} {{text}} {{data.text}} {{subject}}`
      expectHarmless(tell(event, { ...telling, locale, template }), `${JSON.stringify(words)} in a template`)
    }
  }
}

describe('hostile words in every foreign place', () => {
  it('do nothing', () => {
    for (const words of hostileWords) tellAll(words)
  })

  it('do nothing, whatever they are', () => {
    fc.assert(fc.property(hostileString, tellAll), { numRuns: 150 })
  })
})

const facts: Facts = {
  type: 'a.b',
  source: '/s',
  subject: 'order',
  data: { x: { y: 'deep' }, id: 42, ok: true, list: ['a'], self: '{{data.id}} ${7*7}' },
}
const filled = (template: string) => plain(fillTemplate(template, facts))

/** Of template languages that run what they read, and of prototypes. */
const engines = [
  '{{7*7}}',
  '${7*7}',
  '#{7*7}',
  '<%= 7*7 %>',
  '{% 7*7 %}',
  '{{= 7*7 }}',
  '{{{data.id}}}}',
  '{{#each data}}x{{/each}}',
  '{{> partial}}',
  '{{data["id"]}}',
  '{{data.id | upper}}',
  '{{data.id}',
  '{ {data.id}}',
  '{{constructor}}',
  '{{constructor.constructor("return process")()}}',
  '{{__proto__}}',
  '{{data.__proto__.x}}',
  '{{data.constructor.name}}',
  '{{toString}}',
  '{{data.x}}',
  '{{data.list}}',
  '{{data.list.length}}',
  '{{data.id.length}}',
  '{{data.missing}}',
  '{{process.env.HOME}}',
  '{{this}}',
  '{{@root}}',
  '{{../data}}',
  '{{lookup data "id"}}',
  '[[${7*7}]]',
  '@{7*7}',
  '*{7*7}',
  '~{7*7}',
  '{{ self.__init__.__globals__ }}',
  "{{''.__class__.__mro__}}",
  '{{request.application}}',
  '{%for c in [1]%}{{c}}{%endfor%}',
  '{{range.constructor("return global")()}}',
  '$eval("7*7")',
  '{{$on.constructor("x")()}}',
]
const wraps = [
  (words: string) => words,
  (words: string) => `a ${words} b`,
  (words: string) => words.repeat(3),
  (words: string) => `${words}{{`,
  (words: string) => `}}${words}`,
]

describe('a template', () => {
  it('puts the event’s own words in', () => {
    expect(filled('Commande {{data.id}} ({{ data.x.y }}), {{type}} de {{source}}\\nligne 2')).toBe(
      'Commande 42 (deep), a.b de /s\nligne 2',
    )
    expect(filled('{{data.ok}}{{data.list.0}}')).toBe('truea')
  })

  it('reads nothing that a value holds', () => {
    expect(filled('{{data.self}}')).toBe('{{data.id}} ${7*7}')
  })

  // Threat T32: 200 payloads.
  it.each(engines.map((engine) => [engine]))('prints %s as it stands', (engine) => {
    for (const wrap of wraps) {
      const template = wrap(engine)
      expect(filled(template)).toBe(template)
      const own: Facts = { ...facts, data: { payload: template } }
      expect(plain(fillTemplate('{{data.payload}}', own))).toBe(template)
    }
  })

  it.each(engines.map((engine) => [engine]))(
    'of a tongue that runs what it reads is words on every card: %s',
    (engine) => {
      for (const draft of draftsWith(engine)) {
        const card = tell({ ...draft, id: 'e1' }, telling)
        expectHarmless(card, engine)
        const { title = [], text = [], fields = [] } = card
        const shown = [title, text, ...fields.map(({ value }) => value)].map(plain)
        expect(shown.join('\n')).toContain(engine)
      }
    },
  )

  it('mentions nobody, whoever wrote it', () => {
    expect(effectsOf(toMattermost(fillTemplate('@all [x](https://evil.example) {{subject}}', facts)))).toEqual([])
  })

  it('is long for nobody', () => {
    const large: Facts = { type: 'a', data: { x: 'y'.repeat(100_000) } }
    expect(plain(fillTemplate('{{data.x}}'.repeat(10), large)).length).toBeLessThan(4000)
  })
})

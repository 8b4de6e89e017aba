// What is told of hostile words: no foreign link, picture or heading, no broken table (threat T21); each name on one line, in order and
// at a readable length (T31); templates as they were written (T32).

import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, it } from 'vitest'
import { describeDigest } from '../../src/flow/digest.ts'
import { linkOrigin } from '../../src/integrations/gitlab/addresses.ts'
import { locales } from '../../src/text/locale.ts'
import { toMattermost } from '../../src/text/mattermost-markdown.ts'
import { code, oneLine, type Rich } from '../../src/text/rich.ts'
import { altered, describeIn, eventOf, fixture, pathsOf, receivedAt } from '../integrations/gitlab/fixtures.ts'
import { variants } from '../integrations/gitlab/variants.ts'
import { hostileString, hostileWords } from '../text/hostile.ts'
import { effectsOf } from '../text/mattermost-reading.ts'
import {
  everyTurn,
  markdownOf,
  plainOf,
  type Told,
  toldByGitlab,
  toldEverywhere,
  toldInReply,
  valueAt,
} from './said-places.ts'

const seed = Number(process.env.VIGIE_TEST_SEED ?? Date.now() % 2 ** 31)

/** Links that cards make themselves, the shape of a list, of a table, and our own words in bold. */
const isOurs = (effect: string) =>
  effect.startsWith('link https://git.example.org/') ||
  /^block (?:bullet_list|list_item|table|thead|tbody|tr|th|td)/.test(effect)

const markdown = new MarkdownIt({ html: false, breaks: true })

/** What a reader sees of markdown; the sign that defuses is not seen. */
function seen(text: string): string {
  const words = markdown
    .parse(text, {})
    .flatMap(({ children }) => (children ?? []).map((token) => (/break$/.test(token.type) ? '\n' : token.content)))
  return words.join('').replaceAll('\u200b', '')
}

describe(`hostile words told everywhere (seed ${seed})`, () => {
  const expectHarmless = (told: Told) => {
    for (const words of markdownOf(told))
      expect(
        effectsOf(words).filter((effect) => !isOurs(effect)),
        `${told.what}: ${words}`,
      ).toEqual([])
    for (const words of plainOf(told)) expect(words, told.what).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
    for (const { title_link } of told.attachments)
      if (title_link !== undefined) expect(title_link, told.what).toMatch(/^https:\/\/git\.example\.org\//)
  }

  it('have no effect in a post, and link nowhere', () => {
    const strings = fc.sample(fc.oneof(fc.constantFrom(...hostileWords), hostileString), {
      numRuns: everyTurn >> 1,
      seed,
    })
    // Every kind once, in one language or the other; the cards alone are tried in both by hostile.test.ts.
    for (const [index, words] of strings.entries())
      for (const told of toldEverywhere(words, index * 2 + (index % 2))) expectHarmless(told)
  })

  it('are read as they were written', () => {
    const readable = (words: string) => oneLine(words).replaceAll('\u200b', '')
    const words = fc.sample(hostileString, { numRuns: 500, seed })
    for (const one of [...hostileWords, ...words]) {
      expect(seen(toMattermost([one])), JSON.stringify(one)).toBe(readable(one))
      expect(seen(toMattermost([code(one)])), JSON.stringify(one)).toBe(readable(one))
    }
  })

  it('leave every row of a table its cells', () => {
    for (const words of [...hostileWords, ...fc.sample(hostileString, { numRuns: 200, seed })])
      for (const told of toldInReply(words, 'fr'))
        for (const text of markdownOf(told)) {
          const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
          for (const row of rows) expect(row.match(/(?<!\\)\|/g), row).toHaveLength(4)
        }
  })
})

describe('links', () => {
  const foreign = [
    'https://git.example.org@evil.example/',
    'https://git.example.org:8443/',
    'http://git.example.org/',
    'https://git.example.org.evil.example/',
    'https://git\u3002example.org.evil.example/',
    'https://gіt.example.org/',
    'https://evil.example/\nhttps://git.example.org/',
    'https:\\\\evil.example/',
    '//evil.example/',
    'javascript:alert(1)//git.example.org',
    'data:text/html,<b>x</b>',
    'file:///etc/passwd',
    'ftp://git.example.org/x',
    'mailto:a@evil.example',
    'xmpp:a@evil.example',
    'vbscript:x',
    '\u0000https://evil.example/',
    'https://[::1]/',
    'https://evil.example\\@git.example.org/',
    'https://git.example.org%2eevil.example/',
  ]
  const addressed = /(?:^|\.)(?:url|[a-z_]+_url|homepage|href)$/

  it.each(foreign)('lead nowhere but to the GitLab that is configured: %j', (address) => {
    const some = variants.filter((_, index) => index % 5 === foreign.indexOf(address) % 5)
    for (const { body, name } of some) {
      const values = pathsOf(body).filter((path) => addressed.test(path) && typeof valueAt(body, path) === 'string')
      const hostile = altered(body, Object.fromEntries(values.map((path) => [path, address])))
      const event = eventOf(hostile, { gitlabUrl: 'https://git.example.org' })
      const card = describeIn('fr', event)
      for (const link of [event.url, card.url])
        if (link !== undefined) expect(new URL(link).origin, name).toBe('https://git.example.org')
      for (const told of toldByGitlab(hostile, 'en', name))
        for (const words of markdownOf(told))
          for (const effect of effectsOf(words).filter((one) => one.startsWith('link ')))
            expect(effect, name).toMatch(/^link https?:\/\//)
    }
  })

  it.each(foreign)('never lead out of the origin that the project itself has: %j', (address) => {
    for (const { body } of variants) {
      const origin = linkOrigin(altered(body, { 'project.web_url': address }), undefined)
      const event = eventOf(altered(body, { 'project.web_url': address }))
      if (event.url !== undefined) expect(new URL(event.url).origin).toBe(origin)
      if (origin !== undefined) expect(origin).toMatch(/^https?:\/\/[^@/]+$/)
    }
  })
})

/** The foreign words of a text, as they are shown. */
function wordsOf(text: Rich): string[] {
  return text.flatMap((span) => {
    if (typeof span === 'string') return [oneLine(span)]
    if ('own' in span) return []
    if ('code' in span) return [oneLine(span.code)]
    if ('bold' in span) return wordsOf(span.bold)
    if ('strike' in span) return wordsOf(span.strike)
    return wordsOf('item' in span ? span.item : span.text)
  })
}

/** 500 names that try to be something else. */
const hostileNames: readonly string[] = fc.sample(
  fc
    .tuple(
      fc.constantFrom(
        'a\nb',
        '\u202egpj.exe',
        '\u2066x\u2069',
        '\u202a\u202b\u202c\u202d',
        '\u2067\u2068',
        '\u0000\u0007\u001b[2J',
        '\u009b31m',
        '😀'.repeat(30),
        '👨‍👩‍👧‍👦',
        'é'.repeat(255),
        'x'.repeat(255),
        'W'.repeat(1000),
        '\ud83d',
        '\udc00\ud800',
        '@all.txt',
        '@channel',
        '..',
        '../../etc/passwd',
        '\u061c\u200e\u200f',
        '\ufeff\u2060\u00ad',
        '\u2028\u2029\u0085',
        'C:\\x\\y',
        ' ',
        '-rf',
        '%s%n',
      ),
      hostileString,
      fc.nat(),
    )
    .map(([one, other, id]) => `n${id}${one}${other}`),
  { numRuns: 500, seed },
)

describe('hostile names', () => {
  const directed = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
  const places = [
    ['merge_request', 'object_attributes.title'],
    ['merge_request', 'object_attributes.source_branch'],
    ['merge_request', 'user.name'],
    ['merge_request', 'labels.0.title'],
    ['push', 'ref'],
    ['push', 'project.name'],
    ['tag_push', 'ref'],
    ['push', 'commits.0.title'],
  ] as const

  it('stand on one line each, not turned around, and at most 120 characters long', () => {
    for (const [index, name] of hostileNames.entries()) {
      const [kind, path] = places[index % places.length] ?? places[0]
      const locale = locales[index % locales.length] ?? 'fr'
      const body = altered(fixture(kind), { [path]: path === 'ref' ? `refs/heads/${name}` : name })
      const card = describeIn(locale, eventOf(body))
      expect(toMattermost(card.summary), JSON.stringify(name)).not.toContain('\n')
      for (const told of toldByGitlab(body, locale, path))
        for (const words of [...plainOf(told), ...markdownOf(told).flatMap((text) => text.split('\n'))])
          expect(words, JSON.stringify(name)).not.toMatch(directed)
      const values = [...(card.fields ?? []).map(({ value }) => value), card.title ?? [], card.summary]
      for (const word of values.flatMap(wordsOf)) expect([...word].length, word).toBeLessThanOrEqual(120)
    }
  })

  it('are told once each, a line for each, in a digest', () => {
    const entries = hostileNames.map((name) => {
      const body = altered(fixture('merge_request'), { 'object_attributes.title': name })
      return { at: receivedAt, summary: describeIn('fr', eventOf(body)).summary }
    })
    const telling = { locale: 'fr', timeZone: 'Europe/Paris', now: receivedAt } as const
    const digest = describeDigest({ reason: 'wish', entries, from: receivedAt, to: receivedAt }, telling)
    const lines = toMattermost(digest.text ?? []).split('\n')
    expect(lines.filter((line) => line.startsWith('- '))).toHaveLength(hostileNames.length)
    expect(lines).toHaveLength(hostileNames.length + 1)
  })
})

/** What template engines, format strings and String.replace would obey. */
const templates: readonly string[] = [
  ...[
    '7*7',
    'constructor',
    "constructor.constructor('return process')()",
    'this',
    '__proto__',
    'process.env',
    'name',
    '0',
  ].flatMap((inner) => [
    ...[`{{${inner}}}`, `{{{${inner}}}}`, `{{#${inner}}}`, `{{/${inner}}}`, `{{>${inner}}}`, `{{= ${inner} =}}`],
    ...[`\${${inner}}`, `#{${inner}}`, `<%= ${inner} %>`, `<%- ${inner} -%>`, `<?= ${inner} ?>`, `{% ${inner} %}`],
    ...[`{${inner}}`, `%{${inner}}`, `%(${inner})s`, `[[${inner}]]`, `@{${inner}}`, `*{${inner}}`, `~{${inner}}`],
    ...[`\`${inner}\``, `$(${inner})`, `:${inner}`, `@(${inner})`],
  ]),
  ...['$&', '$1', '$2', '$`', "$'", '$$', '$<name>', '$0', '\\0', '\\1', '\\g<0>'],
  ...[
    '%s',
    '%d',
    '%j',
    '%o',
    '%O',
    '%c',
    '%n',
    '%x',
    '%%',
    '%1$s',
    '%-10s',
    '{0}',
    '{1}',
    '{}',
    '{:s}',
    '{0.__class__}',
  ],
  ...['{% raw %}', '{%- for x in y -%}', '<#assign x=1>', '#set($x=1)', '<th:block>', '@{x}'],
]

describe('templates', () => {
  it('are 200 at least', () => expect(templates.length).toBeGreaterThanOrEqual(200))

  it.each(locales)('are printed as they were written, in %s', (locale) => {
    for (const [index, words] of templates.entries()) {
      const name = `a${words}b`
      const bodies = [
        altered(fixture('merge_request'), { 'object_attributes.title': name, 'user.name': name }),
        altered(fixture('push'), { 'commits.0.title': name, user_name: name }),
      ]
      for (const body of bodies.slice(index % 2, (index % 2) + 1)) {
        const texts = toldByGitlab(body, locale, 'template').flatMap((told) => [
          ...markdownOf(told).map(seen),
          ...plainOf(told),
        ])
        expect(texts.filter((text) => text.includes(name)).length, name).toBeGreaterThan(1)
      }
      for (const told of toldInReply(name, locale))
        expect(
          markdownOf(told).some((text) => seen(text).includes(name)),
          `${told.what}: ${name}`,
        ).toBe(true)
    }
  })
})

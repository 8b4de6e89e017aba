// Events of `hook` in words (interface.md, "the default card"; reference/cards.md): subject or type as title, type and source as text, the
// scalars of the data as fields; what a plain form or a chat tool says, as it says it. All of it is foreign text (threats T20, T21, T32).

import type { Describe, Description, Event, Field, Severity, Telling } from '../../event.ts'
import { number } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { bold, code, join, own, plain, type Rich, rich, type Span, shorten } from '../../text/rich.ts'
import { type Facts, factsShape, isObject, wordOf } from './facts.ts'
import { fillTemplate } from './template.ts'

const mostOfATitle = 200
const mostOfAType = 120
const mostOfAValue = 300
const mostFields = 12
const mostInALine = 3
const mostLines = 60
const mostOfAText = 4000
/** Steps of a bar. */
const barLength = 20

const colors: Readonly<Record<Severity, string>> = { info: '#2389d7', warning: '#ffaa00', critical: '#d24b4e' }
const done = '#00b300'

const severities: Readonly<Record<Severity, Said | undefined>> = {
  info: undefined,
  warning: { fr: 'Avertissement', en: 'Warning' },
  critical: { fr: 'Critique', en: 'Critical' },
}
const words = {
  page: { fr: 'Adresse', en: 'Address' },
  more: { fr: 'et', en: 'and' },
  others: { fr: 'de plus', en: 'more' },
} satisfies Record<string, Said>

/** Pure; never throws over an event that a body of ours made, however little it holds. */
export const describe: Describe = (event, telling) => {
  const facts = factsShape.safeParse(event.data).data ?? { type: event.topic ?? event.type }
  const { told, progress } = facts
  const title = shorten(titleOf(facts), mostOfATitle)
  const shownFields = telling.template === undefined ? fieldsOf(facts, event, telling.locale) : []
  const text = join(
    [
      severityWords(event.severity, telling.locale),
      textOf(facts, telling),
      progress === undefined ? [] : bar(progress, telling.locale),
      shownFields.length > mostFields ? more(shownFields.length - mostFields, telling.locale) : [],
    ],
    '\n',
  )
  const happened = happenedOf(facts, title, shownFields, telling)
  const summary = summaryOf(facts, title, happened, telling)
  const description: Description = {
    ...(title === '' ? {} : { title: [title], ...(event.url === undefined ? {} : { url: event.url }) }),
    ...(text.length === 0 ? {} : { text }),
    ...(shownFields.length === 0 ? {} : { fields: shownFields.slice(0, mostFields) }),
    color: told?.color ?? (progress === 100 && event.severity === 'info' ? done : colors[event.severity]),
    footer: footerOf(facts),
    summary,
    // A bar moves often: the edit says enough. The title alone would say the same each time.
    ...(event.card === undefined || progress !== undefined
      ? {}
      : { line: told === undefined && happened.length > 0 ? happened : summary }),
  }
  return description
}

function titleOf({ told, subject, type }: Facts): string {
  if (told === undefined) return subject ?? type
  return told.title ?? subject ?? (told.text === undefined ? type : '')
}

function textOf(facts: Facts, { template }: Telling): Rich {
  if (template !== undefined) return fillTemplate(template, facts)
  const { told, type, source, data } = facts
  if (told !== undefined) return told.text === undefined ? [] : lines(told.text)
  const from = source === undefined ? [] : [code(shorten(source, mostOfAType))]
  const origin = join([[code(shorten(type, mostOfAType))], from], ' · ')
  const word = wordOf(data)
  if (word === undefined) return origin
  return join([origin, typeof data === 'string' ? lines(data) : [code(shorten(word, mostOfAValue))]], '\n')
}

/** What happened to the thing that the title names, in one line: the template's first, that of what was told, or type and values. */
function happenedOf(facts: Facts, title: string, fields: readonly Field[], { template, locale }: Telling): Rich {
  const { told, type } = facts
  if (template !== undefined) return firstTold(template, facts)
  if (told !== undefined) {
    const first = told.text?.split(/[\r\n]/).find((line) => line.trim() !== '')
    return first === undefined || first === title ? [] : [shorten(first, mostOfATitle)]
  }
  const said = fields
    .slice(0, mostInALine)
    .map(({ title, value }) => rich`${title}${own(locale === 'fr' ? '\u00a0: ' : ': ')}${value}`)
  return join([[code(shorten(type, mostOfAType))], ...said], ' · ')
}

/** The first line of a template, or the second where that says nothing. */
function firstTold(template: string, facts: Facts): Rich {
  // No more: a long value costs time to shorten, line by line (threat T28).
  for (const line of template.split('\\n', 2)) {
    const filled = fillTemplate(line, facts)
    if (plain(filled).trim() !== '') return filled
  }
  return []
}

/** Foreign lines, as many as a card holds. */
function lines(text: string): Rich {
  const all = text.length > mostOfAText ? `${text.slice(0, mostOfAText - 1)}…` : text
  const split = all.split(/\r\n|[\n\r\u2028\u2029]/)
  const shown = split.slice(0, mostLines).map((line): Rich => (line.trim() === '' ? [] : [line]))
  return join([...shown, split.length > mostLines ? own('…') : []], '\n')
}

function severityWords(severity: Severity, locale: Locale): Rich {
  const said = severities[severity]
  return said === undefined ? [] : [bold(own(said[locale]))]
}

/** `██████░░░░ 60 %` */
function bar(progress: number, locale: Locale): Rich {
  const full = Math.floor((progress / 100) * barLength)
  const space = locale === 'fr' ? '\u00a0' : ''
  return own(`${'█'.repeat(full)}${'░'.repeat(barLength - full)} ${number(locale, Math.floor(progress))}${space}%`)
}

function more(count: number, locale: Locale): Rich {
  return own(`… ${words.more[locale]} ${number(locale, count)} ${words.others[locale]}`)
}

function fieldsOf(facts: Facts, { url }: Event, locale: Locale): Field[] {
  const { told, data } = facts
  const page: Field[] =
    facts.url === undefined || url !== undefined
      ? []
      : [{ title: words.page[locale], value: [code(shorten(facts.url, mostOfAValue))], short: false }]
  if (told !== undefined) {
    const said = (told.fields ?? []).map(({ title, value, short }): Field => {
      const shown = lines(value.slice(0, mostOfAValue * 3))
      return { title: nameOf(title), value: shown, short: short ?? value.length <= 40 }
    })
    return [...said, ...page]
  }
  const scalars = isObject(data)
    ? Object.entries(data).flatMap(([name, value]) => {
        const word = wordOf(value) ?? ''
        if (word === '' || (name === 'progress' && value === facts.progress)) return []
        return [{ title: nameOf(name), value: [valueSpan(word)], short: word.length <= 40 }]
      })
    : []
  return [...scalars, ...page]
}

/** Titles of fields are plain text to every target. */
function nameOf(name: string): string {
  return shorten(name, 60)
}

/** Machine words in a code span, prose as it is. */
function valueSpan(word: string): Span {
  const text = shorten(word, mostOfAValue)
  return /^\S{1,80}$/u.test(text) ? code(text) : text
}

function footerOf({ told, type, source }: Facts): string {
  if (told === undefined) return 'Hook'
  return ['Hook', shorten(type, mostOfAType), source, told.footer]
    .flatMap((word) => (word === undefined || word === '' ? [] : [shorten(word, mostOfAType)]))
    .join(' · ')
}

/** The whole in one line, for digests and phones: events of one subject are told apart. */
function summaryOf(facts: Facts, title: string, happened: Rich, { template, locale }: Telling): Rich {
  const { told, subject, type, progress } = facts
  // Where the title is the type, what happened begins with it.
  const isSaid = title === '' || (told === undefined && subject === undefined && template === undefined)
  const share = progress === undefined ? [] : own(`${Math.floor(progress)}${locale === 'fr' ? '\u00a0' : ''}%`)
  const said = join([isSaid ? [] : [title], happened], ' · ')
  return join([said.length > 0 ? said : [code(shorten(type, mostOfAType))], share], ' · ')
}

/** For the part's line in `/statut`. */
export const glanceOf: Readonly<Record<Locale, (last: string | undefined) => Rich>> = {
  fr: (last) => (last === undefined ? rich`aucun événement reçu` : rich`dernier événement ${{ own: last }}`),
  en: (last) => (last === undefined ? rich`no event received` : rich`last event ${{ own: last }}`),
}

// GitLab's events in words: each kind tells its own card; the menu and the line that says where it comes from are common (issue 3).

import type { Action, Describe, Event } from '../../event.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { code, type Rich, rich, type Span, shorten } from '../../text/rich.ts'
import { colors } from './kinds/common.ts'
import type { Card, CardTelling } from './kinds/kind.ts'
import { kinds } from './kinds/list.ts'

/** Pure; never throws over an event that `translate` made, however little it holds. */
export const describe: Describe = (event, telling) => {
  const name = kindOf(event)
  const kind = kinds.get(name)
  const cardTelling: CardTelling = { ...telling, url: event.url, subject: event.subject }
  const card = kind?.tell(event.data, cardTelling) ?? unknownCard(name)
  const { message, title, url, text, fields, summary, line, ...rest } = card
  const footer = kind?.bare ? undefined : footerOf(event)
  return {
    ...rest,
    ...(message === undefined ? {} : { message: shortNames(message) }),
    ...(title === undefined || title.length === 0
      ? {}
      : { title: shortNames(title), ...(url === undefined ? {} : { url }) }),
    ...(text === undefined || text.length === 0 ? {} : { text: shortNames(text, true) }),
    ...(fields === undefined || fields.length === 0
      ? {}
      : { fields: fields.map((field) => ({ ...field, value: shortNames(field.value) })) }),
    summary: shortNames(summary),
    ...(line === undefined || line.length === 0 ? {} : { line: shortNames(line) }),
    ...(footer === undefined ? {} : { footer }),
    actions: [menu(event, name, telling.locale)],
  }
}

/** As much of a name as is shown (threats T31); filters compare the whole. */
const mostOfAName = 120

/** The words with their names cut; of prose (a comment's text) only what is marked as a name. */
function shortNames(words: Rich, isProse = false): Rich {
  return words.map((span): Span => {
    if (typeof span === 'string') return isProse ? span : shorten(span, mostOfAName)
    if ('code' in span) return { code: shorten(span.code, mostOfAName) }
    if ('bold' in span) return { bold: shortNames(span.bold) }
    if ('strike' in span) return { strike: shortNames(span.strike, isProse) }
    if ('item' in span) return { item: shortNames(span.item, isProse) }
    if ('link' in span) return { link: span.link, text: shortNames(span.text) }
    return span
  })
}

function kindOf(event: Event): string {
  return event.type.split('.')[1] ?? 'unknown'
}

function footerOf(event: Event): string {
  return event.subject === undefined ? 'GitLab' : `GitLab · ${shorten(event.subject, mostOfAName)}`
}

function unknownCard(name: string): Card {
  const title: Rich = rich`GitLab · ${code(name)}`
  return { title, color: colors.other, summary: title }
}

const words = {
  options: { fr: 'Options…', en: 'Options…' },
  stop: { fr: 'Ne plus recevoir ceci', en: 'Stop sending these' },
  why: { fr: 'Pourquoi ce message\u202f?', en: 'Why this message?' },
} satisfies Record<string, Said>

/** How long a project may be muted from its card. */
const mutes: readonly { readonly duration: string; readonly label: Said }[] = [
  { duration: '1h', label: { fr: 'Sourdine 1\u00a0h', en: 'Mute for 1\u00a0h' } },
  { duration: '8h', label: { fr: 'Sourdine 8\u00a0h', en: 'Mute for 8\u00a0h' } },
  { duration: '24h', label: { fr: 'Sourdine 24\u00a0h', en: 'Mute for 24\u00a0h' } },
]

/** Mute this project here for a time, stop these, why this message. */
function menu(event: Event, kind: string, locale: Locale): Action {
  const { subject } = event
  const aboutSubject =
    subject === undefined
      ? []
      : [
          ...mutes.map(({ duration, label }) => ({
            verb: 'subscribe.mute',
            object: `gitlab ${subject} ${duration}`,
            label: label[locale],
          })),
          { verb: 'unsubscribe.stop', object: `gitlab ${subject} ${kind}`, label: words.stop[locale] },
        ]
  return {
    kind: 'menu',
    label: words.options[locale],
    options: [...aboutSubject, { verb: 'explain.why', object: event.id, label: words.why[locale] }],
  }
}

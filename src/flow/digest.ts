// Many events in one post: how they are told, and how many fit (reference/cards.md; interface.md, "More than 20 deliveries waiting"). Pure.

import { isDeepStrictEqual } from 'node:util'
import type { Description, Telling } from '../event.ts'
import { moment, number, plural } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { bold, item, own, plain, type Rich, rich, type Span, shorten } from '../text/rich.ts'

/** A post takes 16,000 characters (threats F1); some are left for the heading. */
const mostRunes = 15_700
const mostEvents = 1000
/** Where not everything fits, a longer line loses its structure and its end. */
const mostRunesOfALine = 80

/** Why they are told together: the notifier was away, they came faster than they could be told, or it was asked for. */
export type DigestReason = 'away' | 'crowd' | 'wish'

export interface DigestEntry {
  /** When it happened, milliseconds since 1970. */
  readonly at: number
  readonly summary: Rich
}

export interface Digest {
  readonly reason: DigestReason
  /** In the order they were accepted. */
  readonly entries: readonly DigestEntry[]
  /** The time it covers, milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

const headings: Readonly<Record<DigestReason, Readonly<Record<Locale, string>>>> = {
  away: {
    fr: 'Ce que j’ai manqué pendant que Mattermost était injoignable',
    en: 'What I missed while Mattermost was out of reach',
  },
  crowd: { fr: 'Ce qui s’est passé, en une fois', en: 'What happened, all at once' },
  wish: { fr: 'Ce qui s’est passé', en: 'What happened' },
}
const footers: Readonly<Record<Locale, string>> = {
  fr: 'Vigie · rien n’est perdu\u00a0: /vigie deliveries',
  en: 'Vigie · nothing is lost: /vigie deliveries',
}

/** The digest in words, the newest first. */
export function describeDigest({ reason, entries, from, to }: Digest, telling: Telling): Description {
  const { locale, timeZone, now } = telling
  const clock = (at: number) => moment(locale, timeZone, at, now)
  const events = plural(locale, entries.length, 'event', 'events')
  const evenements = plural(locale, entries.length, 'événement', 'événements')
  const count = number(locale, entries.length)
  const total = locale === 'fr' ? `${count} ${evenements}` : `${count} ${events}`
  const order = locale === 'fr' ? ', les plus récents en premier\u00a0:' : ', newest first:'
  const told = alike(entries.toReversed())
  const isTight = sum(told.map(({ summary }) => runesOf(summary))) > mostRunes
  const lines = told.map(({ at, summary, times }) => {
    const often = times === 1 ? [] : own(` × ${number(locale, times)}`)
    return item([...own(`${clock(at)} · `), ...(isTight ? tight(summary) : summary), ...often])
  })
  return {
    message: rich`${bold(own(headings[reason][locale]))}${own(` (${clock(from)} → ${clock(to)})`)}`,
    text: [...own(`${total}${order}`), ...lines],
    color: '#808080',
    footer: footers[locale],
    summary: own(total),
  }
}

/** One line for those in a row that read the same (files of a folder, told without their names). */
function alike(entries: readonly DigestEntry[]): (DigestEntry & { readonly times: number })[] {
  const told: (DigestEntry & { readonly times: number })[] = []
  for (const { at, summary } of entries) {
    const last = told.at(-1)
    if (last !== undefined && isDeepStrictEqual(last.summary, summary))
      told[told.length - 1] = { ...last, times: last.times + 1 }
    else told.push({ at, summary, times: 1 })
  }
  return told
}

/** What goes into a digest as a whole: one line, or those of a digest that was not sent yet. */
export interface DigestPiece<T> {
  readonly of: T
  readonly summaries: readonly Rich[]
}

/** Cuts what would be one digest into as few as hold all of it, in order. At least one piece each. */
export function splitDigest<T>(pieces: readonly DigestPiece<T>[]): T[][] {
  const isTight = sum(pieces.flatMap(({ summaries }) => summaries.map(runesOf))) > mostRunes
  const parts: { of: T[]; runes: number; events: number }[] = []
  for (const { of, summaries } of pieces) {
    const runes = sum(summaries.map((summary) => runesOf(isTight ? tight(summary) : summary)))
    const part = parts.at(-1)
    if (part && part.runes + runes <= mostRunes && part.events + summaries.length <= mostEvents) {
      part.of.push(of)
      part.runes += runes
      part.events += summaries.length
    } else parts.push({ of: [of], runes, events: summaries.length })
  }
  return parts.map((part) => part.of)
}

/** `- 21/11/2026 09:01 · ` */
const timeRunes = 22

/** At most how many characters a line takes once its foreign words are escaped and its structure is marked up. */
function runesOf(summary: Rich): number {
  return timeRunes + weigh(summary)
}

function tight(summary: Rich): Rich {
  if (runesOf(summary) <= mostRunesOfALine) return summary
  const words = plain(summary)
  const most = mostRunesOfALine - timeRunes
  // Every sign in it may have to be escaped, so a few steps may be needed.
  for (let runes = most; runes > 0; runes -= 4) {
    const short = shorten(words, runes)
    if (weighSpan(short) <= most) return [short]
  }
  return ['…']
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** At most how many characters it takes once its foreign words are escaped and its structure is marked up. */
export function weigh(text: Rich): number {
  return sum(text.map(weighSpan))
}

function weighSpan(span: Span): number {
  if (typeof span === 'string') return [...span].length + (span.match(/[^\p{L}\p{N}\s]/gu)?.length ?? 0)
  if ('own' in span) return span.own.length
  if ('code' in span) return span.code.length + 4
  if ('bold' in span) return weigh(span.bold) + 4
  if ('strike' in span) return weigh(span.strike) + 4
  if ('item' in span) return weigh(span.item) + 3
  return weigh(span.text) + span.link.length + 4
}

// A description as a mail: subject, text and HTML (issue "The watch", "E-mail"; threat T23). Pure.

import type { Description, Field } from '../event.ts'
import type { Locale } from '../text/locale.ts'
import { isWebAddress } from '../text/mattermost-markdown.ts'
import { plain, type Rich, shorten } from '../text/rich.ts'
import { renderHtml } from './email-html.ts'

export interface Rendered {
  /** One line without control characters, at most 200 of them. */
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** What stands in the mail, as both renderings see it. */
export interface Letter {
  readonly locale: Locale
  readonly color: string
  readonly message: Rich
  readonly title: Rich
  /** What is new, where the title does not say it. */
  readonly news: Rich
  readonly text: Rich
  readonly fields: readonly Field[]
  /** An address that may be linked to. */
  readonly url: string | undefined
  readonly footer: string
  /** The picture's content id and what it shows. */
  readonly picture: { readonly cid: string; readonly title: string } | undefined
  /** Shown by mailboxes beside the subject. */
  readonly preview: string
}

const subjectRunes = 200
const previewRunes = 140
const mostFields = 20

export function renderMail(
  description: Description,
  { locale, cid }: { readonly locale: Locale; readonly cid: string | undefined },
): Rendered {
  const letter = letterOf(description, locale, cid)
  return {
    // Header lines are folded at spaces: there is nothing in it that could end one.
    subject: shorten(plain(description.subject ?? description.summary), subjectRunes),
    text: renderText(letter),
    html: renderHtml(letter),
  }
}

function letterOf(description: Description, locale: Locale, cid: string | undefined): Letter {
  const { message = [], title = description.summary, text = [], fields = [], color, footer = '', url } = description
  const line = description.line ?? []
  // A line that repeats the title is for those who see a thread.
  const isNews = line.length > 0 && !plain(line).includes(plain(description.summary))
  const news = isNews ? line : []
  return {
    locale,
    color: /^#[\da-f]{6}$/i.test(color) ? color : '#3f4350',
    message,
    title,
    news,
    text,
    fields: fields.slice(0, mostFields),
    url: url !== undefined && isWebAddress(url) ? url : undefined,
    footer,
    picture: cid !== undefined && description.chart ? { cid, title: description.chart.title } : undefined,
    preview: shorten(plain(news.length > 0 ? news : text), previewRunes),
  }
}

/** For mailboxes that show no HTML, and for who listens: the same words in the same order. */
function renderText({ locale, message, title, news, text, fields, url, footer }: Letter): string {
  const colon = locale === 'fr' ? '\u00a0:' : ':'
  const facts = fields.map(({ title: name, value }) => `${name}${colon} ${plain(value)}`)
  const isSaid = fields.some(({ value }) => plain(value) === url)
  const paragraphs = [
    plain(message),
    plain(title),
    plain(news),
    plain(text).trim(),
    facts.join('\n'),
    isSaid ? '' : (url ?? ''),
  ]
  const told = paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')
  // Two dashes and a space: mail readers know a signature by it.
  return footer === '' ? `${told}\n` : `${told}\n\n-- \n${footer}\n`
}

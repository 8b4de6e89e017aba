// A reply → a Mattermost post (reference/cards.md; mattermost.md §1, "Posts and attachments"). Pure: the verdict first, the rest in
// fields or a table, the next useful command last.

import type { Reply, Table } from '../commands/command.ts'
import type { Locale } from '../text/locale.ts'
import { codeSpan, escapeForeign, toMattermost } from '../text/mattermost-markdown.ts'
import { plain, type Rich, shorten } from '../text/rich.ts'
import { openFormVerb } from './dispatch.ts'
import type { Integration, Offer, Stamp } from './seal.ts'

/** A post's message and props. */
export interface Rendered {
  readonly message: string
  readonly props: { readonly attachments: readonly Attachment[] }
}

/** As Mattermost takes it. */
export interface Attachment {
  readonly fallback: string
  readonly color: string
  readonly title?: string
  readonly title_link?: string
  readonly text?: string
  readonly fields?: readonly { readonly title: string; readonly value: string; readonly short: boolean }[]
  readonly footer?: string
  readonly actions?: readonly Button[]
}

export interface Button {
  readonly id: string
  readonly name: string
  readonly type: 'button'
  readonly style: string
  readonly integration: Integration
}

const colors = { plain: '#808080', good: '#3db887', warning: '#ffaa00', danger: '#d24b4e' }

/** Mattermost's limit for a message, which we keep for every text of ours. */
const mostRunes = 16_383

/** The reply as an attachment whose buttons carry stamped seals. Where a dialog is asked for, a button opens it. */
export function render(reply: Reply, locale: Locale, stamp: Stamp): Rendered {
  const text = unslack(join([block(reply.text), table(reply.table)]))
  const fields = reply.fields?.map(({ title, value, short }) => ({
    title: unslack(toMattermost([title])),
    value: limit(unslack(toMattermost(value))),
    short,
  }))
  const footer = footerOf(reply, locale)
  const actions = buttonsOf(reply, locale).map(({ label, style, ...offer }, index) => ({
    id: `b${index}`,
    name: shorten(label, 40),
    type: 'button' as const,
    style: style ?? 'default',
    integration: stamp([offer]),
  }))
  const attachment: Attachment = {
    fallback: shorten(plain(reply.title ?? reply.text ?? []), 200),
    color: colors[reply.mood ?? 'plain'],
    ...titleOf(reply),
    ...(text === '' ? {} : { text: limit(text) }),
    ...(fields === undefined || fields.length === 0 ? {} : { fields }),
    ...(footer === '' ? {} : { footer }),
    ...(actions.length === 0 ? {} : { actions }),
  }
  return { message: '', props: { attachments: [attachment] } }
}

/** The reply as markdown alone: where no attachment and no button can stand. */
export function renderText(reply: Reply, locale: Locale): string {
  const colon = locale === 'fr' ? '\u00a0:' : ':'
  const title = reply.title === undefined ? '' : toMattermost([{ bold: reply.title }])
  const fields = (reply.fields ?? []).map(({ title: name, value }) => `**${name}**${colon} ${toMattermost(value)}`)
  const next = reply.next === undefined ? '' : `${nextWord[locale]} ${codeSpan(reply.next)}`
  const footer = join([escapeForeign(reply.footer ?? ''), next], ' · ')
  return limit(join([join([title, block(reply.text)], '\n'), fields.join('\n'), table(reply.table), footer]))
}

function titleOf({ title, url }: Reply): { title?: string; title_link?: string } {
  if (title === undefined) return {}
  // A title with a link is shown as it is written, one without is read as markdown (mattermost.md §0 rule 17).
  return url === undefined ? { title: toMattermost(title) } : { title: plain(title), title_link: url }
}

/** An attachment's footer is shown as it is written; beyond 300 characters it is cut. */
function footerOf({ footer, next }: Reply, locale: Locale): string {
  const words = next === undefined ? footer : join([footer ?? '', `${nextWord[locale]} ${next}`], ' · ')
  return shorten(words ?? '', 300)
}

const nextWord: Readonly<Record<Locale, string>> = { fr: 'Ensuite :', en: 'Next:' }

interface Drawn extends Offer {
  readonly label: string
  readonly style?: string
}

function buttonsOf(reply: Reply, locale: Locale): readonly Drawn[] {
  const { dialog } = reply
  if (dialog === undefined) return reply.buttons ?? []
  const object = dialog.line ?? [dialog.command, dialog.commandVerb].filter((word) => word !== undefined).join(' ')
  const label = locale === 'fr' ? 'Remplir le formulaire' : 'Fill in the form'
  return [{ verb: openFormVerb, object, label, style: 'primary' }, ...(reply.buttons ?? [])]
}

const block = (text: Rich | undefined): string => (text === undefined ? '' : toMattermost(text))

/** A markdown table; nothing without rows. */
function table(rows: Table | undefined): string {
  if (rows === undefined || rows.rows.length === 0) return ''
  const lines = rows.rows.map((row) => line(row.map((cell) => toMattermost(cell))))
  return [line(rows.head), line(rows.head.map(() => '---')), ...lines].join('\n')
}

const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`

/** A bare pipe ends a cell, also within a code span; a line break ends the row. */
function escapeCell(cell: string): string {
  return cell.replace(/\s*\n\s*/g, ' ').replace(/(?<!\\)\|/g, '\\|')
}

const join = (parts: readonly string[], separator = '\n\n'): string =>
  parts.filter((part) => part !== '').join(separator)

/** The server makes a link of `<…|…>` in the attachments of a slash answer, whatever it is told (mattermost.md §0 rule 14). */
function unslack(text: string): string {
  const characters = text.split('')
  const lastEnd = text.lastIndexOf('>')
  /** The next bar that no `<` stands before. */
  let bar = -1
  for (let at = characters.length - 1; at >= 0; at -= 1) {
    if (characters[at] === '|') bar = at
    if (characters[at] !== '<') continue
    const isLink = bar > at + 1 && characters[bar + 1] !== '>' && lastEnd > bar + 1
    if (isLink) {
      characters[at] = '‹'
      const end = text.indexOf('>', at)
      if (text[end - 1] !== '<' && !text.slice(at + 1, end).includes('<')) characters[end] = '›'
    } else bar = -1
  }
  return characters.join('')
}

/** Cut at a line's end, so that no code span is left open; a line that alone is too long loses its markup. */
function limit(text: string): string {
  if ([...text].length <= mostRunes) return text
  const lines: string[] = []
  let runes = 0
  for (const line of text.split('\n')) {
    runes += [...line].length + 1
    if (runes > mostRunes - 2) break
    lines.push(line)
  }
  return `${lines.length > 0 ? lines.join('\n') : escapeForeign(shorten(text, mostRunes >> 2))}\n…`
}

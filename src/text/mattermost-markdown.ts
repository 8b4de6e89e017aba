// Structured text → Mattermost's markdown. Foreign words mention nobody, link nowhere, embed nothing (threats T20, T21;
// reference/mattermost.md §0 rules 14 and 17: a backslash does not defuse a mention, U+200B after the `@` and a code span do).

import { oneLine, type Rich, type Span } from './rich.ts'

/** Zero width space: ends a word for Mattermost's mention, link and emoji scans without being seen. */
const zwsp = '\u200b'

/** The text as Mattermost markdown, for a post's message and an attachment's `text`, `pretext` and field values. */
export function toMattermost(text: Rich): string {
  return text.map(renderSpan).join('').replace(/^\n/, '')
}

function renderSpan(span: Span): string {
  if (typeof span === 'string') return escapeForeign(span)
  if ('own' in span) return span.own
  if ('code' in span) return codeSpan(span.code)
  if ('bold' in span) return wrap('**', toMattermost(span.bold))
  if ('strike' in span) return wrap('~~', toMattermost(span.strike))
  if ('item' in span) return `\n- ${toMattermost(span.item)}`
  const words = toMattermost(span.text)
  return isWebAddress(span.link) ? `[${words}](${escapeAddress(span.link)})` : words
}

function wrap(mark: string, words: string): string {
  return words.trim() === '' ? words : `${mark}${words}${mark}`
}

/** A code span whose fence is longer than any run of backticks inside. */
export function codeSpan(text: string): string {
  const words = oneLine(text)
  if (words === '') return ''
  const longest = Math.max(0, ...[...words.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  return longest > 0 || words.startsWith('`') || words.endsWith('`')
    ? `${fence} ${words} ${fence}`
    : `${fence}${words}${fence}`
}

/** Foreign text as plain words: only what could have an effect is touched, so that titles stay readable and searchable. */
export function escapeForeign(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]|]/g, (mark) => `\\${mark}`)
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/~~/g, '\\~\\~')
    .replace(/([@~])(?=[\p{L}\p{N}_.-])/gu, `$1${zwsp}`)
    .replace(/(?<![\p{L}\p{N}])#(?=\p{L})/gu, `#${zwsp}`)
    .replace(/<(?=\S)/g, `<${zwsp}`)
    .replace(/:(?=\/\/)/g, `:${zwsp}`)
    .replace(/:(?=[\w+-]+:)/g, `:${zwsp}`)
    .replace(/\b(www\d{0,3})\./gi, `$1${zwsp}.`)
    .replace(/\b(mailto|tel|sms|data|javascript):/gi, `$1${zwsp}:`)
    .replace(/\$(?=[^$]*\$)/g, `$$${zwsp}`)
    .replace(/^(?=[#>+=-]|\d+[.)]|`{3})/, zwsp)
}

/** True for an absolute http or https address without credentials. */
export function isWebAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === ''
}

function escapeAddress(address: string): string {
  return new URL(address).href.replace(/[()<>"'\\`*_[\]|~]/g, (mark) =>
    mark === '_' || mark === '~' ? mark : `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

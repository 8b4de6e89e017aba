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
  if ('bold' in span) return wrap('**', toMattermost(unbold(span.bold)))
  if ('strike' in span) return wrap('~~', toMattermost(span.strike))
  if ('item' in span) return `\n- ${toMattermost(span.item)}`
  const words = toMattermost(span.text)
  // The client takes a bracket for the end of a link's text wherever it stands, in code and behind a backslash too.
  if (/[[\]]/.test(words) || words === '' || !isWebAddress(span.link)) return words
  return `[${words}](${escapeAddress(span.link)})`
}

/** Bold within bold is bold already: two marks more would end it. */
function unbold(text: Rich): Rich {
  return text.flatMap((span) => (typeof span === 'object' && 'bold' in span ? unbold(span.bold) : [span]))
}

function wrap(mark: string, words: string): string {
  return words.trim() === '' ? words : `${mark}${words}${mark}`
}

/** A code span whose fence is longer than any run of backticks inside. */
export function codeSpan(text: string): string {
  // The client looks for the end of a link in code too, and takes the last it finds.
  const words = oneLine(text).replace(/\](?=\()/g, `]${zwsp}`)
  if (words === '') return ''
  let longest = 0
  for (const [run] of words.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  const fence = '`'.repeat(longest + 1)
  return longest > 0 || words.startsWith('`') || words.endsWith('`')
    ? `${fence} ${words} ${fence}`
    : `${fence}${words}${fence}`
}

/**
 * Foreign text as plain words: only what could have an effect is touched, so that titles stay readable and searchable.
 * What each rule stops is what the server's parser (mentions, previews) and the client's (links, emoji, hashtags) look for;
 * those that a backslash does not stop get a zero width space.
 */
export function escapeForeign(text: string): string {
  return (
    oneLine(text)
      // Mentions, channel links, crossed out words and addresses of e-mail; at the end too, since other words may follow at once.
      .replace(/([@~])(?!\s)/g, `$1${zwsp}`)
      .replace(/#(?=\p{L})/gu, `#${zwsp}`)
      // The server reads `&#64;all` as a mention; two dollars make a formula, and nothing else than this stops it.
      .replace(/&(?=#?\w+;)/g, `&${zwsp}`)
      .replace(/\$/g, '&#36;')
      .replace(/<(?!\s)/g, `<${zwsp}`)
      // Links made of bare words: `https://…`, `ftp:…`, `www.…`, `host.com/…`; and `:emoji:`.
      .replace(/^:|:(?=\/)|(?<=[a-z][a-z\d.+-]*):(?=[\p{L}\d%])|:(?=[\w+-]+:|[\w+-]*$)/giu, `:${zwsp}`)
      .replace(/(www\d{0,3})\./gi, `$1${zwsp}.`)
      .replace(/(?<=\.\p{L}{2,4})\//gu, `${zwsp}/`)
      .replace(/\\(?![\p{L}\p{N}\s])|[`*[\]|]/gu, (mark) => `\\${mark}`)
      .replace(/\](?=\()/g, `]${zwsp}`)
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
      .replace(/^(?=[#>+=-]|\d+[.)]|[`~]{3})/, zwsp)
  )
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

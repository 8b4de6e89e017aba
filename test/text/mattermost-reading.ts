// How Mattermost reads a post, as far as safety goes: the server's scan for mentions (mention_parser_standard.go), the client's
// scans for links, hashtags, channels and emoji. A model that errs on the side of seeing too much.

import MarkdownIt from 'markdown-it'

const markdown = new MarkdownIt({ html: true, linkify: false, breaks: true })
markdown.validateLink = () => true
const literal = new MarkdownIt({ html: true, breaks: true }).disable('entity')

/** Everything in a post that would do more than stand there: `mention @all`, `link https://…`, `image`, `block heading_open`… */
export function effectsOf(post: string): string[] {
  const effects: string[] = []
  for (const block of markdown.parse(post, {})) {
    if (!['paragraph_open', 'paragraph_close', 'inline'].includes(block.type)) effects.push(`block ${block.type}`)
    for (const token of block.children ?? []) {
      if (token.type === 'link_open') effects.push(`link ${token.attrGet('href')}`)
      else if (token.type === 'image' || token.type === 'html_inline') effects.push(`${token.type} ${token.content}`)
    }
    for (const words of plainWords(block.children ?? [])) effects.push(...inWords(words))
  }
  // A client's formula begins at a bare dollar, and not at an entity.
  for (const block of literal.parse(post, {}))
    if ((block.children ?? []).some((token) => token.type === 'text' && token.content.includes('$')))
      effects.push(`formula ${block.content}`)
  for (const [, address] of post.matchAll(/\]\(([^)\s]*)/g)) effects.push(`link ${address}`)
  return [...new Set(effects)]
}

/** Runs of text between code spans and links, as the scans see them after escapes and entities. */
function plainWords(tokens: readonly { type: string; content: string }[]): string[] {
  const runs = ['']
  for (const token of tokens) {
    if (token.type === 'text') runs.push(`${runs.pop() ?? ''}${token.content}`)
    else runs.push('')
  }
  return runs
}

function inWords(words: string): string[] {
  const found: string[] = []
  for (const word of words.split(/[^:.\-_@\p{L}\p{N}]+/u)) {
    const candidates = [word, word.replace(/^[:.\-_]+/, ''), ...word.split(/[.:-]/)]
    if (candidates.some((candidate) => /^@./u.test(candidate))) found.push(`mention ${word}`)
  }
  const scans: readonly (readonly [string, RegExp])[] = [
    ['hashtag', /(?:^|\W)#\p{L}/u],
    ['channel', /~[a-z0-9.\-_]/i],
    ['emoji', /:[\w+-]+:/],
    ['slack', /<[!@#]/],
    ['address', /[a-z][a-z\d.+-]*:(?:\/|[\p{L}\d%])/iu],
    ['address', /www\d{0,3}\./i],
    ['address', /[\p{L}\d.-]+\.\p{L}{2,4}\//u],
    ['mail', /[^\s@]@[\p{L}\d]/u],
    ['strike', /~~/],
  ]
  for (const [name, scan] of scans) if (scan.test(words)) found.push(`${name} ${words}`)
  return found
}

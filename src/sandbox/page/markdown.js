// Mattermost's markdown as markup: no HTML, no pictures from outside, mentions and channel links only of those that exist
// (reference/mattermost.md; threats T20, T21).

import { safeAddress } from './dom.js'
import { emoji } from './emoji.js'

/** @typedef {import('./types.d.ts').Names} Names */
/** @typedef {import('markdown-it').MarkdownIt} Markdown */
/** @typedef {(state: import('markdown-it').StateInline, silent: boolean) => boolean} InlineRule */

const everybody = new Set(['all', 'channel', 'here'])

/**
 * @param {typeof import('markdown-it').default} MarkdownIt handed in, so that tests run the same code outside a browser
 * @param {Names} names
 * @returns {{ block(text: string): string, inline(text: string): string }} markup that is safe to place
 */
export function createMarkdown(MarkdownIt, names) {
  const md = new MarkdownIt({ html: false, breaks: true, linkify: true })
  md.validateLink = (address) => safeAddress(address) !== undefined
  addBareAddresses(md)
  md.inline.ruler.push('mention', mentionRule(names))
  md.inline.ruler.push('channel', channelRule(names))
  md.inline.ruler.push('emoji', emojiRule)
  addRenderers(md)
  return { block: (text) => md.render(text), inline: (text) => md.renderInline(text) }
}

/** Addresses with a scheme and those that begin with www. are links; bare names such as `README.md` are not. @param {Markdown} md */
function addBareAddresses(md) {
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: true })
  // A zero width space is no letter of an address to the real client.
  const found = md.linkify.match.bind(md.linkify)
  md.linkify.match = (text) => found(text)?.filter(({ raw }) => !raw.includes('\u200b')) ?? null
  md.linkify.add('www.', {
    validate: (text, pos) =>
      text.slice(pos).match(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?([/?#][^\s<>"')\]]*)?/i)?.[0].length ?? 0,
    normalize: (match) => {
      match.url = `http://${match.url}`
    },
  })
}

/**
 * @param {Names} names
 * @returns {InlineRule}
 */
function mentionRule(names) {
  return (state, silent) => {
    if (state.src[state.pos] !== '@' || afterWord(state.src, state.pos) || state.linkLevel > 0) return false
    let name = /^[a-z0-9][a-z0-9._-]*/i.exec(state.src.slice(state.pos + 1))?.[0] ?? ''
    const known = () => everybody.has(name.toLowerCase()) || names.mention(name.toLowerCase()) !== undefined
    while (name !== '' && !known() && /[._-]$/.test(name)) name = name.slice(0, -1)
    if (name === '' || !known()) return false
    if (!silent) {
      const mine = everybody.has(name.toLowerCase()) || names.mention(name.toLowerCase())?.mine === true
      const token = state.push('mention', '', 0)
      token.content = `@${name}`
      token.meta = { mine }
    }
    state.pos += name.length + 1
    return true
  }
}

/**
 * @param {Names} names
 * @returns {InlineRule}
 */
function channelRule(names) {
  return (state, silent) => {
    if (state.src[state.pos] !== '~' || afterWord(state.src, state.pos) || state.linkLevel > 0) return false
    const name = /^[a-z0-9][a-z0-9_-]*/.exec(state.src.slice(state.pos + 1))?.[0] ?? ''
    const channel = name === '' ? undefined : names.channel(name)
    if (channel === undefined) return false
    if (!silent) state.push('channel', '', 0).meta = channel
    state.pos += name.length + 1
    return true
  }
}

/** @type {InlineRule} */
function emojiRule(state, silent) {
  const name = /^:([+\w-]+):/.exec(state.src.slice(state.pos, state.pos + 40))?.[1]
  const glyph = name === undefined ? undefined : emoji(name)
  if (name === undefined || glyph === undefined) return false
  if (!silent) state.push('text', '', 0).content = glyph
  state.pos += name.length + 2
  return true
}

/**
 * @param {string} text
 * @param {number} at
 */
function afterWord(text, at) {
  return at > 0 && /[\p{L}\p{N}_@~]/u.test(text[at - 1] ?? '')
}

/** @param {Markdown} md */
function addRenderers(md) {
  const { escapeHtml } = md.utils
  const rules = md.renderer.rules
  /** @param {import('markdown-it').Token | undefined} token @param {string} name */
  const attribute = (token, name) => String(token?.attrGet(name) ?? '')
  /** @param {string} address */
  const opening = (address) =>
    `<a href="${escapeHtml(safeAddress(address) ?? '#')}" target="_blank" rel="noopener noreferrer">`

  rules.mention = (tokens, at) =>
    `<span class="mention${tokens[at]?.meta?.mine ? ' mine' : ''}">${escapeHtml(tokens[at]?.content ?? '')}</span>`
  rules.channel = (tokens, at) => {
    const { href, label } = tokens[at]?.meta ?? {}
    return `<a href="${escapeHtml(String(href))}">~${escapeHtml(String(label))}</a>`
  }
  rules.link_open = (tokens, at) => opening(attribute(tokens[at], 'href'))
  rules.image = (tokens, at) => {
    const address = attribute(tokens[at], 'src')
    const words = escapeHtml(tokens[at]?.content || address)
    return isInLink(tokens, at) ? words : `${opening(address)}${words}</a>`
  }
  rules.table_open = () => '<div class="table"><table>\n'
  rules.table_close = () => '</table></div>\n'
  rules.th_open = (tokens, at) => `<th${alignment(attribute(tokens[at], 'style'))}>`
  rules.td_open = (tokens, at) => `<td${alignment(attribute(tokens[at], 'style'))}>`
}

/** @param {import('markdown-it').Token[]} tokens @param {number} at */
function isInLink(tokens, at) {
  const links = tokens.slice(0, at).filter(({ type }) => type === 'link_open' || type === 'link_close')
  return links.at(-1)?.type === 'link_open'
}

/** A class instead of a style attribute, which the page's Content-Security-Policy refuses. @param {string} style */
function alignment(style) {
  const side = /text-align:\s*(left|center|right)/.exec(style)?.[1]
  return side === undefined ? '' : ` class="${side}"`
}

// An attachment as Mattermost's web client shows it (reference/cards.md): colour bar, title, text, fields in two columns, footer, buttons and menus.

import { h, safeAddress } from './dom.js'
import { createMenu } from './menu.js'

/** @typedef {import('./types.d.ts').Attachment} Attachment */
/** @typedef {import('./types.d.ts').Action} Action */

/**
 * What a card needs of its surroundings.
 * @typedef {object} CardContext
 * @property {{ block(text: string): string, inline(text: string): string }} markdown
 * @property {(key: 'picture' | 'choose') => string} say
 * @property {(action: Action, selected?: string) => Promise<void>} act presses a button, chooses in a menu; never rejects
 * @property {(source: string) => Promise<import('./types.d.ts').Option[]>} listFrom the people or channels a menu offers
 */

const namedColours = new Map([
  ['good', '#00c100'],
  ['warning', '#dede01'],
  ['danger', '#e40303'],
])
const longestFooter = 300

/**
 * @param {Attachment} attachment
 * @param {CardContext} context
 */
export function renderCard(attachment, context) {
  const { markdown } = context
  const box = h(
    'div',
    { class: 'card', 'data-testid': 'card' },
    author(attachment),
    title(attachment, context),
    ...body(attachment, context),
  )
  const colour = colourOf(attachment.color)
  if (colour !== undefined) box.style.setProperty('--bar', colour)
  const pretext = attachment.pretext ? h('div', { class: 'markdown', html: markdown.block(attachment.pretext) }) : null
  return h('div', { class: 'attachment' }, pretext, isEmpty(box) ? null : box)
}

/** @param {Attachment} attachment @param {CardContext} context */
function body(attachment, context) {
  const { markdown, say } = context
  const pictures = [attachment.image_url, attachment.thumb_url].flatMap((address) => safeAddress(address) ?? [])
  const actions = (attachment.actions ?? []).filter(({ id, name }) => id && name)
  return [
    attachment.text ? h('div', { class: 'markdown card-text', html: markdown.block(attachment.text) }) : null,
    attachment.fields?.length
      ? h('dl', { class: 'fields' }, ...attachment.fields.map((field) => renderField(field, markdown)))
      : null,
    ...pictures.map((address) => outside(address, say('picture'))),
    attachment.footer ? h('div', { class: 'card-footer' }, cut(attachment.footer)) : null,
    actions.length
      ? h('div', { class: 'card-actions' }, ...actions.map((action) => renderAction(action, context)))
      : null,
  ]
}

/** @param {Element} box */
function isEmpty(box) {
  return box.childElementCount === 0
}

/** @param {Attachment} attachment */
function author({ author_name, author_link }) {
  if (!author_name) return null
  const address = safeAddress(author_link)
  return h('div', { class: 'card-author' }, address ? outside(address, author_name) : author_name)
}

/** With a link a title is plain text; without one it is markdown. @param {Attachment} attachment @param {CardContext} context */
function title({ title, title_link }, { markdown }) {
  if (!title) return null
  const address = safeAddress(title_link)
  return address
    ? h('h3', { class: 'card-title' }, outside(address, title))
    : h('h3', { class: 'card-title', html: markdown.inline(title) })
}

/** @param {import('./types.d.ts').Field} field @param {CardContext['markdown']} markdown */
function renderField({ title, value, short }, markdown) {
  const isShort = short === true || short === 'true'
  return h(
    'div',
    { class: isShort ? 'field' : 'field long' },
    h('dt', { html: markdown.inline(title ?? '') }),
    h('dd', { class: 'markdown', html: markdown.block(String(value ?? '')) }),
  )
}

/** @param {Action} action @param {CardContext} context */
function renderAction(action, context) {
  return action.type === 'select' ? renderMenu(action, context) : renderButton(action, context)
}

/** @param {Action} action @param {CardContext} context */
function renderButton(action, { act }) {
  const style = /^(default|primary|good|success|warning|danger)$/.test(action.style ?? '') ? action.style : 'default'
  const button = h(
    'button',
    {
      type: 'button',
      class: `card-button ${style}`,
      title: action.tooltip || undefined,
      disabled: action.disabled === true,
      'data-testid': 'card-button',
      'data-key': action.id,
      onclick: async () => {
        if (button.getAttribute('aria-busy') === 'true') return
        button.setAttribute('aria-busy', 'true')
        await act(action)
        button.removeAttribute('aria-busy')
      },
    },
    action.name,
  )
  const colour = /^#/.test(action.style ?? '') ? colourOf(action.style) : undefined
  if (colour !== undefined) button.style.setProperty('--tint', colour)
  return button
}

/** @param {Action} action @param {CardContext} context */
function renderMenu(action, { act, listFrom }) {
  const chosen = action.options?.find(({ value }) => value === action.default_option)
  const menu = createMenu({
    label: chosen?.text ?? action.name,
    name: action.name,
    options: action.data_source ? () => listFrom(action.data_source ?? '') : (action.options ?? []),
    className: 'menu-button card-menu',
    testId: 'card-menu',
    key: action.id,
    disabled: action.disabled === true,
    pick: async ({ text, value }) => {
      const label = menu.querySelector('.menu-label')
      label?.replaceChildren(text)
      menu.setAttribute('aria-busy', 'true')
      await act(action, value)
      menu.removeAttribute('aria-busy')
      label?.replaceChildren(action.name)
    },
  })
  return menu
}

/** @param {string} address @param {string} words */
function outside(address, words) {
  return h('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, words)
}

/** @param {string | undefined} colour */
function colourOf(colour) {
  return namedColours.get(colour ?? '') ?? (/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(colour ?? '') ? colour : undefined)
}

/** @param {string} footer */
function cut(footer) {
  const characters = [...footer]
  return characters.length <= longestFooter ? footer : `${characters.slice(0, longestFooter).join('')}…`
}

// A description as a Mattermost post (reference/cards.md; mattermost.md §1, "Posts and attachments"). Pure, and always within the limits:
// what is too long is cut between its pieces, because half a code span would let foreign text loose.

import type { Action, Description, Field } from '../event.ts'
import { toMattermost } from '../text/mattermost-markdown.ts'
import { plain, type Rich, shorten } from '../text/rich.ts'

export interface Post {
  readonly message: string
  readonly attachments: readonly Attachment[]
}

export interface Attachment {
  readonly fallback: string
  readonly color: string
  readonly title?: string
  readonly title_link?: string
  readonly text?: string
  readonly fields?: readonly { readonly title: string; readonly value: string; readonly short: boolean }[]
  readonly footer?: string
  readonly actions?: readonly object[]
}

/** Makes the `integration` of a button (one offer) or a menu (one offer per option, in order): where it is sent, and its seal. */
export type Stamp = (offers: readonly { readonly verb: string; readonly object: string }[]) => object

/** Mattermost's limit for a message. The others keep a whole post below its 300,000 bytes, at four bytes a character. */
const messageRunes = 16_383
const textRunes = 16_000
const titleRunes = 300
const valueRunes = 1000
const mostFields = 20
const footerRunes = 300

/** The post that tells a description. */
export function renderPost(description: Description, stamp: Stamp): Post {
  const { title, url, text, fields = [], color, footer, summary, fallback = summary, actions = [] } = description
  const attachment: Attachment = {
    fallback: shorten(plain(fallback), titleRunes),
    color,
    ...(title === undefined ? {} : titleOf(title, url)),
    ...(text === undefined ? {} : { text: cutTo(text, textRunes) }),
    ...(fields.length === 0 ? {} : { fields: fields.slice(0, mostFields).map(renderField) }),
    ...(footer === undefined ? {} : { footer: shorten(footer, footerRunes) }),
    ...(actions.length === 0 ? {} : { actions: renderActions(actions, stamp) }),
  }
  const isEmpty = title === undefined && text === undefined && fields.length === 0 && actions.length === 0
  const message = description.message === undefined ? '' : cutTo(description.message, messageRunes)
  return { message, attachments: isEmpty && message !== '' ? [] : [attachment] }
}

/** Buttons and menus. Ids of letters and digits only: any other is answered 404 (mattermost.md §0 rule 4). */
export function renderActions(actions: readonly Action[], stamp: Stamp): readonly object[] {
  return actions.map((action, index) => {
    const id = `action${index}`
    if (action.kind === 'button') {
      const { verb, object, label, style = 'default' } = action
      return { id, name: label, type: 'button', style, integration: stamp([{ verb, object }]) }
    }
    const options = action.options.map(({ label }, value) => ({ text: label, value: String(value) }))
    return { id, name: action.label, type: 'select', options, integration: stamp(action.options) }
  })
}

/** A title with a link is shown as it is written, one without is read as markdown (mattermost.md §0 rule 17). */
function titleOf(title: Rich, url: string | undefined): Pick<Attachment, 'title' | 'title_link'> {
  return url === undefined
    ? { title: cutTo(title, titleRunes) }
    : { title: shorten(plain(title), titleRunes), title_link: url }
}

/** Its title is read as markdown too. */
function renderField({ title, value, short }: Field) {
  return { title: cutTo([title], titleRunes), value: cutTo(value, valueRunes), short }
}

/** The text as markdown, its last pieces left out where it is longer than `runes` characters. */
export function cutTo(text: Rich, runes: number): string {
  const whole = toMattermost(text)
  if (lengthOf(whole) <= runes) return whole
  let few = 0
  let many = text.length
  while (many - few > 1) {
    const some = (few + many) >> 1
    if (lengthOf(toMattermost(text.slice(0, some))) < runes) few = some
    else many = some
  }
  if (few > 0) return `${toMattermost(text.slice(0, few))}…`
  return toMattermost([shorten(plain(text.slice(0, 1)), runes >> 3)])
}

function lengthOf(text: string): number {
  let runes = 0
  for (const _ of text) runes += 1
  return runes
}

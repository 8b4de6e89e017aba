// The bodies that Slack's and Mattermost's incoming webhooks take, told as they are and defused (interface.md, `POST /webhook/in/:name`):
// their words, colours and fields count; mentions, buttons, pictures and the wish for another channel, name or icon do not.

import type { Json } from '../../event.ts'
import { type Facts, isObject, type Told, type ToldField, wordOf } from './facts.ts'
import { unwrapped } from './slack-text.ts'

const mostAttachments = 20
const mostBlocks = 50
const mostFields = 50
const longest = 16_000

/** Any JSON, as the facts of `hook.<name>`. */
export function readChatBody(name: string, body: Json): Facts {
  const told = isObject(body) ? toldIn(body) : undefined
  if (told === undefined) return { type: name, data: body }
  return { type: name, told }
}

/** Nothing where it is no chat tool's body. */
function toldIn(body: Readonly<Record<string, Json | undefined>>): Told | undefined {
  const attachments = listOf(body, 'attachments').slice(0, mostAttachments)
  const blocks = listOf(body, 'blocks').slice(0, mostBlocks).flatMap(blockText)
  const text = textOf(body, 'text')
  if (text === undefined && attachments.length === 0 && blocks.length === 0) return undefined
  const [first, ...others] = attachments
  const title = first && textOf(first, 'title')
  const parts = [
    text,
    ...blocks,
    ...(first ? [textOf(first, 'pretext'), textOf(first, 'author_name'), textOf(first, 'text')] : []),
    ...others.flatMap((one) => [
      textOf(one, 'pretext'),
      textOf(one, 'author_name'),
      textOf(one, 'title'),
      textOf(one, 'text'),
    ]),
  ].filter((part) => part !== undefined)
  // An attachment without words is told by its fallback, as their own clients do.
  const words =
    parts.length > 0 || title !== undefined ? parts : attachments.flatMap((one) => textOf(one, 'fallback') ?? [])
  const fields = attachments.flatMap(fieldsOf).slice(0, mostFields)
  const color = attachments.map((one) => colorOf(one.color)).find((found) => found !== undefined)
  const footer = attachments.map((one) => textOf(one, 'footer')).find((found) => found !== undefined)
  return {
    ...(title === undefined ? {} : { title: title.slice(0, longest) }),
    ...(words.length === 0 ? {} : { text: words.join('\n').slice(0, longest) }),
    ...(fields.length === 0 ? {} : { fields }),
    ...(color === undefined ? {} : { color }),
    ...(footer === undefined ? {} : { footer: footer.slice(0, 300) }),
  }
}

type Bag = Readonly<Record<string, Json | undefined>>

function listOf(bag: Bag, name: string): Bag[] {
  const list = Object.hasOwn(bag, name) ? bag[name] : undefined
  return Array.isArray(list) ? list.filter(isObject) : []
}

function textOf(bag: Bag, name: string): string | undefined {
  const value = Object.hasOwn(bag, name) ? bag[name] : undefined
  return typeof value === 'string' && value.trim() !== '' ? unwrapped(value) : undefined
}

/** Of Slack's blocks the words of headers, sections and contexts. */
function blockText(block: Bag): string[] {
  const inner = isObject(block.text) ? textOf(block.text, 'text') : undefined
  const around = [...listOf(block, 'fields'), ...listOf(block, 'elements')].flatMap((one) =>
    one.type === 'mrkdwn' || one.type === 'plain_text' ? (textOf(one, 'text') ?? []) : [],
  )
  return [...(inner === undefined ? [] : [inner]), ...around]
}

function fieldsOf(attachment: Bag): ToldField[] {
  return listOf(attachment, 'fields').flatMap((field) => {
    const value = field.value
    const shown = typeof value === 'string' ? textOf(field, 'value') : wordOf(value)
    const title = textOf(field, 'title') ?? ''
    if (shown === undefined) return []
    return [{ title: title.slice(0, 200), value: shown.slice(0, 2000), short: field.short === true }]
  })
}

const named: Readonly<Record<string, string>> = { good: '#2eb886', warning: '#daa038', danger: '#a30200' }

function colorOf(said: Json | undefined): string | undefined {
  if (typeof said !== 'string') return undefined
  if (Object.hasOwn(named, said)) return named[said]
  return /^#?[\da-fA-F]{6}$/.test(said) ? `#${said.replace('#', '').toLowerCase()}` : undefined
}

// GitLab bodies of our own in the documented shapes (test/fixtures/gitlab), and what tests do with them.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Description, Event, Json, JsonObject } from '../../../src/event.ts'
import { describe as tell } from '../../../src/integrations/gitlab/describe.ts'
import { type Hint, translate } from '../../../src/integrations/gitlab/translate.ts'
import type { Locale } from '../../../src/text/locale.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { plain } from '../../../src/text/rich.ts'

const folder = fileURLToPath(new URL('../../fixtures/gitlab/', import.meta.url))

export const receivedAt = Date.UTC(2026, 10, 20, 9, 0, 0)

export const hint: Hint = { header: undefined, gitlabUrl: undefined, receivedAt }

/** Names of all fixtures. */
export const fixtureNames: readonly string[] = jsonNames(folder)

export function fixture(name: string): JsonObject {
  return readJson(`${folder}${name}.json`)
}

/** Payloads that others recorded, where they are at hand. */
export const recordedFolder = fileURLToPath(new URL('../../../../shared/payloads/gitlab/', import.meta.url))

export function jsonNames(path: string): string[] {
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort()
}

export function readJson(path: string): JsonObject {
  const body: JsonObject = JSON.parse(readFileSync(path, 'utf8'))
  return body
}

/** A copy of the body with other values: `{ 'object_attributes.action': 'merge' }`; undefined takes the field out. */
export function altered(body: JsonObject, values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.entries(values).reduce((copy, [path, value]) => withValue(copy, path.split('.'), value), body)
}

function withValue(of: JsonObject, [name = '', ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const { [name]: old, ...others } = of
  if (rest.length === 0) return value === undefined ? others : { ...of, [name]: value }
  if (Array.isArray(old)) {
    const [index = '0', ...deeper] = rest
    const entries = old.flatMap((entry: Json, at) => {
      if (String(at) !== index) return [entry]
      if (deeper.length > 0) return [isObject(entry) ? withValue(entry, deeper, value) : entry]
      return value === undefined ? [] : [value]
    })
    return { ...of, [name]: entries }
  }
  return { ...of, [name]: withValue(isObject(old) ? old : {}, rest, value) }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every path of a body: `object_attributes.title`, `commits.0.url`. */
export function pathsOf(value: Json | undefined, before = ''): string[] {
  const entries: (readonly [string, Json | undefined])[] = Array.isArray(value)
    ? value.map((entry: Json, index) => [String(index), entry] as const)
    : isObject(value)
      ? Object.entries(value)
      : []
  return entries.flatMap(([name, entry]) => {
    const path = before === '' ? name : `${before}.${name}`
    return [path, ...pathsOf(entry, path)]
  })
}

export function eventOf(body: JsonObject, more: Partial<Hint> = {}): Event {
  return { id: 'ev1', ...translate(body, { ...hint, ...more }).draft }
}

export function describeIn(locale: Locale, event: Event): Description {
  return tell(event, { locale, timeZone: 'Europe/Paris', now: receivedAt })
}

/** Everything of a card that Mattermost reads as markdown. */
export function markdownOf({ message, title, url, text, fields, line }: Description): string[] {
  return [
    ...[message, text, line].flatMap((words) => (words === undefined ? [] : toMattermost(words))),
    ...(title !== undefined && url === undefined ? [toMattermost(title)] : []),
    ...(fields ?? []).map(({ value }) => toMattermost(value)),
  ]
}

/** Everything of a card that is shown as it stands. */
export function plainOf({ title, footer, summary, fields, actions }: Description): string[] {
  return [
    ...(title === undefined ? [] : [plain(title)]),
    ...(footer === undefined ? [] : [footer]),
    plain(summary),
    ...(fields ?? []).map((field) => field.title),
    ...(actions ?? []).flatMap((action) =>
      'options' in action ? action.options.map(({ label }) => label) : action.label,
    ),
  ]
}

/** A card on a few lines, for people to read and tests to compare. */
export function sheet(locale: Locale, body: JsonObject, more: Partial<Hint> = {}): string {
  const event = eventOf(body, more)
  const card = describeIn(locale, event)
  const lines = [
    `${event.type}  ${card.color}`,
    ...(card.message === undefined ? [] : [`message  ${toMattermost(card.message)}`]),
    ...(card.title === undefined ? [] : [`title    ${plain(card.title)}`]),
    ...(card.url === undefined ? [] : [`url      ${card.url}`]),
    ...(card.text === undefined ? [] : [`text     ${toMattermost(card.text).replaceAll('\n', '\n         ')}`]),
    ...(card.fields ?? []).map(({ title, value }) => `field    ${title} = ${toMattermost(value)}`),
    ...(card.footer === undefined ? [] : [`footer   ${card.footer}`]),
    `summary  ${plain(card.summary)}`,
    ...(card.line === undefined ? [] : [`line     ${toMattermost(card.line)}`]),
  ]
  return lines.join('\n')
}

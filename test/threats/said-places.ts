// Every place where foreign words are told: GitLab's cards and thread lines, digests, Vigie's own news, replies and refusals, drawn as
// the product draws them (threats T20, T21, T31, T32).

import { render, renderText } from '../../src/bot/render.ts'
import type { Reply } from '../../src/commands/command.ts'
import type { Description, Event, Json, JsonObject } from '../../src/event.ts'
import { describeDigest } from '../../src/flow/digest.ts'
import { describe as describeHook } from '../../src/integrations/hook/describe.ts'
import { createPersonnages } from '../../src/integrations/personnage/personnage.ts'
import { createVigie } from '../../src/integrations/vigie/vigie.ts'
import { cutTo, renderPost } from '../../src/notifiers/mattermost-post.ts'
import { type Locale, locales } from '../../src/text/locale.ts'
import { bold, code, rich } from '../../src/text/rich.ts'
import { said } from '../../src/text/said.ts'
import {
  altered,
  describeIn,
  eventOf,
  fixture,
  isObject,
  pathsOf,
  receivedAt,
} from '../integrations/gitlab/fixtures.ts'
import { createRelay } from '../integrations/gitlab/relay.ts'
import { variants } from '../integrations/gitlab/variants.ts'
import { draftsWith } from '../integrations/hook/drafts.ts'

/** What Mattermost gets of one thing that is told. */
export interface Told {
  readonly what: string
  readonly message: string
  readonly attachments: readonly ToldAttachment[]
}

export interface ToldAttachment {
  readonly fallback: string
  readonly title?: string
  readonly title_link?: string
  readonly text?: string
  readonly fields?: readonly { readonly title: string; readonly value: string }[]
  readonly footer?: string
}

const deciding = /(?:^|\.)(?:object_kind|event_name|event_type|action|status|state|build_status|web_url|noteable_type)$/

/** The body with these words in every string that decides nothing. */
export function poisoned(body: JsonObject, words: string, spared: RegExp = deciding): JsonObject {
  const values = pathsOf(body)
    .filter((path) => !spared.test(path) && typeof valueAt(body, path) === 'string')
    .map((path) => [path, words] as const)
  return values.reduce((copy, [path, value]) => altered(copy, { [path]: value }), body)
}

export function valueAt(value: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, name) => {
    if (Array.isArray(at)) return at[Number(name)]
    return isObject(at) ? at[name] : undefined
  }, value)
}

const noSeal = () => ({ url: 'https://vigie.example.org/mattermost/action', context: { vigie: 'sealed' } })
const telling = (locale: Locale) => ({ locale, timeZone: 'Europe/Paris', now: receivedAt })

/** A description as a post, its thread line, and its line in a digest. */
export function toldOf(what: string, description: Description, locale: Locale): Told[] {
  const { message, attachments } = renderPost(description, noSeal)
  const line = description.line ?? description.summary
  return [
    { what, message, attachments },
    { what: `${what}, thread line`, message: cutTo(line, 4000), attachments: [] },
    { what: `${what}, digest`, ...renderPost(digestOf(description, 1, locale), noSeal) },
  ]
}

function digestOf({ summary }: Description, count: number, locale: Locale): Description {
  const entries = Array.from({ length: count }, () => ({ at: receivedAt, summary }))
  return describeDigest({ reason: 'crowd', entries, from: receivedAt, to: receivedAt }, telling(locale))
}

/** A digest so full that its lines lose their ends; the first lines say as much as all of them. */
function toldInFullDigest(words: string, locale: Locale): Told[] {
  const description = describeIn(locale, eventOf(altered(mergeRequest, { 'object_attributes.title': words })))
  const { message, attachments } = renderPost(digestOf(description, 150, locale), noSeal)
  return [
    {
      what: 'full digest',
      message,
      attachments: attachments.map((one) => ({ ...one, text: (one.text ?? '').split('\n').slice(0, 4).join('\n') })),
    },
  ]
}

/** A body of GitLab's, in a language. */
export function toldByGitlab(body: JsonObject, locale: Locale, what: string): Told[] {
  return toldOf(what, describeIn(locale, eventOf(body)), locale)
}

const mergeRequest = fixture('merge_request')
/** Every so many words, since a full digest is dear. */
const fullDigestEvery = 16

const ours = createVigie(createRelay({}).parts)?.describe

const news: readonly ((words: string) => Pick<Event, 'type' | 'data'>)[] = [
  (words) => ({ type: 'vigie.subscriptions_asleep', data: { channel: words, reason: 'removed', count: 2 } }),
  (words) => ({
    type: 'vigie.commands_changed',
    data: { commands: [{ team: words, trigger: words, kind: 'replaced' }], count: 1 },
  }),
  (words) => ({
    type: 'vigie.gitlab_hook_disabled',
    data: { hooks: [{ path: words, state: 'disabled', until: receivedAt }] },
  }),
  (words) => ({ type: 'vigie.gitlab_hook_recovered', data: { hooks: [{ path: words, state: '' }] } }),
  (words) => ({ type: 'vigie.backup_failed', data: { error: words, lastAt: receivedAt } }),
  (words) => ({
    type: 'vigie.restored',
    data: { reason: 'damaged', from: words, since: 1, until: receivedAt, unsure: 2, aside: words, damage: words },
  }),
]

/** Vigie's own news about things whose names are foreign. */
export function toldByVigie(words: string, locale: Locale): Told[] {
  return news.flatMap((make, index) => {
    const { type, data } = make(words)
    const event: Event = { ...eventOf({ object_kind: 'push' }), id: `v${index}`, source: 'vigie', type, data }
    const description = ours?.(event, telling(locale))
    return description === undefined ? [] : toldOf(type, description, locale)
  })
}

const describePersonnage = createPersonnages(createRelay({}).parts)?.describe

/** A character of this name, set by somebody of this name or by a key: each in its turn. */
export function toldByPersonnage(words: string, locale: Locale, turn: number): Told[] {
  const by = Math.floor(turn / 2) % 2 === 0 ? { person: 'p', name: words } : { key: words }
  const type = ['personnage.created', 'personnage.scored', 'personnage.removed'][Math.floor(turn / 4) % 3] ?? ''
  const data = { nom: words, score: 86, niveau: 'expert', before: 49, niveauBefore: 'débutant', by }
  const event: Event = { ...eventOf({ object_kind: 'push' }), id: type, source: 'personnage', type, data }
  const description = describePersonnage?.(event, telling(locale))
  return description === undefined ? [] : toldOf(type, description, locale)
}

/** An event from anywhere: its kinds, and a template of these words, in turn. */
export function toldByHook(words: string, locale: Locale, turn: number): Told[] {
  const drafts = draftsWith(words)
  const draft = drafts[Math.floor(turn / 2) % drafts.length]
  if (draft === undefined) throw new Error('no drafts')
  const template =
    turn % 3 === 0 ? { template: `${words.replaceAll('{', '(')} {{text}} {{data.text}} {{subject}}` } : {}
  const what = `${draft.type}${turn % 3 === 0 ? ' in a template' : ''}`
  return toldOf(what, describeHook({ ...draft, id: 'h' }, { ...telling(locale), ...template }), locale)
}

/** What commands answer, as an attachment and as markdown alone: every part that takes foreign words. */
export function toldInReply(words: string, locale: Locale): Told[] {
  const refused = said({
    fr: rich`${code(words)} n’existe pas, ni ${words}.`,
    en: rich`${code(words)} does not exist, nor does ${words}.`,
  })
  const replies: readonly Reply[] = [
    { text: [{ own: refused[locale] }], mood: 'warning' },
    {
      title: [words],
      text: rich`${bold(words)} a ${code(words)} : ${words}`,
      fields: [{ title: 'Projet', value: [words], short: true }],
      table: { head: ['A', 'B', 'C'], rows: [[[words], [code(words)], rich`${bold(words)} ${words}`]] },
      footer: words,
      next: `/subscribe gitlab ${words}`,
    },
    { title: [words], url: 'https://git.example.org/mr/1', text: [words] },
  ]
  return replies.flatMap((reply, index) => {
    const { message, props } = render(reply, locale, noSeal)
    return [
      { what: `reply ${index}`, message, attachments: props.attachments },
      { what: `reply ${index} as text`, message: renderText(reply, locale), attachments: [] },
    ]
  })
}

/** One of everything that is told of these words: GitLab's kinds take turns by `turn`, all the rest each time. */
export function toldEverywhere(words: string, turn: number): Told[] {
  const locale = locales[turn % locales.length] ?? 'fr'
  const variant = variants[Math.floor(turn / locales.length) % variants.length]
  if (variant === undefined) throw new Error('no variants')
  return [
    ...toldByGitlab(poisoned(variant.body, words), locale, `${variant.name} (${locale})`),
    ...toldByVigie(words, locale),
    ...toldByPersonnage(words, locale, turn),
    ...toldByHook(words, locale, turn),
    ...toldInReply(words, locale),
    ...(turn % fullDigestEvery === 0 ? toldInFullDigest(words, locale) : []),
  ]
}

/** How many turns reach every kind in every language. */
export const everyTurn = variants.length * locales.length

/** What Mattermost reads as markdown. */
export function markdownOf({ message, attachments }: Told): string[] {
  const texts = attachments.flatMap(({ title, title_link, text, fields }) => [
    ...(title_link === undefined ? [title] : []),
    text,
    ...(fields ?? []).flatMap((field) => [field.title, field.value]),
  ])
  return [message, ...texts].filter((text) => text !== undefined && text !== '').map(String)
}

/** What is shown as it stands. */
export function plainOf({ attachments }: Told): string[] {
  return attachments.flatMap(({ title, title_link, fallback, footer }) => [
    ...(title_link === undefined || title === undefined ? [] : [title]),
    fallback,
    ...(footer === undefined ? [] : [footer]),
  ])
}

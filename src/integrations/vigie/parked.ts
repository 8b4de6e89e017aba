// Deliveries that were given up, told to Vigie's administrators on one live card that always shows how things stand
// (interface.md, "Event types"; threat F8).

import type { Action, Describe, Draft, Event, Field, Json, JsonObject, Telling } from '../../event.ts'
import { moment, plural } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { mailTroubleOf } from '../../text/mail-troubles.ts'
import { code, item, join, link, own, plain, type Rich, rich, shorten } from '../../text/rich.ts'

export const deliveryParkedType = 'vigie.delivery_parked'

/** One that was given up. Instants are milliseconds since 1970. */
export interface ParkedFacts {
  readonly delivery: string
  readonly event: string
  /** How many events it tells. */
  readonly count: number
  /** The event in one line. */
  readonly what: Said
  readonly channel?: { readonly name: string; readonly url: string } | undefined
  /** Where it was for, outside Mattermost: an address of e-mail, or where a URL leads (`https://example.org/…`). */
  readonly address?: string | undefined
  /** For one person alone. */
  readonly isDirect: boolean
  /** As the other side said it. */
  readonly error: string
  readonly attempt: number
  readonly since: number
  readonly at: number
}

export interface ParkedNews {
  /** The newest first; some of all. */
  readonly shown: readonly ParkedFacts[]
  /** How many there are. */
  readonly count: number
  /** There are more than could be counted. */
  readonly more: boolean
  /** How many were not told before; 0 where some were only put back in line. */
  readonly fresh: number
}

/** How it stands now. Every one of these is the same card's. */
export function deliveriesParked({ shown, count, more, fresh }: ParkedNews, at: number): Draft {
  return {
    source: 'vigie',
    type: deliveryParkedType,
    time: new Date(at).toISOString(),
    data: { parked: shown.map(toJson), count, more, fresh },
    severity: count === 0 ? 'info' : 'warning',
    audience: 'closed',
    byDefault: false,
    card: 'parked',
  }
}

function toJson({ channel, ...facts }: ParkedFacts): JsonObject {
  return { ...facts, what: { ...facts.what }, ...(channel === undefined ? {} : { channel: { ...channel } }) }
}

const words = {
  fr: {
    what: 'Quoi',
    where: 'Où',
    why: 'Pourquoi',
    when: 'Depuis',
    direct: 'un message direct',
    hidden: 'un canal que je ne vois pas',
    several: (count: number) => `${count} événements`,
    all: 'Tout ce que j’avais abandonné a été remis en file.',
    replay: 'Renvoyer',
    choose: 'Renvoyer…',
    colon: '\u00a0: ',
    rest: (count: number) => `… et ${count} de plus\u00a0: `,
    list: '/vigie deliveries échouées',
    advice: 'Rien n’est perdu\u00a0: renvoyez quand la cause est levée.',
  },
  en: {
    what: 'What',
    where: 'Where',
    why: 'Why',
    when: 'Since',
    direct: 'a direct message',
    hidden: 'a channel I cannot see',
    several: (count: number) => `${count} events`,
    all: 'All that I had given up is back in line.',
    replay: 'Replay',
    choose: 'Replay…',
    colon: ': ',
    rest: (count: number) => `… and ${count} more: `,
    list: '/vigie deliveries failed',
    advice: 'Nothing is lost: replay once the cause is gone.',
  },
} as const

export const describeDeliveryParked: Describe = (event, telling) => {
  const { locale } = telling
  const { parked, count, more, fresh } = newsOf(event)
  const [only] = parked
  if (only === undefined) {
    const all = own(words[locale].all)
    return { title: all, color: '#36a64f', footer: 'Vigie', summary: all }
  }
  const title = own(`${headline(locale, count, more)}.`)
  const isOne = parked.length === 1 && count === 1
  return {
    title,
    text: isOne ? own(words[locale].advice) : listed(parked, count, telling),
    ...(isOne ? { fields: fieldsOf(only, telling) } : {}),
    color: '#d00000',
    footer: 'Vigie',
    summary: rich`${title} ${whereAndWhat(only, locale)}`,
    ...(fresh === 0 ? {} : { line: lineOf(parked, fresh, locale) }),
    actions: [actionOf(parked, locale)],
  }
}

function headline(locale: Locale, count: number, more: boolean): string {
  if (locale === 'fr')
    return count === 1 ? 'J’ai abandonné une livraison' : `J’ai abandonné ${more ? 'plus de ' : ''}${count} livraisons`
  return count === 1 ? 'I gave up a delivery' : `I gave up ${more ? 'more than ' : ''}${count} deliveries`
}

function listed(parked: readonly Parked[], count: number, telling: Telling): Rich {
  const { advice, rest, list } = words[telling.locale]
  const left = count - parked.length
  const lines = parked.map((one) =>
    item(
      join(
        [
          whereAndWhat(one, telling.locale),
          reason(one.error, telling.locale),
          sinceWhen(one, telling),
          [code(one.delivery)],
        ],
        ' · ',
      ),
    ),
  )
  return [...own(advice), ...lines, ...(left > 0 ? [item(rich`${own(rest(left))}${code(list)}`)] : [])]
}

function fieldsOf(one: Parked, telling: Telling): Field[] {
  const { what, where, why, when } = words[telling.locale]
  return [
    { title: where, value: channelOf(one, telling.locale), short: true },
    { title: when, value: sinceWhen(one, telling), short: true },
    { title: what, value: rich`${whatOf(one, telling.locale)} (${code(one.event)})`, short: false },
    { title: why, value: reason(one.error, telling.locale), short: false },
  ]
}

/** What was added, in the card's thread: an edit alone is heard by nobody. */
function lineOf(parked: readonly Parked[], fresh: number, locale: Locale): Rich {
  const [newest] = parked
  const added =
    locale === 'fr'
      ? `${fresh} ${plural('fr', fresh, 'abandonnée', 'abandonnées')} de plus\u00a0: `
      : `${fresh} more given up: `
  return newest === undefined ? own(added) : [...own(added), ...whereAndWhat(newest, locale)]
}

function actionOf(parked: readonly Parked[], locale: Locale): Action {
  const { replay, choose } = words[locale]
  const [one, ...others] = parked
  if (one !== undefined && others.length === 0)
    return { kind: 'button', verb: 'replay.again', object: one.delivery, label: replay, style: 'primary' }
  const options = parked.map((each) => {
    const where = plain(channelOf(each, locale))
    const label = shorten(`${each.delivery} · ${where} · ${each.what[locale]}`, 70)
    return { verb: 'replay.again', object: each.delivery, label }
  })
  return { kind: 'menu', label: choose, options }
}

function whereAndWhat(one: Parked, locale: Locale): Rich {
  return join([channelOf(one, locale), whatOf(one, locale)], words[locale].colon)
}

function channelOf({ channel, address, isDirect }: Parked, locale: Locale): Rich {
  if (address !== undefined) return [code(address)]
  if (channel === undefined) return own(isDirect ? words[locale].direct : words[locale].hidden)
  return [link(channel.url, channel.name)]
}

function whatOf({ what, count }: Parked, locale: Locale): Rich {
  return count > 1 ? own(words[locale].several(count)) : [shorten(what[locale], 120)]
}

function sinceWhen({ since, at, attempt }: Parked, { locale, timeZone, now }: Telling): Rich {
  const [from, until] = [since, at].map((instant) => moment(locale, timeZone, instant, now))
  const tries =
    locale === 'fr'
      ? `${attempt} ${plural('fr', attempt, 'essai', 'essais')}`
      : `${attempt} ${plural('en', attempt, 'try', 'tries')}`
  return own(from === until ? `${from} (${tries})` : `${from} → ${until} (${tries})`)
}

/** By what the error says; the words of the other side follow. */
const reasons: readonly (readonly [RegExp, Said])[] = [
  [/^internal error/, { fr: 'une erreur de ma part, voir mon journal', en: 'an error of mine, see my log' }],
  [/^webhook: answered 4/, { fr: 'cette adresse refuse ce message', en: 'this address refuses this message' }],
  [/^webhook: answered/, { fr: 'cette adresse a échoué sur ce message', en: 'this address failed on this message' }],
  [/^webhook: /, { fr: 'cette adresse n’a pas répondu', en: 'this address did not answer' }],
  [/in_deleted|to_deleted/, { fr: 'le canal est archivé', en: 'the channel is archived' }],
  [/: 403/, { fr: 'je n’ai pas le droit d’y écrire', en: 'I may not write there' }],
  [/: 404/, { fr: 'ce n’est plus là', en: 'it is not there any more' }],
  [/: 4\d\d/, { fr: 'Mattermost refuse ce message', en: 'Mattermost refuses this message' }],
  [/: 5\d\d/, { fr: 'Mattermost a échoué sur ce message', en: 'Mattermost failed on this message' }],
  [/timeout|no answer/, { fr: 'Mattermost n’a pas répondu à temps', en: 'Mattermost did not answer in time' }],
  [/network/, { fr: 'Mattermost était injoignable', en: 'Mattermost was out of reach' }],
]

function reason(error: string, locale: Locale): Rich {
  const known = mailTroubleOf(error) ?? reasons.find(([pattern]) => pattern.test(error))?.[1]
  const raw = code(shorten(error, 120))
  return known === undefined ? [raw] : rich`${own(known[locale])} (${raw})`
}

type Parked = ParkedFacts

function newsOf({ data }: Event): { parked: Parked[]; count: number; more: boolean; fresh: number } {
  const parked = Array.isArray(data.parked) ? data.parked.flatMap(readParked) : []
  const count = typeof data.count === 'number' ? data.count : parked.length
  return { parked, count, more: data.more === true, fresh: typeof data.fresh === 'number' ? data.fresh : 0 }
}

function readParked(json: Json): Parked[] {
  const { delivery, event, what, channel, address, isDirect, error, attempt, since, at, count } = objectOf(json)
  if (typeof delivery !== 'string') return []
  const said = objectOf(what)
  const { name, url } = objectOf(channel)
  return [
    {
      delivery,
      event: typeof event === 'string' ? event : '?',
      count: typeof count === 'number' ? count : 1,
      what: { fr: textOf(said.fr), en: textOf(said.en) },
      ...(typeof name === 'string' && typeof url === 'string' ? { channel: { name, url } } : {}),
      ...(typeof address === 'string' ? { address } : {}),
      isDirect: isDirect === true,
      error: textOf(error),
      attempt: typeof attempt === 'number' ? attempt : 1,
      since: typeof since === 'number' ? since : 0,
      at: typeof at === 'number' ? at : 0,
    },
  ]
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' && value !== '' ? value : '?')

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {}
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

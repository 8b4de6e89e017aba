// `/subscribe list`: what this channel hears, what sleeps and why, what is muted and until when.

import type { Mute, Subscription } from '../../event.ts'
import { until as untilWords } from '../../text/format.ts'
import { code, item, own, type Rich, rich } from '../../text/rich.ts'
import type { Call, Reply } from '../command.ts'
import type { SubscribeParts } from '../subscribe.ts'
import { flagsOf, shownFilters } from './filters.ts'
import { heardWords } from './words.ts'

const mostUnmuteButtons = 5

const words = {
  fr: {
    title: 'Ce que ce canal entend',
    none: 'Ce canal n’est abonné à rien.',
    head: ['Numéro', 'Source', 'Sujet', 'Filtres', 'Par', 'État'],
    all: 'tout',
    awake: 'éveillé',
    asleep: {
      removed: '😴 en sommeil\u00a0: je ne suis plus dans le canal',
      archived: '😴 en sommeil\u00a0: canal archivé',
    },
    muted: (what: Rich, until: string, by: string) => rich`🔇 ${what} en sourdine ${own(until)}, par ${by}`,
    unmute: (what: string) => `Réentendre ${what}`,
    first: '/subscribe gitlab groupe/projet',
  },
  en: {
    title: 'What this channel hears',
    none: 'This channel is subscribed to nothing.',
    head: ['Id', 'Source', 'Subject', 'Filters', 'By', 'State'],
    all: 'all',
    awake: 'awake',
    asleep: { removed: '😴 asleep: I am no longer in the channel', archived: '😴 asleep: channel archived' },
    muted: (what: Rich, until: string, by: string) => rich`🔇 ${what} muted ${own(until)}, by ${by}`,
    unmute: (what: string) => `Hear ${what} again`,
    first: '/subscribe gitlab group/project',
  },
}

export async function listReply(parts: SubscribeParts, call: Call): Promise<Reply> {
  const { locale, place, role } = call
  const say = words[locale]
  const subscriptions = await parts.store.subscriptions.inChannel(place.channel)
  const mutes = (await parts.store.subscriptions.mutes()).filter(
    ({ channel, until }) => channel === place.channel && until > call.now,
  )
  const muteLines = await Promise.all(mutes.map((mute) => muteLine(parts, mute, call)))
  const buttons = mutes.slice(0, role === 'guest' ? 0 : mostUnmuteButtons).map(({ source, subject }) => ({
    verb: 'subscribe.unmute',
    object: subject === undefined ? source : `${source} ${subject}`,
    label: say.unmute(subject ?? source),
  }))
  const last = subscriptions.at(-1)
  const common = {
    text: [...(last === undefined ? own(say.none) : []), ...muteLines.map((line) => item(line))],
    buttons,
  }
  if (last === undefined) return { ...common, next: say.first }
  return {
    ...common,
    title: own(say.title),
    table: { head: say.head, rows: await Promise.all(subscriptions.map((one) => rowOf(parts, one, call))) },
    mood: subscriptions.some(({ asleep }) => asleep !== undefined) ? 'warning' : 'plain',
    next: `/unsubscribe ${last.id}`,
  }
}

async function rowOf(
  { around }: SubscribeParts,
  subscription: Subscription,
  { locale }: Call,
): Promise<readonly Rich[]> {
  const { id, source, subject, filters, maker, asleep } = await shownFilters(subscription, around)
  const { all, awake, asleep: sleeping } = words[locale]
  const flags = flagsOf(filters)
  return [
    [code(id)],
    own(source),
    subject === undefined ? own(all) : [code(subject)],
    flags === '' ? [] : [code(flags)],
    [await around.username(maker)],
    own(asleep === undefined ? awake : sleeping[asleep]),
  ]
}

async function muteLine({ around, timeZone }: SubscribeParts, mute: Mute, { locale, now }: Call): Promise<Rich> {
  const until = untilWords(locale, timeZone, mute.until, now)
  return words[locale].muted(heardWords(mute, locale), until, await around.username(mute.maker))
}

// `/unsubscribe <id>` or `/unsubscribe <source> [subject]`, for a Vigie administrator also the id of a URL's; and a card's "stop these":
// this channel no longer hears this kind of event of this subject, and everything else as before.

import { UserError } from '../errors.ts'
import type { Event, Subscription } from '../event.ts'
import type { Silence } from '../flow/judge.ts'
import type { Locale } from '../text/locale.ts'
import { bold, code, item, join, own, type Rich, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { Call, Command, Press, Reply } from './command.ts'
import type { CommandParts } from './index.ts'
import { commandOf, shownFilters } from './subscriptions/filters.ts'
import { hearsKind, type Meant, meant, withoutKind } from './subscriptions/match.ts'
import { type InTurn, requireRoom } from './subscriptions/room.ts'
import { isSameSubject, readSubject, requireShort } from './subscriptions/subject.ts'
import { urlEnded } from './subscriptions/url-words.ts'
import { endUrl, urlSubscriptions } from './subscriptions/urls.ts'
import { heardWords, listCommand } from './subscriptions/words.ts'

const words = {
  fr: {
    done: 'Désabonné\u00a0:',
    silent: (what: Rich) => rich`ce canal n’entend plus ${what}.`,
    back: 'Pour revenir\u00a0:',
    several: 'Plusieurs abonnements y répondent\u202f; je n’ai rien retiré\u00a0:',
    near: 'Aucun abonnement ne s’écrit ainsi\u202f; je n’ai rien retiré. Le plus proche\u00a0:',
    stopped: (kind: string, what: Rich) => rich`ce canal n’entend plus ${code(kind)} de ${what}.`,
    stop: 'Arrêté\u00a0:',
    removed: (one: Rich) => rich`${one} retiré`,
    narrowed: (one: Rich, other: Rich) => rich`${one} est devenu ${other}`,
    nothing: (kind: string, what: Rich) => rich`Ce canal n’entend déjà plus ${code(kind)} de ${what}.`,
    source: 'ce projet ou groupe',
  },
  en: {
    done: 'Unsubscribed:',
    silent: (what: Rich) => rich`this channel no longer hears ${what}.`,
    back: 'To go back:',
    several: 'Several subscriptions answer to that; I removed nothing:',
    near: 'No subscription is written like that; I removed nothing. The nearest:',
    stopped: (kind: string, what: Rich) => rich`this channel no longer hears ${code(kind)} of ${what}.`,
    stop: 'Stopped:',
    removed: (one: Rich) => rich`${one} removed`,
    narrowed: (one: Rich, other: Rich) => rich`${one} became ${other}`,
    nothing: (kind: string, what: Rich) => rich`This channel does not hear ${code(kind)} of ${what} any more.`,
    source: 'this project or group',
  },
}

type UnsubscribeParts = Pick<CommandParts, 'around' | 'router' | 'wakeOutbox'> & {
  readonly inTurn: InTurn
  readonly store: Pick<CommandParts['store'], 'subscriptions' | 'subscribers' | 'deliveries'>
}

export function unsubscribeCommand(parts: UnsubscribeParts): Command {
  return {
    name: 'unsubscribe',
    twin: 'désabonner',
    trigger: true,
    summary: { fr: 'Retire un abonnement de ce canal.', en: 'Removes a subscription of this channel.' },
    args: [
      {
        name: 'what',
        title: { fr: 'Numéro ou source', en: 'Id or source' },
        help: {
          fr: 'le numéro que montre /subscribe liste, ou la source',
          en: 'the id that /subscribe list shows, or the source',
        },
        required: true,
      },
      {
        name: 'subject',
        title: { fr: 'Sujet', en: 'Subject' },
        help: { fr: 'le sujet, comme il a été écrit', en: 'the subject, as it was written' },
        required: false,
        rest: true,
        space: '_',
      },
    ],
    examples: [{ fr: '/unsubscribe gitlab groupe/projet', en: '/unsubscribe gitlab group/project' }],
    allow: 'maker',
    maker: async (call) => {
      const found = await find(parts, call)
      return 'one' in found ? found.one.maker : undefined
    },
    run: (call) => unsubscribe(parts, call),
    buttons: {
      stop: {
        allow: 'maker',
        // An old card must not end what was subscribed anew since (threats T3).
        once: true,
        maker: (press) => makerOfHeard(parts, press),
        run: (press) => parts.inTurn(press.place.channel, () => stop(parts, press)),
      },
    },
  }
}

async function find({ store }: UnsubscribeParts, call: Call): Promise<Meant> {
  const here = await store.subscriptions.inChannel(call.place.channel)
  return meant(here, call.args.what ?? '', readSubject(call.args.subject, call.args.what?.toLowerCase()))
}

async function unsubscribe(parts: UnsubscribeParts, call: Call): Promise<Reply> {
  const { locale } = call
  const { done, silent, back, several, near } = words[locale]
  const found = await find(parts, call)
  if ('none' in found) return await unsubscribeUrl(parts, call)
  if ('several' in found) {
    const lines = found.several.map((one) => item(rich`${code(`/unsubscribe ${one.id}`)} — ${heardWords(one, locale)}`))
    return { text: [...own(found.several.length > 1 ? several : near), ...lines], mood: 'warning' }
  }
  const { one } = found
  await parts.store.subscriptions.remove(one.id)
  return {
    text: rich`${bold(own(done))} ${silent(heardWords(one, locale))} ${own(back)} ${code(commandOf(await shownFilters(one, parts.around)))}`,
    mood: 'good',
    next: listCommand[locale],
    changed: [one.id, one.source, one.subject ?? ''].filter((word) => word !== '').join(' '),
  }
}

/** By its id: a URL may hold a secret, and nobody types it. @throws {UserError} where there is none, or it is not theirs to see. */
async function unsubscribeUrl(parts: UnsubscribeParts, call: Call): Promise<Reply> {
  const { args, role } = call
  const urls = role === 'vigie_admin' && args.subject === undefined ? await urlSubscriptions(parts.store) : []
  const found = urls.find(({ subscription }) => subscription.id === args.what)
  if (found === undefined) throw unknown(call)
  await endUrl(parts.store, found.subscription, call.now)
  parts.wakeOutbox()
  return urlEnded(found, call.locale)
}

function unknown({ args }: Call): UserError {
  const typed = [args.what, args.subject].filter((word) => word !== undefined).join(' ')
  return new UserError(
    said({
      fr: rich`Ce canal n’a pas d’abonnement ${code(typed)}. ${code(listCommand.fr)} montre ceux qu’il a.`,
      en: rich`This channel has no subscription ${code(typed)}. ${code(listCommand.en)} shows those it has.`,
    }),
  )
}

/** What a card's menu names: `<source> [subject] <kind>`. */
interface Stopped {
  readonly source: string
  readonly subject?: string | undefined
  readonly kind: string
}

function readObject(object: string): Stopped {
  const [source = '', ...rest] = object.split(' ').filter((word) => word !== '')
  const kind = rest.at(-1) ?? ''
  return { source, kind, ...(rest.length > 1 ? { subject: rest.slice(0, -1).join(' ') } : {}) }
}

/** Judged by an event that any subscription covering the subject would look at: only what keeps the subject out counts. */
async function heardHere({ router }: UnsubscribeParts, press: Press): Promise<readonly Subscription[]> {
  const { source, subject, kind } = readObject(press.object)
  const event: Event = {
    id: '',
    source,
    type: `${source}.${kind}`,
    time: new Date(press.now).toISOString(),
    data: {},
    severity: 'info',
    audience: 'open',
    byDefault: true,
    ...(subject === undefined ? {} : { subject }),
  }
  const elsewhere: readonly Silence[] = ['source', 'subject', 'excluded']
  const judged = (await router.current()).explain(event, press.place.channel, { now: press.now })
  return judged
    .filter(({ judgement }) => judgement.hears || !elsewhere.includes(judgement.because))
    .map(({ subscription }) => subscription)
    .filter((subscription) => hearsKind(subscription, kind))
}

/** Whose they are: somebody else's where any of them is not this person's. */
async function makerOfHeard(parts: UnsubscribeParts, press: Press): Promise<string | undefined> {
  const heard = await heardHere(parts, press)
  return (heard.find(({ maker }) => maker !== press.person.id) ?? heard[0])?.maker
}

async function stop(parts: UnsubscribeParts, press: Press): Promise<Reply> {
  const { locale } = press
  const { stop: verdict, stopped, nothing, back } = words[locale]
  const object = readObject(press.object)
  const what = object.subject === undefined ? own(words[locale].source) : heardWords(object, locale)
  const heard = await heardHere(parts, press)
  if (heard.length === 0) return { text: nothing(object.kind, what) }
  const plans = heard.map((one) => planOf(one, object))
  for (const { wishes } of plans) for (const { subject } of wishes) if (subject !== undefined) requireShort(subject)
  const { length: count } = await parts.store.subscriptions.inChannel(press.place.channel)
  requireRoom(count + plans.reduce((more, { wishes }) => more + Math.max(0, wishes.length - 1), 0))
  const lines: Rich[] = []
  for (const plan of plans) lines.push(await narrow(parts, plan, locale))
  const undo = (await Promise.all(heard.map((one) => shownFilters(one, parts.around)))).map((one) =>
    item([code(commandOf(one))]),
  )
  return {
    text: [
      ...rich`${bold(own(verdict))} ${stopped(object.kind, what)}`,
      ...lines.map((line) => item(line)),
      ...rich`\n${own(back)}`,
      ...undo,
    ],
    mood: 'good',
    next: listCommand[locale],
    changed: press.object,
  }
}

/** What becomes of a subscription. */
interface Plan {
  readonly one: Subscription
  readonly wishes: readonly Omit<Subscription, 'id'>[]
  /** It is not among `wishes` itself. */
  readonly goes: boolean
  readonly isAllOfIt: boolean
}

/** One subscription without this kind of this subject. It stays its maker's: what it still hears, it hears by their right. */
function planOf(one: Subscription, { source, subject, kind }: Stopped): Plan {
  const { id: _id, ...wish } = one
  const filters = withoutKind(one.filters, source, kind)
  const isAllOfIt = subject === undefined || isSameSubject(one.subject, subject)
  const others: Omit<Subscription, 'id'>[] = isAllOfIt
    ? []
    : [{ ...wish, subject: `${one.subject ?? '**'} !${subject}` }]
  const rest = filters === undefined ? [] : [isAllOfIt ? { ...wish, filters } : { ...wish, subject, filters }]
  return { one, wishes: [...others, ...rest], goes: !isAllOfIt || filters === undefined, isAllOfIt }
}

async function narrow(
  { store, around }: UnsubscribeParts,
  { one, wishes, goes, isAllOfIt }: Plan,
  locale: Locale,
): Promise<Rich> {
  const { removed, narrowed } = words[locale]
  const known = new Set(
    (await store.subscriptions.inChannel(one.channel)).map((other) => `${other.source} ${other.subject}`),
  )
  for (const made of wishes) {
    // Another one for exactly this subject is narrowed in its own turn: it is not replaced by this one's filters.
    if (isAllOfIt || !known.has(`${made.source} ${made.subject}`)) await store.subscriptions.save(made)
  }
  if (goes) await store.subscriptions.remove(one.id)
  const before = [code(commandOf(await shownFilters(one, around)))]
  if (wishes.length === 0) return removed(before)
  return narrowed(
    before,
    join(
      (await Promise.all(wishes.map((made) => shownFilters(made, around)))).map((made) => [code(commandOf(made))]),
      ' + ',
    ),
  )
}

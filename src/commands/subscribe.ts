// `/subscribe <source> [subject] [--flags]` and `/subscribe list`: what this channel hears (interface.md, "What people type" and
// "Who may"). Its card's menu mutes a subject for a time.

import { UserError } from '../errors.ts'
import type { Filters, Mute, Subscription } from '../event.ts'
import { parseDuration } from '../text/format.ts'
import { rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { Call, Command, Flag, Press, Reply } from './command.ts'
import type { CommandParts, Source } from './index.ts'
import { mentionFlag, readMention } from './monitor/mention.ts'
import { eventChoices, readFilters, severities, shownFilters } from './subscriptions/filters.ts'
import { listReply } from './subscriptions/list.ts'
import { type InTurn, requireInside, requireRoom } from './subscriptions/room.ts'
import { isSameSubject, readSubject } from './subscriptions/subject.ts'
import { withUnheard } from './subscriptions/unheard.ts'
import { mutedReply, stillMutedReply, subscribedReply, unmutedReply } from './subscriptions/words.ts'

/** Members mute a day at most; longer is for who has a channel administrator's rights. */
const memberMuteMs = 86_400_000
const longestMuteMs = 365 * 86_400_000

export type SubscribeParts = Pick<CommandParts, 'around' | 'sources' | 'timeZone'> & {
  readonly inTurn: InTurn
  readonly store: Pick<CommandParts['store'], 'subscriptions' | 'subscribers' | 'deliveries'>
}

export function subscribeCommand(parts: SubscribeParts): Command {
  return {
    name: 'subscribe',
    twin: 'abonner',
    trigger: true,
    summary: {
      fr: 'Abonne ce canal à ce qui arrive\u00a0: un projet, un groupe, ou tout d’une source.',
      en: 'Subscribes this channel to what happens: a project, a group, or all of a source.',
    },
    args: [
      {
        name: 'source',
        title: { fr: 'Source', en: 'Source' },
        help: {
          fr: `d’où cela vient\u00a0: ${namesOf(parts.sources)}`,
          en: `where it comes from: ${namesOf(parts.sources)}`,
        },
        required: true,
        choices: parts.sources.map(({ name }) => ({ value: name })),
      },
      {
        name: 'subject',
        title: { fr: 'Sujet', en: 'Subject' },
        help: {
          fr: 'groupe/projet, groupe/**, un nom entre guillemets (personnage), un type (hook)\u202f; !motif exclut\u202f; rien\u00a0: toute la source',
          en: 'group/project, group/**, a name in quotes (personnage), a type (hook); ! excludes; nothing: all of the source',
        },
        required: false,
        rest: true,
        space: '_',
      },
    ],
    flags: flags(parts.sources),
    examples: [
      { fr: '/subscribe gitlab groupe/projet', en: '/subscribe gitlab group/project' },
      {
        fr: '/subscribe gitlab groupe/** !groupe/archive/** --events merge_request,pipeline --branch main',
        en: '/subscribe gitlab group/** !group/archive/** --events merge_request,pipeline --branch main',
      },
      ...(parts.sources.some(({ name }) => name === 'personnage')
        ? [{ fr: '/subscribe personnage "Naruto Uzumaki"', en: '/subscribe personnage "Naruto Uzumaki"' }]
        : []),
      ...(parts.sources.some(({ name }) => name === 'hook')
        ? [
            {
              fr: '/subscribe hook com.exemple.commande.* --template "Commande {{data.id}}\u00a0: {{data.etat}}"',
              en: '/subscribe hook com.example.order.* --template "Order {{data.id}}: {{data.state}}"',
            },
          ]
        : []),
      ...(parts.sources.some(({ name }) => name === 'nextcloud')
        ? [
            {
              fr: '/subscribe nextcloud Documents_RH/** --ext pdf,docx',
              en: '/subscribe nextcloud Documents_RH/** --ext pdf,docx',
            },
          ]
        : []),
    ],
    allow: 'maker',
    maker: async (call) => (await sameAs(parts, call, readSubject(call.args.subject, call.args.source)))?.maker,
    run: (call) => subscribe(parts, call),
    verbs: [
      {
        name: 'list',
        twin: 'liste',
        summary: { fr: 'Montre à quoi ce canal est abonné.', en: 'Shows what this channel is subscribed to.' },
        allow: 'guest',
        run: (call) => listReply(parts, call),
      },
    ],
    buttons: {
      mute: { allow: 'member', run: (press) => mute(parts, press) },
      unmute: { allow: 'maker', maker: (press) => makerOfLong(parts, press), run: (press) => unmute(parts, press) },
    },
  }
}

function flags(sources: readonly Source[]): Readonly<Record<string, Flag>> {
  return {
    events: {
      kind: 'list',
      title: { fr: 'Événements', en: 'Events' },
      help: {
        fr: 'merge_request, merge_request.open… séparés par des virgules, ou all\u202f; rien\u00a0: l’essentiel',
        en: 'merge_request, merge_request.open… separated by commas, or all; nothing: the essential',
      },
      choices: async (_call, { source }) => {
        const named = sources.filter(({ name }) => name === source)
        return eventChoices(named.length === 0 ? sources.filter(({ name }) => name !== 'hook') : named)
      },
    },
    branch: {
      kind: 'list',
      title: { fr: 'Branches', en: 'Branches' },
      help: { fr: 'seulement ces branches\u00a0: main,release/*', en: 'only these branches: main,release/*' },
    },
    digest: {
      kind: 'duration',
      title: { fr: 'Regrouper', en: 'Digest' },
      help: {
        fr: 'attendre ce temps et tout dire en un message\u00a0: 10m',
        en: 'wait this long and tell it all in one post: 10m',
      },
    },
    cards: {
      kind: 'word',
      title: { fr: 'Cartes', en: 'Cards' },
      help: {
        fr: 'live\u00a0: une carte par chose, tenue à jour\u202f; each\u00a0: un message par événement',
        en: 'live: one card per thing, kept up to date; each: a post for every event',
      },
      choices: [
        { value: 'live', label: { fr: 'une carte tenue à jour', en: 'one card kept up to date' } },
        { value: 'each', label: { fr: 'un message chacun', en: 'a post each' } },
      ],
    },
    label: {
      kind: 'list',
      title: { fr: 'Étiquettes', en: 'Labels' },
      help: { fr: 'seulement ces étiquettes\u202f; !mot exclut', en: 'only these labels; ! excludes' },
    },
    author: {
      kind: 'list',
      title: { fr: 'Auteurs', en: 'Authors' },
      help: { fr: 'seulement ces auteurs\u202f; !renovate exclut', en: 'only these authors; !renovate excludes' },
    },
    'changes-only': {
      kind: 'switch',
      title: { fr: 'Changements seuls', en: 'Changes only' },
      help: { fr: 'seulement quand l’état change', en: 'only when the state changes' },
    },
    ext: {
      kind: 'list',
      title: { fr: 'Extensions', en: 'Extensions' },
      help: { fr: 'seulement ces fichiers\u00a0: pdf,docx', en: 'only these files: pdf,docx' },
    },
    larger: {
      kind: 'word',
      title: { fr: 'Plus gros que', en: 'Larger than' },
      help: { fr: 'seulement les fichiers plus gros\u00a0: 10MB', en: 'only files larger than this: 10MB' },
    },
    'no-names': {
      kind: 'switch',
      title: { fr: 'Sans noms', en: 'No names' },
      help: {
        fr: 'dire le dossier et le nombre, pas le nom des fichiers',
        en: 'tell the folder and the count, not the names of files',
      },
    },
    template: {
      kind: 'word',
      title: { fr: 'Modèle', en: 'Template' },
      help: {
        fr: 'le texte des cartes de hook\u00a0: "Commande {{data.id}}"',
        en: 'the text of cards of hook: "Order {{data.id}}"',
      },
    },
    severity: {
      kind: 'word',
      title: { fr: 'Gravité', en: 'Severity' },
      help: { fr: 'à partir de cette gravité, et ce qui y met fin', en: 'from this severity on, and what ends it' },
      choices: severities.map((value) => ({ value })),
    },
    mention: mentionFlag,
    confidential: {
      kind: 'switch',
      title: { fr: 'Confidentiel', en: 'Confidential' },
      help: { fr: 'aussi ce qui est confidentiel', en: 'also what is confidential' },
      allow: 'vigie_admin',
    },
  }
}

const namesOf = (sources: readonly Source[]): string => sources.map(({ name }) => name).join(', ')

async function subscribe(parts: SubscribeParts, call: Call): Promise<Reply> {
  const source = parts.sources.find(({ name }) => name === call.args.source)
  if (source === undefined) throw new Error(`no source ${call.args.source}`)
  const subject = readSubject(call.args.subject, source.name)
  const filters = await withMention(readFilters(call.flags, source), parts, call)
  const { channel } = call.place
  const wish = {
    channel,
    target: { notifier: 'mattermost', address: channel },
    source: source.name,
    filters,
    maker: call.person.id,
    madeAt: call.now,
    ...(subject === undefined ? {} : { subject }),
  }
  const { subscription, replaced } = await parts.inTurn(channel, async () => {
    const here = await parts.store.subscriptions.inChannel(channel)
    if (!here.some((one) => isThis(one, call, subject))) requireRoom(here.length + 1)
    await requireInside(parts.around, call)
    return parts.store.subscriptions.save(wish)
  })
  const formerMaker = replaced === undefined || replaced.maker === call.person.id ? undefined : replaced.maker
  const former = formerMaker === undefined ? undefined : await parts.around.username(formerMaker)
  const unheard = (await source.hooks?.unheard(subject, { vigieAdmin: call.role === 'vigie_admin' })) ?? []
  const shown = await shownFilters(subscription, parts.around)
  const before = replaced && (await shownFilters(replaced, parts.around))
  return withUnheard(subscribedReply(shown, before, former, call), unheard, call)
}

async function withMention(filters: Filters, { around }: SubscribeParts, call: Call): Promise<Filters> {
  const mention = call.flags.mention === undefined ? [] : await readMention(call.flags.mention, around, call)
  return mention.length === 0 ? filters : { ...filters, mention }
}

/** The subscription that the call would replace. */
async function sameAs(
  { store }: SubscribeParts,
  call: Call,
  subject: string | undefined,
): Promise<Subscription | undefined> {
  const here = await store.subscriptions.inChannel(call.place.channel)
  return here.find((one) => isThis(one, call, subject))
}

const isThis = (one: Subscription, call: Call, subject: string | undefined): boolean =>
  one.source === call.args.source && isSameSubject(one.subject, subject)

/** `<source> [subject] <duration>`, as a card's menu says it. Who may mute a day does not cut short what lasts longer. */
async function mute({ store, around, timeZone }: SubscribeParts, press: Press): Promise<Reply> {
  const words = press.object.split(' ')
  const [source = '', subject] = words.length > 2 ? words : [words[0]]
  const durationMs = parseDuration(words.at(-1) ?? '') ?? 0
  const most = isMember(press) ? memberMuteMs : longestMuteMs
  if (words.length < 2 || durationMs <= 0 || durationMs > most) throw unreadableMute()
  const until = press.now + durationMs
  const wish: Mute = {
    channel: press.place.channel,
    source,
    until,
    maker: press.person.id,
    ...(subject === undefined ? {} : { subject }),
  }
  const standing = await store.subscriptions.mute(wish, press.now + most)
  if (standing) return stillMutedReply(standing, await around.username(standing.maker), press, timeZone)
  return mutedReply({ source, subject, until }, press, timeZone)
}

/** Without a channel administrator's rights. */
function isMember({ role }: Press): boolean {
  return role === 'guest' || role === 'member'
}

function unreadableMute(): UserError {
  return new UserError(
    said({
      fr: rich`Une sourdine dure 24 heures au plus.`,
      en: rich`A mute lasts 24 hours at most.`,
    }),
  )
}

/** Whose a mute is that lasts longer than a member's may; any member ends a shorter one. */
async function makerOfLong({ store }: SubscribeParts, press: Press): Promise<string | undefined> {
  const [source = '', subject] = press.object.split(' ')
  const known = (await store.subscriptions.mutes()).find(
    (one) => one.channel === press.place.channel && one.source === source && isSameSubject(one.subject, subject),
  )
  return known !== undefined && known.until > press.now + memberMuteMs ? known.maker : undefined
}

/** `<source> [subject]` */
async function unmute({ store }: SubscribeParts, press: Press): Promise<Reply> {
  const [source = '', subject] = press.object.split(' ')
  const mute = {
    channel: press.place.channel,
    source,
    maker: press.person.id,
    ...(subject === undefined ? {} : { subject }),
  }
  // What was made longer since its maker was asked for is not a member's to end.
  const ended = await store.subscriptions.unmute(mute, isMember(press) ? press.now + memberMuteMs : undefined)
  return unmutedReply({ source, subject }, ended, press.locale)
}

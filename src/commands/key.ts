// `/vigie key create|list|revoke`: API keys (interface.md, "API keys"). What is shown of a new one stands in the ephemeral answer to the
// slash command and nowhere else.

import { UserError } from '../errors.ts'
import type { KeyRing } from '../integrations/integration.ts'
import type { KeptKey } from '../store/store.ts'
import { moment } from '../text/format.ts'
import { bold, code, join, own, type Rich, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { Call, Choice, Command, FlagValue, Reply, Verb } from './command.ts'
import type { CommandParts } from './index.ts'

type KeyParts = Pick<CommandParts, 'around' | 'timeZone'> & { readonly keys: KeyRing }

const mostRows = 50

const words = {
  fr: {
    title: 'Clés d’API',
    head: ['Nom', 'Portées', 'Faite par', 'Expire', 'Dernier usage'],
    none: 'Il n’y a aucune clé.',
    shell: 'dans un shell',
    never: 'jamais',
    expired: (when: string) => `⚪ expirée ${when}`,
    signs: 'signe pour /webhook/events',
    at: (name: string) => rich`seulement ${code(`/webhook/in/${name}`)}`,
    told: (channel: string) => rich`dit dans ${code(channel)} seul`,
    more: (count: number) => rich`… et ${count} de plus.`,
    made: (name: string) => rich`${bold(own('Clé créée\u00a0:'))} ${code(name)}`,
    once: 'Elle n’est montrée que cette fois\u00a0: gardez-la dans un endroit sûr.',
    revoked: (name: string) =>
      rich`${bold(own('Clé révoquée\u00a0:'))} ${code(name)}. Elle n’ouvre plus rien, dans les 5\u00a0s.`,
  },
  en: {
    title: 'API keys',
    head: ['Name', 'Scopes', 'Made by', 'Expires', 'Last used'],
    none: 'There is no key.',
    shell: 'in a shell',
    never: 'never',
    expired: (when: string) => `⚪ expired ${when}`,
    signs: 'signs for /webhook/events',
    at: (name: string) => rich`${code(`/webhook/in/${name}`)} alone`,
    told: (channel: string) => rich`told in ${code(channel)} alone`,
    more: (count: number) => rich`… and ${count} more.`,
    made: (name: string) => rich`${bold(own('Key made:'))} ${code(name)}`,
    once: 'It is shown this once: keep it in a safe place.',
    revoked: (name: string) => rich`${bold(own('Key revoked:'))} ${code(name)}. It opens nothing any more, within 5 s.`,
  },
}

const scopes: readonly Choice[] = [
  { value: 'personnages:read' },
  { value: 'personnages:write' },
  { value: 'events:write' },
  { value: 'subscriptions:write' },
]

const scopeWords = scopes.map(({ value }) => value).join(', ')

export function keyCommand(parts: KeyParts): Command {
  return {
    name: 'key',
    twin: 'clé',
    summary: {
      fr: 'Crée, montre ou révoque les clés d’API\u202f; seul, les montre.',
      en: 'Makes, shows or revokes API keys; alone, shows them.',
    },
    usage: { fr: '[créer|liste|révoquer] [nom] …', en: '[create|list|revoke] [name] …' },
    examples: [
      { fr: '/vigie key créer banque --scope events:write', en: '/vigie key create bank --scope events:write' },
      { fr: '/vigie key révoquer banque', en: '/vigie key revoke bank' },
    ],
    allow: 'vigie_admin',
    run: (call) => list(parts, call),
    verbs: [createVerb(parts), listVerb(parts), revokeVerb(parts)],
  }
}

function createVerb(parts: KeyParts): Verb {
  return {
    name: 'create',
    twin: 'créer',
    summary: {
      fr: 'Crée une clé, montrée une seule fois et à vous seul.',
      en: 'Makes a key, shown once and to you alone.',
    },
    usage: {
      fr: '<nom> --scope <portées> [--expires 365d|never] [--channel ~canal] [--in NOM] [--signing]',
      en: '<name> --scope <scopes> [--expires 365d|never] [--channel ~channel] [--in NAME] [--signing]',
    },
    args: [
      {
        name: 'name',
        title: { fr: 'Nom', en: 'Name' },
        help: { fr: 'pour la reconnaître et la révoquer', en: 'to know it by, and to revoke it' },
        // A form's answer is no place to show it in: what is missing is told instead.
        required: false,
      },
    ],
    flags: {
      scope: {
        kind: 'list',
        title: { fr: 'Portées', en: 'Scopes' },
        help: { fr: `ce qu’elle peut faire\u00a0: ${scopeWords}`, en: `what it may do: ${scopeWords}` },
        choices: scopes,
      },
      expires: {
        kind: 'word',
        title: { fr: 'Expiration', en: 'Expiry' },
        help: { fr: '365d, 12h… ou never\u202f; un an sans précision', en: '365d, 12h… or never; a year unless said' },
      },
      channel: {
        kind: 'word',
        title: { fr: 'Canal', en: 'Channel' },
        help: { fr: 'ce qu’elle envoie n’est dit que là', en: 'what it sends is told there alone' },
      },
      in: {
        kind: 'word',
        title: { fr: 'Pour /webhook/in/', en: 'For /webhook/in/' },
        help: { fr: 'ne vaut que pour cette adresse', en: 'good for that address alone' },
      },
      signing: {
        kind: 'switch',
        title: { fr: 'Signature', en: 'Signing' },
        help: {
          fr: 'signe pour /webhook/events (whsec_…), n’ouvre rien d’autre',
          en: 'signs for /webhook/events (whsec_…), opens nothing else',
        },
      },
    },
    examples: [
      {
        fr: '/vigie key créer banque --scope personnages:write --expires 30d',
        en: '/vigie key create bank --scope personnages:write --expires 30d',
      },
    ],
    allow: 'vigie_admin',
    perMinute: 10,
    run: (call) => create(parts, call),
  }
}

async function create({ keys, around }: KeyParts, call: Call): Promise<Reply> {
  if (call.by !== 'slash') throw onlyBySlash()
  const { flags, locale } = call
  const channel = await channelOf(around, call)
  const { shown, key } = await keys.make({
    name: call.args.name ?? '',
    scopes: wordsOf(flags.scope),
    ...oneWord('expires', flags.expires),
    ...oneWord('inName', flags.in),
    ...(channel === undefined ? {} : { channel }),
    signing: flags.signing === true,
    maker: call.person.id,
  })
  const { made, once } = words[locale]
  return {
    text: join([made(key.name), [code(shown)], own(once)], '\n\n'),
    mood: 'good',
    personal: true,
    changed: `create ${key.name} (${key.id}): ${key.scopes.join(', ')}`,
  }
}

/** A mention and what is written to the bot stay in Mattermost, and so would the answer. */
function onlyBySlash(): UserError {
  return new UserError(
    said({
      fr: rich`Une clé n’est montrée que dans la réponse, visible de vous seul, à la commande slash\u00a0: écrivez ${code('/vigie key créer NOM --scope …')} dans un canal, ou ${code('vigie key create NOM --scope …')} dans un shell.`,
      en: rich`A key is shown only in the answer to the slash command, which you alone see: write ${code('/vigie key create NAME --scope …')} in a channel, or ${code('vigie key create NAME --scope …')} in a shell.`,
    }),
  )
}

async function channelOf(around: KeyParts['around'], call: Call): Promise<string | undefined> {
  const asked = call.flags.channel
  if (typeof asked !== 'string') return undefined
  const place = await around.findChannel(asked, call)
  if (place !== undefined) return place.channel
  throw new UserError(
    said({
      fr: rich`Je ne trouve pas le canal ${code(asked)}\u00a0: écrivez ${code('~canal')}, son lien ou son identifiant.`,
      en: rich`I cannot find the channel ${code(asked)}: write ${code('~channel')}, its link or its id.`,
    }),
  )
}

function wordsOf(value: FlagValue | undefined): readonly string[] {
  return typeof value === 'object' ? value : []
}

function oneWord<N extends string>(name: N, value: FlagValue | undefined): { readonly [K in N]?: string } {
  const found: { [K in N]?: string } = {}
  if (typeof value === 'string') found[name] = value
  return found
}

function listVerb(parts: KeyParts): Verb {
  return {
    name: 'list',
    twin: 'liste',
    summary: { fr: 'Montre les clés, sans ce qu’elles ouvrent.', en: 'Shows the keys, without what opens.' },
    allow: 'vigie_admin',
    run: (call) => list(parts, call),
  }
}

async function list(parts: KeyParts, call: Call): Promise<Reply> {
  const { title, head, none, more } = words[call.locale]
  const all = await parts.keys.list()
  if (all.length === 0) return { text: own(none), personal: true }
  const rows = await Promise.all(all.slice(0, mostRows).map((key) => rowOf(parts, key, call)))
  const rest = all.length > mostRows ? [[more(all.length - mostRows), [], [], [], []]] : []
  return { title: own(title), table: { head, rows: [...rows, ...rest] }, personal: true }
}

async function rowOf({ around, timeZone }: KeyParts, key: KeptKey, call: Call): Promise<readonly Rich[]> {
  const { locale, now } = call
  const { shell, never, expired, signs, at, told } = words[locale]
  const { name, id, scopes: may, maker, channel, inName, sealed, expiresAt, usedAt } = key
  const show = (when: number) => moment(locale, timeZone, when, now)
  const pieces: Rich[] = [
    [code(may.join(', '))],
    sealed === undefined ? [] : own(signs),
    inName === undefined ? [] : at(inName),
    channel === undefined ? [] : told(await shownChannel(around, channel, call)),
  ]
  return [
    sealed === undefined ? rich`${bold(name)} ${code(`vigie_${id}_…`)}` : rich`${bold(name)} ${code('whsec_…')}`,
    join(pieces, ' · '),
    maker === undefined ? own(shell) : [await around.username(maker)],
    own(expiresAt === undefined ? never : expiresAt <= now ? expired(show(expiresAt)) : show(expiresAt)),
    own(usedAt === undefined ? never : show(usedAt)),
  ]
}

/** Its id, where it is gone or not for this person to read. */
async function shownChannel(around: KeyParts['around'], channel: string, call: Call): Promise<string> {
  const place = await around.findChannel(channel, call)
  return place?.name === undefined ? channel : `~${place.name}`
}

function revokeVerb({ keys }: KeyParts): Verb {
  return {
    name: 'revoke',
    twin: 'révoquer',
    summary: { fr: 'Révoque une clé\u00a0: elle n’ouvre plus rien.', en: 'Revokes a key: it opens nothing any more.' },
    args: [
      {
        name: 'name',
        title: { fr: 'Nom', en: 'Name' },
        help: { fr: 'celui que montre «\u00a0liste\u00a0»', en: 'the one that "list" shows' },
        required: true,
        rest: true,
      },
    ],
    allow: 'vigie_admin',
    async run(call) {
      const key = await keys.revoke(call.args.name ?? '')
      return {
        text: words[call.locale].revoked(key.name),
        mood: 'good',
        personal: true,
        changed: `revoke ${key.name} (${key.id})`,
      }
    },
  }
}

// `vigie key create|list|revoke`: API keys in a shell, beside a running `start` or without one. The new key is the only line on standard
// output, so that it can go into a variable or a file.

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { keyFileSecrets } from '../app/key-file.ts'
import { createKeyRing } from '../app/keys.ts'
import { openKeptStore } from '../app/upkeep.ts'
import { createVault } from '../app/vault.ts'
import { UserError } from '../errors.ts'
import type { Log } from '../event.ts'
import type { KeyRing } from '../integrations/integration.ts'
import { readDatabasePath } from '../settings.ts'
import { readUpkeepSettings } from '../settings-upkeep.ts'
import { isCurrent, openKeyFile } from '../store/key-file.ts'
import { holdLock } from '../store/lock.ts'
import type { AuditStore, KeptKey } from '../store/store.ts'
import { envOf } from './dotenv-file.ts'
import type { Subcommand, World } from './subcommand.ts'

const options = {
  scope: { type: 'string', multiple: true },
  expires: { type: 'string' },
  channel: { type: 'string' },
  in: { type: 'string' },
  signing: { type: 'boolean' },
} as const

export const key: Subcommand = {
  name: 'key',
  summary: { fr: 'crée, montre ou révoque les clés d’API', en: 'makes, shows or revokes API keys' },
  usage: 'create NAME --scope a,b [--expires 365d|never] [--channel ID] [--in NAME] [--signing] | list | revoke NAME',
  help: {
    fr: [
      'create   seule la clé est écrite sur la sortie standard, une seule fois',
      '--scope  personnages:read, personnages:write, events:write, subscriptions:write',
      '--channel  identifiant d’un canal\u00a0: ce qu’elle envoie n’est dit que là',
      '--in     ne vaut que pour /webhook/in/NAME\u202f; --signing  un secret whsec_ qui signe pour /webhook/events',
      'Une clé faite ici a les droits d’un administrateur de Vigie. Vigie peut être en marche\u202f; révoquée, une clé n’ouvre plus rien dans les 5\u00a0s.',
    ].join('\n'),
    en: [
      'create   the key is the only line on standard output, once',
      '--scope  personnages:read, personnages:write, events:write, subscriptions:write',
      '--channel  id of a channel: what it sends is told there alone',
      '--in     good for /webhook/in/NAME alone; --signing  a whsec_ secret that signs for /webhook/events',
      'A key made here has a Vigie administrator’s rights. Vigie may be running; a revoked key opens nothing within 5 s.',
    ].join('\n'),
  },
  async run(args, world) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [verb = 'list', ...rest] = positionals
    const name = rest.join(' ')
    if (!['create', 'créer', 'list', 'liste', 'revoke', 'révoquer'].includes(verb)) throw unknownVerb(verb)
    return await withRing(world, async (ring, audit) => {
      if (verb === 'list' || verb === 'liste') return list(ring, world)
      if (verb === 'revoke' || verb === 'révoquer') return await revoke(ring, audit, { name, world })
      const { shown, key: made } = await ring.make({
        name,
        scopes: values.scope ?? [],
        ...(values.expires === undefined ? {} : { expires: values.expires }),
        ...(values.channel === undefined ? {} : { channel: readChannel(values.channel) }),
        ...(values.in === undefined ? {} : { inName: values.in }),
        signing: values.signing === true,
      })
      await audit.append({ ...noteOf(made, world), verb: 'key create' })
      world.stdout(shown)
      return 0
    })
  },
}

type Work = (ring: KeyRing, audit: Pick<AuditStore, 'append'>) => Promise<number>

async function withRing(world: World, work: Work): Promise<number> {
  const env = envOf(world)
  const path = readDatabasePath(env, world.cwd)
  const setting = env.secrets('VIGIE_SECRET_KEY')
  const { backupPath } = readUpkeepSettings(env, world.cwd)
  env.check()
  if (!isCurrent(path)) await makeCurrent({ databasePath: path, backupPath }, world)
  const secrets = keyFileSecrets(setting, `${path}.key`, randomBytes)
  const vault = createVault({ secrets, random: randomBytes })
  const file = openKeyFile(path)
  try {
    return await work(createKeyRing({ keys: file.apiKeys, vault, now: world.now }), file.audit)
  } finally {
    await file.close()
  }
}

/** Made, or brought up to date, as a start would. @throws {UserError} where a start of another version runs. */
async function makeCurrent(settings: { databasePath: string; backupPath: string }, world: World): Promise<void> {
  const lock = holdLock(settings.databasePath, world.pid)
  try {
    const store = await openKeptStore({ settings, now: world.now, log: quiet })
    await store.close()
  } finally {
    lock.release()
  }
}

const say = () => undefined
/** What goes wrong is thrown; standard output is the key's. */
const quiet: Log = { debug: say, info: say, warn: say, error: say, fatal: say }

/** Nobody of Mattermost's: who has the shell has the file. */
function noteOf({ name, id }: KeptKey, { now }: World) {
  return { at: now(), person: 'shell', object: `${name} (${id})`, outcome: 'done' } as const
}

async function revoke(
  ring: KeyRing,
  audit: Pick<AuditStore, 'append'>,
  { name, world }: { readonly name: string; readonly world: World },
): Promise<number> {
  const revoked = await ring.revoke(name)
  await audit.append({ ...noteOf(revoked, world), verb: 'key revoke' })
  world.stdout(
    world.locale === 'fr'
      ? `Clé révoquée\u00a0: ${revoked.name} (${revoked.id})`
      : `Key revoked: ${revoked.name} (${revoked.id})`,
  )
  return 0
}

async function list(ring: KeyRing, world: World): Promise<number> {
  const keys = await ring.list()
  for (const one of keys) world.stdout(lineOf(one, world))
  if (keys.length === 0) world.stderr(world.locale === 'fr' ? 'Il n’y a aucune clé.' : 'There is no key.')
  return 0
}

const wordsOfList = {
  fr: {
    made: 'faite par',
    shell: 'un shell',
    expires: 'expire',
    expired: 'expirée',
    used: 'dernier usage',
    never: 'jamais',
  },
  en: {
    made: 'made by',
    shell: 'a shell',
    expires: 'expires',
    expired: 'expired',
    used: 'last used',
    never: 'never',
  },
}

/** `06g0…  bank  events:write  made by a shell  expires 2027-11-21 08:00 UTC  last used 2026-11-21 08:00 UTC`, tab separated. */
function lineOf(key: KeptKey, { locale, now }: World): string {
  const { id, name, scopes, maker, inName, channel, sealed, expiresAt, usedAt } = key
  const minute = (at: number | undefined) =>
    at === undefined ? wordsOfList[locale].never : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const only = [
    ...(inName === undefined ? [] : [`--in ${inName}`]),
    ...(channel === undefined ? [] : [`--channel ${channel}`]),
    ...(sealed === undefined ? [] : ['--signing']),
  ]
  const { made, shell, expires, expired, used } = wordsOfList[locale]
  const isOver = expiresAt !== undefined && expiresAt <= now()
  return [
    id,
    name,
    [scopes.join(','), ...only].join(' '),
    `${made} ${maker ?? shell}`,
    `${isOver ? expired : expires} ${minute(expiresAt)}`,
    `${used} ${minute(usedAt)}`,
  ].join('\t')
}

/** Names of channels are known to Mattermost alone, which may be away. */
function readChannel(text: string): string {
  if (/^[a-z0-9]{26}$/.test(text)) return text
  throw new UserError({
    fr: `--channel\u00a0: l’identifiant du canal est attendu (26 caractères, dans «\u00a0Informations\u00a0» du canal), pas «\u00a0${text}\u00a0».`,
    en: `--channel: the id of the channel is expected (26 characters, in the channel's "View info"), not "${text}".`,
  })
}

function unknownVerb(verb: string): UserError {
  return new UserError({
    fr: `«\u00a0${verb}\u00a0»\u00a0: create, list ou revoke est attendu.`,
    en: `"${verb}": create, list or revoke is expected.`,
  })
}

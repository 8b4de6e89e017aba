// `/monitor add` and `edit`: what is to be watched, first checked at once, and the channel subscribed to it (interface.md, "/monitor").

import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../errors.ts'
import type { Added, MonitorWish } from '../../integrations/integration.ts'
import type { Monitor, Result } from '../../integrations/monitor/monitor.ts'
import { duration, interval } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { bold, code, join, own, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import { typedName } from '../../text/typed.ts'
import type { Call, DialogSpec, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { requireInside, requireRoom } from '../subscriptions/room.ts'
import { editFlags, readWish } from './flags.ts'
import { askerOf, keeperOf, namedOf } from './keeper.ts'
import { mentionNames } from './mention.ts'
import { readWithout, withoutWish } from './without.ts'
import { checkedWords } from './words.ts'

const mostInChannel = 200
/** Mattermost waits 3 s for an answer; what the first check takes longer is told by its card or asked for. */
const patienceMs = 2000

const words = {
  fr: {
    added: (name: Rich) => rich`${bold(own('Surveillé\u00a0:'))} ${name}`,
    edited: (name: Rich) => rich`${bold(own('Modifié\u00a0:'))} ${name}`,
    underWay: rich`La première vérification est en cours.`,
    silent: rich`🔕 Si cela tombe, personne ici ne sera réveillé\u00a0: ajoutez ${code('--mention @moi')} pour l’être.`,
    wakes: (who: string) => rich`🔔 Fera sonner\u00a0: ${who}.`,
    address: (address: string) =>
      rich`La tâche s’annonce par un appel à cette adresse, montrée cette seule fois\u00a0: ${code(address)}\nAvec ${code('/start')} quand elle commence, ${code('/fail')} ou son code de sortie quand elle échoue.`,
    checks: 'Vérifications',
    every: (every: string, retries: number, retry: string) =>
      `toutes les ${every}\u202f; en panne au ${retries === 1 ? '1er' : `${retries}e`} échec de suite, revérifié toutes les ${retry}`,
    beat: (every: string, grace: string) => `attendue toutes les ${every}, en retard après ${grace}`,
    cron: (cron: string, zone: string, grace: string) =>
      rich`attendue à ${code(cron)} (${zone}), en retard après ${own(grace)}`,
    target: 'Cible',
    timeout: 'Délai',
    recover: (count: number) => (count === 1 ? 'rétabli au 1er succès' : `rétabli après ${count} succès de suite`),
    show: 'voir',
  },
  en: {
    added: (name: Rich) => rich`${bold(own('Watched:'))} ${name}`,
    edited: (name: Rich) => rich`${bold(own('Changed:'))} ${name}`,
    underWay: rich`The first check is under way.`,
    silent: rich`🔕 If it goes down, nobody here will be woken: add ${code('--mention @me')} to be.`,
    wakes: (who: string) => rich`🔔 Rings: ${who}.`,
    address: (address: string) =>
      rich`The job reports by calling this address, shown this once only: ${code(address)}\nWith ${code('/start')} when it begins, ${code('/fail')} or its exit code when it fails.`,
    checks: 'Checks',
    every: (every: string, retries: number, retry: string) =>
      `every ${every}; down at failure ${retries} in a row, rechecked every ${retry}`,
    beat: (every: string, grace: string) => `expected every ${every}, late after ${grace}`,
    cron: (cron: string, zone: string, grace: string) =>
      rich`expected at ${code(cron)} (${zone}), late after ${own(grace)}`,
    target: 'Target',
    timeout: 'Timeout',
    recover: (count: number) => `back after ${count} ${count === 1 ? 'success' : 'successes in a row'}`,
    show: 'show',
  },
}

export async function addMonitor(parts: MonitorParts, call: Call): Promise<Reply> {
  const { place, locale } = call
  const keeper = keeperOf(parts)
  if (call.args.target === undefined && Object.keys(call.flags).length === 0) return { dialog: emptyDialog(call) }
  const missing = missingSecrets(call)
  if (missing.length > 0) return { dialog: secretDialog('add', missing, locale) }
  const wish: MonitorWish = {
    ...(await readWish(call, parts.around)),
    channel: place.channel,
    ...(call.args.target === undefined ? {} : { target: call.args.target }),
  }
  const { added, here } = await parts.inTurn(place.channel, () => watchHere(parts, call, wish))
  const isBeat = added.monitor.type === 'heartbeat'
  const result = isBeat ? undefined : await soon(keeper.check(added.monitor.id, askerOf(call)))
  const subscribed = here.filter(({ source }) => source === 'monitor').flatMap(({ filters }) => filters.mention ?? [])
  return addedReply(parts, call, { added, result, subscribed })
}

/** Watches it and subscribes the channel: counted and made in turn. */
async function watchHere(parts: MonitorParts, call: Call, wish: MonitorWish) {
  const { place, person, now } = call
  const keeper = keeperOf(parts)
  if (keeper.inChannel(place.channel).length >= mostInChannel) throw full()
  const here = await parts.store.subscriptions.inChannel(place.channel)
  const isHeard = here.some(({ source, subject }) => source === 'monitor' && subject === undefined)
  if (!isHeard) requireRoom(here.length + 1)
  await requireInside(parts.around, call)
  const added = await keeper.add(wish, askerOf(call))
  if (!isHeard) {
    const target = { notifier: 'mattermost', address: place.channel }
    const made = { maker: person.id, madeAt: now, filters: {} }
    await parts.store.subscriptions.save({ channel: place.channel, target, source: 'monitor', ...made })
  }
  return { added, here }
}

export async function editMonitor(parts: MonitorParts, call: Call): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { monitor: before } = namedOf(parts, call)
  const { locale } = call
  if (Object.keys(call.flags).length === 0) throw nothingSaid()
  const without = readWithout(call, editFlags)
  requireOwnSecrets(call, before, without)
  const missing = missingSecrets(call)
  if (missing.length > 0) return { dialog: secretDialog('edit', missing, locale) }
  const { target } = call.flags
  const wish = {
    ...(await readWish(call, parts.around, before.escalate?.target)),
    ...(typeof target === 'string' ? { target } : {}),
    ...withoutWish(without),
  }
  const { monitor } = await keeper.edit(before.id, wish, askerOf(call))
  return {
    text: join([words[locale].edited([code(monitor.name)]), await ringWords(parts, monitor, [], locale)], '\n'),
    fields: fieldsOf(monitor, locale),
    mood: 'good',
    next: `/monitor ${words[locale].show} ${typedName(monitor.name)}`,
    changed: `${monitor.name} ${Object.keys(call.flags)
      .map((flag) => (flag === 'without' ? `--without ${without.join(',')}` : `--${flag}`))
      .join(' ')}`,
  }
}

/** What decides where a request goes, and what is told of its answer. */
const entrusted = ['target', 'tls', 'contains', 'json'] as const

/**
 * What an administrator of Vigie entrusted to this address (headers, a body, a method that changes things) is sent to no other by anybody
 * else, and nobody else asks word by word what it is answered with. @throws {UserError}
 */
function requireOwnSecrets({ flags, role }: Call, { http }: Monitor, without: readonly string[]): void {
  const isTouched = entrusted.some((flag) => flags[flag] !== undefined || without.includes(flag))
  if (role === 'vigie_admin' || http === undefined || !isTouched) return
  const hasHeaders = Object.keys({ ...http.sealedHeaders, ...http.headers }).length > 0
  if (!hasHeaders && http.body === undefined && ['GET', 'HEAD'].includes(http.method)) return
  const names = join(
    entrusted.map((flag) => [code(`--${flag}`)]),
    ', ',
  )
  throw new UserError(
    said({
      fr: rich`Ce moniteur envoie ce qu’un administrateur de Vigie lui a confié (en-têtes, corps ou méthode)\u00a0: lui seul peut changer ${names}.`,
      en: rich`This monitor sends what a Vigie administrator entrusted to it (headers, body or method): they alone may change ${names}.`,
    }),
  )
}

/** What it says within Mattermost's patience; nothing while it is under way, or where it failed for a reason of ours: the watch tries again. */
async function soon(checked: Promise<Result | undefined>): Promise<Result | undefined> {
  const timer = new AbortController()
  const late = sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined)
  try {
    return await Promise.race([checked.catch(() => undefined), late])
  } finally {
    timer.abort()
  }
}

interface Told {
  readonly added: Added
  readonly result: Result | undefined
  /** Whom the channel's subscriptions wake. */
  readonly subscribed: readonly string[]
}

async function addedReply(parts: MonitorParts, { locale }: Call, { added, result, subscribed }: Told): Promise<Reply> {
  const { monitor, address } = added
  const say = words[locale]
  const isBeat = monitor.type === 'heartbeat'
  const first = result === undefined ? say.underWay : checkedWords(result, keeperOf(parts), locale)
  const lines = [
    say.added([code(monitor.name)]),
    isBeat ? [] : first,
    address === undefined ? [] : say.address(address),
    await ringWords(parts, monitor, subscribed, locale),
  ]
  return {
    text: join(lines, '\n'),
    fields: fieldsOf(monitor, locale),
    mood: result?.failure === undefined ? 'good' : 'warning',
    next: `/monitor ${say.show} ${typedName(monitor.name)}`,
    ...(address === undefined ? {} : { personal: true }),
    changed: `${monitor.name} ${monitor.target}`.trim(),
  }
}

async function ringWords(
  { around }: MonitorParts,
  { mention = [] }: Monitor,
  subscribed: readonly string[],
  locale: Locale,
): Promise<Rich> {
  const names = await mentionNames([...new Set([...mention, ...subscribed])], around)
  return names.length === 0 ? words[locale].silent : words[locale].wakes(names.join(', '))
}

export function fieldsOf(monitor: Monitor, locale: Locale): NonNullable<Reply['fields']> {
  const say = words[locale]
  const { type, target, everyMs, failures, retryEveryMs, successes, timeoutMs, heartbeat } = monitor
  const ms = (value: number) => duration(locale, value)
  const title = say.checks
  if (heartbeat !== undefined) {
    const { cron, timeZone = '', graceMs } = heartbeat
    const value =
      cron === undefined ? own(say.beat(interval(locale, everyMs), ms(graceMs))) : say.cron(cron, timeZone, ms(graceMs))
    return [{ title, value, short: false }]
  }
  const rhythm = `${say.every(interval(locale, everyMs), failures, interval(locale, retryEveryMs))}, ${say.recover(successes)}`
  return [
    { title: `${say.target} (${type})`, value: [code(target)], short: true },
    { title: say.timeout, value: own(ms(timeoutMs)), short: true },
    { title, value: own(rhythm), short: false },
  ]
}

/** Those named whose value was not given yet. */
function missingSecrets({ flags, secrets = {} }: Call): readonly string[] {
  const names = flags['secret-header']
  return Array.isArray(names) ? names.filter((name: string) => !Object.hasOwn(secrets, name)) : []
}

function secretDialog(commandVerb: 'add' | 'edit', names: readonly string[], locale: Locale): DialogSpec {
  const fr = locale === 'fr'
  return {
    title: fr ? 'En-tête secret' : 'Secret header',
    introduction: fr
      ? 'Gardé chiffré, montré à personne, envoyé à la seule cible du moniteur.'
      : 'Kept encrypted, shown to nobody, sent to the monitor’s target alone.',
    submit: fr ? 'Valider' : 'Submit',
    fields: names.map((name) => ({ name: `secret.${name}`, label: name, kind: 'password' as const, optional: false })),
    command: 'monitor',
    commandVerb,
    keepsWords: true,
  }
}

/** For who gave the command alone. */
function emptyDialog({ locale }: Call): DialogSpec {
  const fr = locale === 'fr'
  return {
    title: fr ? 'Surveiller' : 'Watch',
    submit: fr ? 'Valider' : 'Submit',
    fields: [
      {
        name: 'target',
        label: fr ? 'Cible' : 'Target',
        help: fr ? 'https://…, hôte:port, ou un nom' : 'https://…, host:port, or a name',
        kind: 'text',
        optional: false,
      },
      { name: '--name', label: fr ? 'Nom' : 'Name', kind: 'text', optional: true },
      { name: '--every', label: fr ? 'Toutes les' : 'Every', kind: 'text', optional: true, value: '60s' },
      {
        name: '--mention',
        label: fr ? 'Prévenir' : 'Mention',
        help: fr ? '@moi pour que votre téléphone sonne' : '@me to have your phone ring',
        kind: 'text',
        optional: true,
      },
    ],
    command: 'monitor',
    commandVerb: 'add',
  }
}

function full(): UserError {
  return new UserError(
    said({
      fr: rich`Un canal surveille ${mostInChannel} choses au plus. ${code('/monitor liste')} les montre.`,
      en: rich`A channel watches ${mostInChannel} things at most. ${code('/monitor list')} shows them.`,
    }),
  )
}

function nothingSaid(): UserError {
  return new UserError(
    said({
      fr: rich`Dites ce qui change, par exemple ${code('--every 5m')}. ${code('/monitor modifier --help')} montre tout.`,
      en: rich`Say what changes, for example ${code('--every 5m')}. ${code('/monitor edit --help')} shows all.`,
    }),
  )
}

// What `/monitor add` and `edit` may ask for, read and bounded (interface.md, "/monitor"): whatever is wrong is said with what to write
// instead. Nothing here asks the world.

import { createHash } from 'node:crypto'
import type { Secret } from '../../env.ts'
import { UserError } from '../../errors.ts'
import { duration } from '../../text/format.ts'
import { code, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { MonitorWish } from '../integration.ts'
import { requireEffect } from './fitting.ts'
import type { Endpoint } from './guard/endpoint.ts'
import { type CheckedType, readTarget } from './guard/target.ts'
import type { DnsWish, HeartbeatWish, HttpWish, Monitor, MonitorType } from './monitor.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Smallest and greatest, in milliseconds or as counts. */
const bounds = {
  every: [5 * second, day],
  period: [5 * second, 31 * day],
  timeout: [second, minute],
  retryEvery: [5 * second, hour],
  slow: [10, minute],
  grace: [second, 7 * day],
  remind: [5 * minute, 7 * day],
  escalateAfter: [minute, 7 * day],
  failures: [1, 20],
  successes: [1, 20],
} as const

const defaults = { everyMs: minute, timeoutMs: 10 * second, failures: 3, successes: 2, graceMs: 5 * minute } as const
const soonestRetryMs = 20 * second
const nameRunes = 100
const bodyRunes = 10_000
const wordRunes = 1000
const mostRanges = 20
const promptRunes = 4000

export interface WishParts {
  /** Seals a header's value; `about` names its place. */
  readonly seal: (secret: Pick<Secret, 'reveal'>, about: string) => string
  /** @throws {UserError} when it is no cron expression, or its zone none. */
  readonly checkCron: (cron: string, timeZone: string) => void
  /** Zone of what names none. */
  readonly timeZone: string
}

export interface ReadWish {
  readonly monitor: Monitor
  /** Where it leads; nothing for what is not connected to. */
  readonly endpoint?: Endpoint
}

/** `before`: what is edited; what the wish does not say stays as it was. @throws {UserError} */
export function readWish(
  wish: Partial<MonitorWish>,
  before: Pick<Monitor, 'id' | 'channel' | 'maker' | 'madeAt'> & Partial<Monitor>,
  parts: WishParts,
): ReadWish {
  const read = readWhat(wish, before)
  const { type, target } = read
  const isBeat = type === 'heartbeat'
  const everyMs = within(
    '--every',
    wish.everyMs ?? before.everyMs ?? defaults.everyMs,
    isBeat ? bounds.period : bounds.every,
  )
  const monitor: Monitor = {
    ...keptOf(before),
    id: before.id,
    channel: before.channel,
    maker: before.maker,
    madeAt: before.madeAt,
    type,
    target,
    name: readName(wish.name ?? before.name ?? nameOf(type, target)),
    everyMs,
    timeoutMs: within('--timeout', wish.timeoutMs ?? before.timeoutMs ?? defaults.timeoutMs, bounds.timeout),
    failures: isBeat ? 1 : counted('--retries', wish.failures ?? before.failures ?? defaults.failures, bounds.failures),
    successes: isBeat
      ? 1
      : counted('--recover', wish.successes ?? before.successes ?? defaults.successes, bounds.successes),
    retryEveryMs: readRetry(wish, before, everyMs),
    tls: wish.tls ?? before.tls ?? 'verify',
    severity: wish.severity ?? before.severity ?? 'warning',
    maintenance: before.maintenance ?? [],
    ...optional('slowMs', wish.slowMs ?? before.slowMs, (ms) => within('--slow', ms, bounds.slow)),
    ...optional('remindMs', wish.remindMs ?? before.remindMs, (ms) => within('--remind', ms, bounds.remind)),
    ...optional('escalate', wish.escalate ?? before.escalate, ({ target: to, afterMs }) => ({
      target: to,
      afterMs: within('--escalate-after', afterMs, bounds.escalateAfter),
    })),
    ...optional('prompt', wish.prompt ?? before.prompt, (text) => short('--prompt', text, promptRunes)),
    ...optional('mention', wish.mention ?? before.mention, (people) => people),
    ...optional('http', type === 'http' ? readHttp(wish, before, parts) : undefined, (http) => http),
    ...optional('dns', type === 'dns' ? readDns(wish, before.dns) : undefined, (dns) => dns),
    ...optional('heartbeat', isBeat ? readBeat(wish, before.heartbeat, parts) : undefined, (beat) => beat),
    ...((wish.noEmail ?? before.noEmail) ? { noEmail: true } : {}),
    ...((wish.isPublic ?? before.isPublic) ? { isPublic: true } : {}),
  }
  requireEffect(wish, monitor)
  return { monitor, ...(read.endpoint ? { endpoint: read.endpoint } : {}) }
}

/** Never more seldom than it is checked anyway. What was never asked for goes with the interval. */
function readRetry(wish: Partial<MonitorWish>, before: Partial<Monitor>, everyMs: number): number {
  const usual = (ms: number) => Math.min(ms, soonestRetryMs)
  const wasUsual = before.everyMs === undefined || before.retryEveryMs === usual(before.everyMs)
  const kept = wasUsual ? undefined : before.retryEveryMs
  return Math.min(everyMs, within('--retry-every', wish.retryEveryMs ?? kept ?? usual(everyMs), bounds.retryEvery))
}

const keptOf = ({ isPaused, mute, after }: Partial<Monitor>) => ({
  ...(isPaused ? { isPaused } : {}),
  ...(mute ? { mute } : {}),
  ...(after === undefined ? {} : { after }),
})

function optional<K extends string, T, R>(key: K, value: T | undefined, read: (value: T) => R): { [P in K]?: R } {
  const found: { [P in K]?: R } = {}
  if (value !== undefined) found[key] = read(value)
  return found
}

function readWhat(
  { target, type }: Partial<MonitorWish>,
  before: Partial<Monitor>,
): { type: MonitorType; target: string; endpoint?: Endpoint | undefined } {
  const wanted = type ?? (target === undefined ? (before.type ?? 'heartbeat') : undefined)
  if (wanted === 'heartbeat') {
    if (target === undefined) return { type: 'heartbeat', target: '' }
    throw refused(
      rich`Un moniteur ${code('heartbeat')} n’a pas de cible\u00a0: donnez-lui un nom avec ${code('--name')}.`,
      rich`A ${code('heartbeat')} monitor has no target: give it a name with ${code('--name')}.`,
    )
  }
  const words = target ?? before.target
  if (words === undefined || words === '') {
    throw refused(rich`Il manque ce qu’il faut surveiller.`, rich`What to watch is missing.`)
  }
  const checked: CheckedType | undefined = wanted ?? (before.type === 'heartbeat' ? undefined : before.type)
  const { type: found, target: read, endpoint } = readTarget(words, target === undefined ? checked : wanted)
  return { type: found, target: read, endpoint }
}

/** `https://boutique.example.org/panier` → `boutique.example.org/panier`. */
function nameOf(type: MonitorType, target: string): string {
  if (type === 'heartbeat') {
    throw refused(
      rich`Donnez un nom à cette tâche avec ${code('--name')}.`,
      rich`Give this job a name with ${code('--name')}.`,
    )
  }
  const name = target
    .replace(/^https?:\/\//, '')
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '')
  return [...name].slice(0, nameRunes).join('')
}

function readName(words: string): string {
  const name = words.trim()
  if (name === '' || /[\p{Cc}\u2028\u2029]/u.test(name) || [...name].length > nameRunes) {
    throw refused(
      rich`Un nom tient sur une ligne de 1 à ${nameRunes} caractères.`,
      rich`A name is one line of 1 to ${nameRunes} characters.`,
    )
  }
  return name
}

function readHttp(
  wish: Partial<MonitorWish>,
  before: Pick<Monitor, 'id'> & Partial<Monitor>,
  { seal }: WishParts,
): HttpWish {
  const was = before.http
  const body = wish.body ?? was?.body
  const contains = wish.contains ?? was?.contains
  const json = wish.json === undefined ? was?.json : readJson(wish.json)
  const sealed = Object.entries(wish.secretHeaders ?? {}).map(([name, secret]): [string, string] => [
    readHeaderName(name),
    seal(secret, sealedHeader(before.id, name)),
  ])
  return {
    method: readMethod(wish.method ?? was?.method ?? 'GET'),
    status: wish.status === undefined ? (was?.status ?? [[200, 299]]) : readStatus(wish.status),
    headers: wish.headers === undefined ? (was?.headers ?? {}) : Object.fromEntries(wish.headers.map(readHeader)),
    sealedHeaders: { ...was?.sealedHeaders, ...Object.fromEntries(sealed) },
    ...(body === undefined ? {} : { body: short('--body', body, bodyRunes) }),
    ...(contains === undefined ? {} : { contains: short('--contains', contains, wordRunes) }),
    ...(json === undefined ? {} : { json }),
  }
}

function readMethod(words: string): string {
  const method = words.toUpperCase()
  if (!['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method)) {
    throw refused(
      rich`${code(words)} n’est pas une méthode HTTP\u00a0: GET, HEAD, POST, PUT, PATCH, DELETE ou OPTIONS.`,
      rich`${code(words)} is no HTTP method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.`,
    )
  }
  return method
}

function readStatus(words: string): HttpWish['status'] {
  const ranges = words.split(',').map((range): [number, number] | undefined => {
    const [, from = '', to = from] = /^\s*(\d{3})(?:\s*-\s*(\d{3}))?\s*$/.exec(range) ?? []
    const [least, most] = [Number(from), Number(to || from)]
    return from !== '' && least >= 100 && most <= 599 && least <= most ? [least, most] : undefined
  })
  if (ranges.length > mostRanges || ranges.includes(undefined)) {
    throw refused(
      rich`${code(words.slice(0, 80))}\u00a0: écrivez ${mostRanges} statuts ou plages au plus, de 100 à 599, par exemple ${code('--status 200-299,404')}.`,
      rich`${code(words.slice(0, 80))}: write ${mostRanges} statuses or ranges at most, from 100 to 599, for example ${code('--status 200-299,404')}.`,
    )
  }
  return ranges.flatMap((range) => (range ? [range] : []))
}

function readJson(words: string): { path: string; value: string } {
  const at = words.indexOf('=')
  if (at < 1) {
    throw refused(
      rich`${code(words)}\u00a0: écrivez un chemin et sa valeur, par exemple ${code('--json data.state=ok')}.`,
      rich`${code(words)}: write a path and its value, for example ${code('--json data.state=ok')}.`,
    )
  }
  short('--json', words, wordRunes)
  return { path: words.slice(0, at).trim(), value: words.slice(at + 1).trim() }
}

function readHeader(words: string): [string, string] {
  const at = words.indexOf(':')
  const value = words.slice(at + 1).trim()
  if (at < 1 || /[\p{Cc}]/u.test(value)) {
    throw refused(
      rich`${code(words)}\u00a0: écrivez un en-tête sous la forme ${code('--header "Nom: valeur"')}.`,
      rich`${code(words)}: write a header in the form ${code('--header "Name: value"')}.`,
    )
  }
  return [readHeaderName(words.slice(0, at).trim()), value]
}

/** RFC 9110, and none that a connection is steered by. */
function readHeaderName(name: string): string {
  const isOurs = ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'expect', 'te', 'trailer']
  if (!/^[!#$%&'*+\-.^_`|~\da-z]+$/i.test(name) || isOurs.includes(name.toLowerCase())) {
    throw refused(
      rich`${code(name)} n’est pas un en-tête que l’on puisse ajouter.`,
      rich`${code(name)} is no header that can be added.`,
    )
  }
  return name.toLowerCase()
}

const records = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'CAA'] as const

function readDns(wish: Partial<MonitorWish>, was: DnsWish | undefined): DnsWish {
  const wanted = wish.record?.toUpperCase() ?? was?.record ?? 'A'
  const record = records.find((one) => one === wanted)
  if (record === undefined) {
    throw refused(
      rich`${code(wanted)} n’est pas un type d’enregistrement\u00a0: ${code(records.join(', '))}.`,
      rich`${code(wanted)} is no record type: ${code(records.join(', '))}.`,
    )
  }
  const contains = wish.contains ?? was?.contains
  return { record, ...(contains === undefined ? {} : { contains: short('--contains', contains, wordRunes) }) }
}

function readBeat(wish: Partial<MonitorWish>, was: HeartbeatWish | undefined, parts: WishParts): HeartbeatWish {
  const cron = wish.cron ?? was?.cron
  const timeZone = wish.timeZone ?? was?.timeZone ?? parts.timeZone
  if (cron !== undefined) parts.checkCron(cron, timeZone)
  return {
    graceMs: within('--grace', wish.graceMs ?? was?.graceMs ?? defaults.graceMs, bounds.grace),
    ...(cron === undefined ? {} : { cron, timeZone }),
    tokenHash: was?.tokenHash ?? '',
  }
}

function within(flag: string, ms: number, [least, most]: readonly [number, number]): number {
  if (ms >= least && ms <= most) return ms
  throw refused(
    rich`${code(flag)} va de ${{ own: duration('fr', least) }} à ${{ own: duration('fr', most) }}.`,
    rich`${code(flag)} goes from ${{ own: duration('en', least) }} to ${{ own: duration('en', most) }}.`,
  )
}

function counted(flag: string, count: number, [least, most]: readonly [number, number]): number {
  if (Number.isInteger(count) && count >= least && count <= most) return count
  throw refused(
    rich`${code(flag)} est un nombre entier de ${least} à ${most}.`,
    rich`${code(flag)} is a whole number from ${least} to ${most}.`,
  )
}

function short(flag: string, text: string, runes: number): string {
  if ([...text].length <= runes && text.trim() !== '') return text
  throw refused(
    rich`${code(flag)} tient en ${runes} caractères au plus, et en un au moins.`,
    rich`${code(flag)} takes ${runes} characters at most, and one at least.`,
  )
}

/** What a header's value is sealed to: its monitor and its name. */
export function sealedHeader(monitor: string, name: string): string {
  return `monitor ${monitor} ${name.toLowerCase()}`
}

/** What is kept of a heartbeat's token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function refused(fr: Rich, en: Rich): UserError {
  return new UserError(said({ fr, en }))
}

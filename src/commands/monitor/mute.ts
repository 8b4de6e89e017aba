// `/monitor mute` and `unmute`: nobody is told for a while; it is checked all the same. Members silence for a day at most, whoever
// made a monitor (and channel administrators) longer.

import { UserError } from '../../errors.ts'
import type { WatchedNow } from '../../integrations/integration.ts'
import { parseDuration, until as untilWords } from '../../text/format.ts'
import { bold, code, join, own, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import { typedName } from '../../text/typed.ts'
import type { Call, CallContext, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { askerOf, keeperOf, makerOfAll, meantBy } from './keeper.ts'

export const memberMuteMs = 86_400_000
const longestMuteMs = 365 * 86_400_000
const reasonRunes = 200

const words = {
  fr: {
    muted: (what: Rich, isMany: boolean, until: string) =>
      rich`${bold(own('Sourdine\u00a0:'))} ${what} ${own(isMany ? 'ne diront rien' : 'ne dira rien')} ${own(until)}.`,
    longer: (what: Rich) => rich`${what} est déjà en sourdine plus longtemps.`,
    unmuted: (what: Rich) => rich`${bold(own('Sourdine levée\u00a0:'))} ${what}.`,
    notMuted: (what: Rich) => rich`${what} n’était pas en sourdine.`,
    all: (count: number) => `les ${count} moniteurs de ce canal`,
    unmute: 'réentendre',
    list: '/monitor liste',
  },
  en: {
    muted: (what: Rich, _isMany: boolean, until: string) =>
      rich`${bold(own('Muted:'))} ${what} will say nothing ${own(until)}.`,
    longer: (what: Rich) => rich`${what} is muted for longer already.`,
    unmuted: (what: Rich) => rich`${bold(own('Unmuted:'))} ${what}.`,
    notMuted: (what: Rich) => rich`${what} was not muted.`,
    all: (count: number) => `the ${count} monitors of this channel`,
    unmute: 'unmute',
    list: '/monitor list',
  },
}

export async function makerOfMuted(parts: MonitorParts, call: Call): Promise<string | undefined> {
  if ((parseDuration(call.args.for ?? '') ?? 0) <= memberMuteMs) return undefined
  return makerOfAll(meantBy(parts, call.args.monitor ?? '', call), call)
}

export function makerOfLongMute(parts: MonitorParts, call: Call): string | undefined {
  const long = meantBy(parts, call.args.monitor ?? '', call).filter((one) => isLongByAnother(one, call))
  return makerOfAll(long, call)
}

/** Beyond what a member may silence, and not by this person. */
function isLongByAnother({ monitor: { mute } }: WatchedNow, { now, person }: CallContext): boolean {
  return mute !== undefined && mute.until > now + memberMuteMs && mute.by !== person.id
}

export async function mute(parts: MonitorParts, call: Call): Promise<Reply> {
  const { locale, now } = call
  const say = words[locale]
  const meant = meantBy(parts, call.args.monitor ?? '', call)
  const until = now + readMute(call.args.for ?? '')
  // Whoever may silence for a day only does not cut short what lasts longer.
  const kept = call.role === 'member' ? meant.filter((one) => isLongByAnother(one, call)) : []
  const others = meant.filter((one) => !kept.includes(one))
  const reason = readReason(call.args.reason)
  for (const { monitor } of others) {
    const mute_ = { until, by: call.person.id, ...(reason === undefined ? {} : { reason }) }
    await keeperOf(parts).mute(monitor.id, mute_, askerOf(call))
  }
  const [first] = others
  const longer = kept.map(({ monitor }) => say.longer([code(monitor.name)]))
  if (first === undefined) return { text: join(longer, '\n'), next: say.list }
  return {
    text: join(
      [say.muted(whatOf(others, call), others.length > 1, untilWords(locale, parts.timeZone, until, now)), ...longer],
      '\n',
    ),
    mood: 'good',
    next: `/monitor ${say.unmute} ${others.length > 1 ? 'all' : typedName(first.monitor.name)}`,
    changed: `${others.map(({ monitor }) => monitor.name).join(', ')} ${new Date(until).toISOString()}`,
  }
}

export async function unmute(parts: MonitorParts, call: Call): Promise<Reply> {
  const say = words[call.locale]
  const meant = meantBy(parts, call.args.monitor ?? '', call)
  const muted = meant.filter(({ monitor: { mute: standing } }) => standing !== undefined && standing.until > call.now)
  if (muted.length === 0) return { text: say.notMuted(whatOf(meant, call)), next: say.list }
  for (const { monitor } of muted) await keeperOf(parts).mute(monitor.id, undefined, askerOf(call))
  return {
    text: say.unmuted(whatOf(muted, call)),
    mood: 'good',
    next: say.list,
    changed: muted.map(({ monitor }) => monitor.name).join(', '),
  }
}

function whatOf(monitors: readonly WatchedNow[], { locale }: CallContext): Rich {
  const [first, ...others] = monitors
  if (first !== undefined && others.length === 0) return [code(first.monitor.name)]
  return own(words[locale].all(monitors.length))
}

/** @throws {UserError} */
function readMute(text: string): number {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined && durationMs > 0 && durationMs <= longestMuteMs) return durationMs
  throw new UserError(
    said({
      fr: rich`${code(text)}\u00a0: écrivez une durée d’un an au plus, par exemple ${code('2h')} ou ${code('30m')}.`,
      en: rich`${code(text)}: write a duration of a year at most, for example ${code('2h')} or ${code('30m')}.`,
    }),
  )
}

/** @throws {UserError} */
export function readReason(text: string | undefined): string | undefined {
  if (text === undefined || [...text].length <= reasonRunes) return text
  throw new UserError(
    said({
      fr: rich`Une raison tient en ${reasonRunes} caractères.`,
      en: rich`A reason takes ${reasonRunes} characters at most.`,
    }),
  )
}

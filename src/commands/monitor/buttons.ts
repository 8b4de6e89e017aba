// What an incident's card offers, by button and by reaction (issue "The watch", "Incidents"; threats T3, T4, T6): its object is the
// incident's id, and an incident of another channel is unknown here. Doing a thing twice changes nothing the second time.

import { UserError } from '../../errors.ts'
import type { MonitorKeeper } from '../../integrations/integration.ts'
import type { Incident } from '../../integrations/monitor/monitor.ts'
import { moment, parseDuration, until as untilWords } from '../../text/format.ts'
import { bold, code, item, join, own, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { ButtonHandler, CallContext, Press, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { askerOf, keeperOf } from './keeper.ts'
import { moreReply } from './more.ts'
import { memberMuteMs } from './mute.ts'
import { checkedWords } from './words.ts'

const mostChecked = 20

const words = {
  fr: {
    taken: rich`${bold(own('Pris en charge\u00a0:'))} l’incident est à vous.`,
    mine: (since: string) => rich`Vous l’avez déjà, depuis ${own(since)}.`,
    theirs: (name: string, since: string) => rich`${bold(name)} l’a déjà, depuis ${own(since)}.`,
    over: rich`Cet incident est déjà terminé.`,
    released: rich`${bold(own('Rendu\u00a0:'))} l’incident n’est plus à personne.`,
    free: rich`Personne n’avait pris en charge cet incident.`,
    muted: (until: string) => rich`${bold(own('Silence\u00a0:'))} ${own(until)}.`,
    mutedLonger: (until: string) => rich`Le silence dure déjà ${own(until)}.`,
    unmuted: rich`${bold(own('Fin du silence.'))}`,
    notMuted: rich`Il n’y avait pas de silence.`,
    unchecked: rich`Rien à vérifier maintenant.`,
  },
  en: {
    taken: rich`${bold(own('Taken:'))} the incident is yours.`,
    mine: (since: string) => rich`You already have it, since ${own(since)}.`,
    theirs: (name: string, since: string) => rich`${bold(name)} already has it, since ${own(since)}.`,
    over: rich`This incident is over already.`,
    released: rich`${bold(own('Given back:'))} the incident is nobody’s now.`,
    free: rich`Nobody had taken this incident.`,
    muted: (until: string) => rich`${bold(own('Muted'))} ${own(until)}.`,
    mutedLonger: (until: string) => rich`It is muted ${own(until)} already.`,
    unmuted: rich`${bold(own('Unmuted.'))}`,
    notMuted: rich`It was not muted.`,
    unchecked: rich`Nothing to check now.`,
  },
}

export function incidentButtons(parts: MonitorParts): Readonly<Record<string, ButtonHandler>> {
  const when = (at: number, { locale, now }: CallContext) => moment(locale, parts.timeZone, at, now)
  return {
    ack: {
      allow: 'member',
      reaction: { emoji: ['eyes', 'white_check_mark'], objectOf: incidentOf, back: 'release' },
      run: (press) => acknowledge(parts, press, when),
    },
    release: { allow: 'maker', maker: (press) => ownerOf(parts, press), run: (press) => release(parts, press) },
    check: {
      allow: 'member',
      reaction: { emoji: ['arrows_counterclockwise', 'repeat'], objectOf: incidentOf },
      run: (press) => check(parts, press),
    },
    mute: {
      allow: 'member',
      reaction: { emoji: ['no_bell', 'mute'], objectOf: (card) => withHour(incidentOf(card)) },
      run: (press) => mute(parts, press),
    },
    unmute: { allow: 'maker', maker: (press) => makerOfLong(parts, press), run: (press) => unmute(parts, press) },
    more: { allow: 'guest', run: async (press) => moreReply(parts, press, await found(keeperOf(parts), press)) },
  }
}

/** `incident i5` → `i5`. */
function incidentOf(card: string): string | undefined {
  return /^incident (\S+)$/.exec(card)?.[1]
}

const withHour = (id: string | undefined): string | undefined => (id === undefined ? undefined : `${id} 1h`)

/** @throws {UserError} for what is not this channel's. */
async function found(keeper: MonitorKeeper, { object, place }: Press): Promise<Incident> {
  const [id = ''] = object.split(' ')
  const incident = await keeper.incident(id)
  if (incident !== undefined && incident.channel === place.channel) return incident
  throw new UserError(
    said({
      fr: rich`Incident inconnu dans ce canal. ${code('/monitor incidents')} montre ceux qu’il a.`,
      en: rich`Unknown incident in this channel. ${code('/monitor incidents')} shows those it has.`,
    }),
  )
}

const untilOf = (at: number, { locale, now }: CallContext, timeZone: string): string =>
  untilWords(locale, timeZone, at, now)

type When = (at: number, context: CallContext) => string

async function acknowledge(parts: MonitorParts, press: Press, when: When): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { id } = await found(keeper, press)
  const say = words[press.locale]
  const acted = await keeper.acknowledge(id, askerOf(press))
  const owner = acted?.incident.acknowledged
  if (acted === undefined || owner === undefined) return { text: say.over }
  if (acted.isChanged) return { text: say.taken, mood: 'good', changed: id }
  const since = when(owner.at, press)
  return { text: owner.by === press.person.id ? say.mine(since) : say.theirs(owner.name, since) }
}

/** Who has it. Taking back a reaction to what somebody else has says nothing about that. */
async function ownerOf(parts: MonitorParts, press: Press): Promise<string | undefined> {
  const { acknowledged } = await found(keeperOf(parts), press)
  return press.by === 'reaction' && acknowledged?.by !== press.person.id ? undefined : acknowledged?.by
}

async function release(parts: MonitorParts, press: Press): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { id, acknowledged } = await found(keeper, press)
  const say = words[press.locale]
  if (press.by === 'reaction' && acknowledged?.by !== press.person.id) return { text: say.free }
  const acted = await keeper.release(id, askerOf(press))
  if (acted === undefined) return { text: say.over }
  return acted.isChanged ? { text: say.released, mood: 'good', changed: id } : { text: say.free }
}

async function check(parts: MonitorParts, press: Press): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { id, monitors } = await found(keeper, press)
  const { locale } = press
  const present = monitors.filter(({ monitor }) => keeper.byId(monitor) !== undefined).slice(0, mostChecked)
  const lines = await Promise.all(
    present.map(async ({ monitor, name }): Promise<Rich> => {
      const result = await keeper.check(monitor, askerOf(press))
      return result === undefined ? [] : rich`${code(name)} ${checkedWords(result, keeper, locale)}`
    }),
  )
  const said_ = lines.filter((line) => line.length > 0)
  if (said_.length === 0) return { text: words[locale].unchecked }
  return { text: said_.length === 1 ? join(said_, '') : said_.map((line) => item(line)), changed: id }
}

/** `<incident> 1h`, as a card's menu says it: a member's day at most. */
async function mute(parts: MonitorParts, press: Press): Promise<Reply> {
  const keeper = keeperOf(parts)
  const incident = await found(keeper, press)
  const say = words[press.locale]
  const durationMs = parseDuration(press.object.split(' ')[1] ?? '') ?? 0
  if (durationMs <= 0 || durationMs > memberMuteMs) throw unreadableMute()
  const until = press.now + durationMs
  const standing = incident.mute
  const isAnothers = standing !== undefined && standing.by !== press.person.id && press.role === 'member'
  if (isAnothers && standing.until > press.now + memberMuteMs)
    return { text: say.mutedLonger(untilOf(standing.until, press, parts.timeZone)) }
  const acted = await keeper.muteIncident(incident.id, { until, by: press.person.id }, askerOf(press))
  if (acted === undefined) return { text: say.over }
  return {
    text: say.muted(untilOf(until, press, parts.timeZone)),
    mood: 'good',
    changed: `${incident.id} ${new Date(until).toISOString()}`,
  }
}

/** Whose a mute is that lasts longer than a member's may. */
async function makerOfLong(parts: MonitorParts, press: Press): Promise<string | undefined> {
  const { mute: standing } = await found(keeperOf(parts), press)
  return standing !== undefined && standing.until > press.now + memberMuteMs ? standing.by : undefined
}

async function unmute(parts: MonitorParts, press: Press): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { id } = await found(keeper, press)
  const say = words[press.locale]
  const acted = await keeper.muteIncident(id, undefined, askerOf(press))
  if (acted === undefined) return { text: say.over }
  return acted.isChanged ? { text: say.unmuted, mood: 'good', changed: id } : { text: say.notMuted }
}

function unreadableMute(): UserError {
  return new UserError(said({ fr: rich`Un silence dure 24 heures au plus.`, en: rich`A mute lasts 24 hours at most.` }))
}

// The watch as `/monitor` reaches it, and which monitors a call is about: this channel's, and no others.

import { UserError } from '../../errors.ts'
import type { Asker, MonitorKeeper, WatchedNow } from '../../integrations/integration.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Call, CallContext, Choice } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'

/** @throws {UserError} where nothing watches. */
export function keeperOf({ sources }: Pick<MonitorParts, 'sources'>): MonitorKeeper {
  const keeper = sources.find(({ name }) => name === 'monitor')?.monitors
  if (keeper !== undefined) return keeper
  throw new UserError(said({ fr: rich`Vigie ne surveille rien ici.`, en: rich`Vigie watches nothing here.` }))
}

export function askerOf({ person, role }: CallContext): Asker {
  return { by: person.id, name: person.username, vigieAdmin: role === 'vigie_admin' }
}

export function monitorChoices(keeper: MonitorKeeper, channel: string): readonly Choice[] {
  return keeper.inChannel(channel).map(({ monitor }) => ({ value: monitor.name }))
}

/** The one a call names. @throws {UserError} */
export function namedOf(parts: MonitorParts, { args, place }: Call): WatchedNow {
  const found = keeperOf(parts).find(place.channel, args.monitor ?? '')
  if (found === undefined) throw unknownMonitor(args.monitor ?? '')
  return found
}

/** All that a call means by a name or `all`. A monitor may itself be called `all`: then it is meant. @throws {UserError} */
export function meantBy(parts: MonitorParts, name: string, { place }: CallContext): readonly WatchedNow[] {
  const keeper = keeperOf(parts)
  const found = keeper.find(place.channel, name)
  if (found !== undefined) return [found]
  const here = keeper.inChannel(place.channel)
  if (!['all', 'tous', 'tout'].includes(name.toLowerCase()) || here.length === 0) throw unknownMonitor(name)
  return here
}

/** For `maker` rules. */
export async function makerOfNamed(parts: MonitorParts, { args, place }: Call): Promise<string | undefined> {
  return keeperOf(parts).find(place.channel, args.monitor ?? '')?.monitor.maker
}

/** Somebody else's where any of them is not this person's. */
export function makerOfAll(monitors: readonly WatchedNow[], { person }: CallContext): string | undefined {
  return (monitors.find(({ monitor }) => monitor.maker !== person.id) ?? monitors[0])?.monitor.maker
}

export function unknownMonitor(name: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(name)} n’est pas surveillé dans ce canal. ${code('/monitor liste')} montre ce qui l’est.`,
      en: rich`${code(name)} is not watched in this channel. ${code('/monitor list')} shows what is.`,
    }),
  )
}

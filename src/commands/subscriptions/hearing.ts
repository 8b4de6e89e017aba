// What a channel hears or may hear, as routing judges it now.

import type { Delivery, Event, Subscription } from '../../event.ts'
import type { Judgement } from '../../flow/judge.ts'
import type { Moment } from '../../flow/route.ts'
import type { CallContext } from '../command.ts'
import type { CommandParts } from '../index.ts'

export type HearingParts = Pick<CommandParts, 'router'> & { readonly store: Pick<CommandParts['store'], 'events'> }

/** Whether an event is open to this channel or was opened to it, whatever is subscribed. What is confidential is open to nobody. */
export async function mayHear(parts: HearingParts, event: Event, { place, now }: CallContext): Promise<boolean> {
  if (event.confidential === true) return false
  const index = await parts.router.current()
  return index.mayHear(event, place.channel, await momentOf(parts, event, now))
}

/** Whether what a delivery tells was posted: by itself, or in a digest or an edit that took it in. */
export async function wasTold(
  { store }: { readonly store: Pick<CommandParts['store'], 'deliveries'> },
  { state, absorbedBy }: Pick<Delivery, 'state' | 'absorbedBy'>,
): Promise<boolean> {
  if (state !== 'absorbed' || absorbedBy === undefined) return state === 'delivered'
  return (await store.deliveries.find(absorbedBy))?.state === 'delivered'
}

/** What each of this channel's subscriptions makes of an event. */
export async function judgedHere(
  parts: HearingParts,
  event: Event,
  { place, now }: CallContext,
): Promise<readonly { subscription: Subscription; judgement: Judgement }[]> {
  const index = await parts.router.current()
  return index.explain(event, place.channel, await momentOf(parts, event, now))
}

async function momentOf({ store }: HearingParts, { source, subject }: Event, now: number): Promise<Moment> {
  return { now, visibility: subject === undefined ? undefined : await store.events.visibility(source, subject) }
}

/** Whether this channel asked to be told no names of files (`--no-names`); administrators of Vigie read them. */
export async function isUnnamed(
  { store }: { readonly store: Pick<CommandParts['store'], 'subscriptions'> },
  source: string,
  { place, role }: CallContext,
): Promise<boolean> {
  if (role === 'vigie_admin') return false
  const here = await store.subscriptions.inChannel(place.channel)
  const ofSource = here.filter((one) => one.source === source && one.target.address === place.channel)
  return ofSource.length > 0 && ofSource.every(({ filters }) => filters.noNames === true)
}

// Where the bot is and where it no longer is: subscriptions of a channel that was archived, or that it was removed from, sleep and say
// so; they wake when it is back (threats F8, T7). Websocket events are hints; Mattermost asked by REST is the truth.

import type { Log, Now, Subscription } from '../event.ts'
import type { SubscriptionStore } from '../store/store.ts'
import type { Calls, Channel } from './calls.ts'
import { createQuota } from './quota.ts'
import { answered } from './rest.ts'
import type { Self } from './self.ts'
import type { SocketEvent } from './socket.ts'

export interface Asleep {
  /** Who made the subscriptions: whom to tell. */
  readonly maker: string
  readonly channel: string
  /** Its name as last known; its id where we never saw it. */
  readonly name: string
  readonly reason: NonNullable<Subscription['asleep']>
  readonly count: number
}

export interface Membership {
  /** The channel an event puts in doubt, `all` where it may be any; nothing for other events. */
  hint(event: SocketEvent): string | 'all' | undefined
  /** Asks how one channel stands, and lets its subscriptions sleep or wake. @throws {MattermostError} */
  check(channel: string, signal?: AbortSignal): Promise<void>
  /** Compares every subscription with the channels the bot is in. @throws {MattermostError} when these are not known. */
  reconcile(signal?: AbortSignal): Promise<Compared>
}

export interface Compared {
  /** Where the bot is. */
  readonly inside: readonly Channel[]
  /** Channels of which it could not be found out: to be checked again. */
  readonly open: readonly string[]
}

export interface MembershipParts {
  readonly self: Self
  readonly calls: Calls
  readonly subscriptions: Pick<SubscriptionStore, 'all' | 'inChannel' | 'sleep'>
  /** Tells a maker, once for each time the channel falls asleep, and not without end: whoever is in a channel may take the bot out and back. */
  readonly tell: (notice: Asleep) => Promise<void>
  readonly now: Now
  readonly log: Log
}

/** What one maker is told of one channel within an hour (threats T13). */
const mostTold = 3
const hourMs = 3_600_000

/** What a change of ours can be read from; other people's comings and goings are not our matter. */
const aboutSomebody = new Set(['user_added', 'user_removed', 'added_to_team', 'leave_team'])
const aboutChannel = new Set(['channel_deleted', 'channel_restored', 'channel_converted', 'channel_updated'])

export function createMembership({ self, calls, subscriptions, tell, now, log }: MembershipParts): Membership {
  const quota = createQuota(mostTold, hourMs)
  let ownId: string | undefined
  /** Of channels by id: once we are out of a private one nobody tells us its name. */
  const names = new Map<string, string>()

  const standing = async (channel: string, signal?: AbortSignal): Promise<Subscription['asleep']> => {
    try {
      const { delete_at, display_name } = await calls.channel(channel, signal)
      names.set(channel, display_name)
      if (delete_at > 0) return 'archived'
      await calls.channelMember(channel, (await self()).id, signal)
      return undefined
    } catch (error) {
      if (answered(error, 403, 404)) return 'removed'
      throw error
    }
  }

  const settle = async (channel: string, reason: Subscription['asleep']) => {
    const changed = await subscriptions.sleep(channel, reason)
    if (changed.length === 0) return
    log.info({ channel, reason, count: changed.length }, reason ? 'subscriptions fell asleep' : 'subscriptions woke up')
    if (reason === undefined) return
    const name = names.get(channel) ?? channel
    const makers = Map.groupBy(changed, ({ maker }) => maker)
    for (const [maker, theirs] of makers) {
      if ('waitMs' in quota.take(`${maker} ${channel}`, now())) continue
      await tell({ maker, channel, name, reason, count: theirs.length })
    }
  }

  return {
    hint({ event, data, broadcast }) {
      const channel = text(data.channel_id) || broadcast.channel_id
      if (aboutChannel.has(event)) return channel || 'all'
      if (!aboutSomebody.has(event)) return undefined
      const who = text(data.user_id) || broadcast.user_id
      return ownId !== undefined && who !== ownId ? undefined : channel || 'all'
    },
    async check(channel, signal) {
      if ((await subscriptions.inChannel(channel)).length > 0) await settle(channel, await standing(channel, signal))
    },
    async reconcile(signal) {
      ownId = (await self()).id
      const inside = new Map<string, Channel>()
      for (const team of await calls.myTeams(signal)) {
        for (const channel of await calls.myChannels(team.id, signal)) {
          inside.set(channel.id, channel)
          names.set(channel.id, channel.display_name)
        }
      }
      const all = await subscriptions.all()
      const asleep = new Map(all.map((subscription) => [subscription.channel, subscription.asleep]))
      const open: string[] = []
      for (const [channel, before] of asleep) {
        // A URL's.
        if (channel === '') continue
        const known = inside.get(channel)
        try {
          const reason = known !== undefined && known.delete_at === 0 ? undefined : await standing(channel, signal)
          if (reason !== before || reason === undefined) await settle(channel, reason)
        } catch (error) {
          log.debug({ err: error, channel }, 'how a channel stands could not be found out yet')
          open.push(channel)
        }
      }
      return { inside: [...inside.values()], open }
    },
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

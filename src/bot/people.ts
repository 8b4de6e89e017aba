// Who is who and who may what where, asked of Mattermost and kept for a few seconds only (interface.md, "Who may"; threats T6, T7).

import type { Person, Place, Role } from '../commands/command.ts'
import type { Now } from '../event.ts'
import { type Locale, localeOf } from '../text/locale.ts'
import type { Admins } from './admins.ts'
import { hasRole } from './admins.ts'
import { createCache } from './cache.ts'
import type { Calls, Channel, Member, User } from './calls.ts'
import type { People } from './conversation.ts'
import { answered } from './rest.ts'
import type { Self } from './self.ts'

export interface PeopleAndPlaces extends People {
  /** May this person read this channel now: a member, or somebody of its team, guests aside, where it is public. */
  canRead(person: string, channel: string): Promise<boolean>
  username(userId: string): Promise<string>
  /** Somebody of this channel by username, no bot; nothing for anybody else. */
  memberByName(username: string, channel: string): Promise<{ id: string; username: string } | undefined>
  /** After something changed what was asked before: the bot joined. */
  forget(channel: string): void
}

export interface PeopleParts {
  readonly self: Self
  readonly calls: Calls
  readonly admins: Admins
  readonly now: Now
  /** Of whoever states no language. */
  readonly locale?: Locale
}

const keptMs = 3000

/** `none`: asked, and there is none; `hidden`: the bot may not see. */
type Seen<T> = T | 'none' | 'hidden'

export function createPeople({ self, calls, admins, now, locale = 'fr' }: PeopleParts): PeopleAndPlaces {
  const users = createCache((id: string) => see(calls.user(id)), keptMs, now)
  const channels = createCache((id: string) => see(calls.channel(id)), keptMs, now)
  const members = createCache((key: string) => see(calls.channelMember(...pair(key))), keptMs, now)
  const teamMembers = createCache((key: string) => see(calls.teamMember(...pair(key))), keptMs, now)

  const member = (channel: string, user: string): Promise<Seen<Member>> => members.get(`${channel} ${user}`)
  const teamMember = async (team: string, user: string): Promise<Member | undefined> => {
    const seen = await teamMembers.get(`${team} ${user}`)
    return isSeen(seen) && seen.delete_at === 0 ? seen : undefined
  }
  const user = async (id: string): Promise<User | undefined> => {
    const seen = await users.get(id)
    return isSeen(seen) && seen.delete_at === 0 && !seen.is_bot ? seen : undefined
  }

  /** The bot sees who is in its own channels; of other public ones, only who is in the team. */
  const mayRead = async (channel: Channel, person: string): Promise<boolean> => {
    const seen = await member(channel.id, person)
    if (isSeen(seen)) return true
    const who = await user(person)
    if (channel.type !== 'O' || who === undefined || hasRole(who, 'system_guest')) return false
    return (await teamMember(channel.team_id, person)) !== undefined
  }

  /** The bot itself can go into a public channel of a team that it is in. */
  const mayEnter = async (channel: Channel, person: string): Promise<boolean> =>
    channel.type === 'O' && person === (await self()).id && (await teamMember(channel.team_id, person)) !== undefined

  /** What `place` and `role` ask for one after the other, all at once; whoever asks hears of what fails. */
  const askAhead = (channel: string, person: string): void => {
    void channels.get(channel)
    void member(channel, person)
    void self().then(
      ({ id }) => member(channel, id),
      () => undefined,
    )
  }

  const toPlace = async (channel: Channel): Promise<Place> => ({
    channel: channel.id,
    name: channel.name,
    kind: kinds[channel.type],
    team: channel.team_id || undefined,
    botIn: channel.type === 'D' || isSeen(await member(channel.id, (await self()).id)),
  })

  return {
    isVigieAdmin: admins.has,
    async person(userId, channel): Promise<Person | undefined> {
      // A request begins here: what this person may is asked again, and then known until it is answered.
      users.forget((key) => key === userId)
      for (const cache of [members, teamMembers]) cache.forget((key) => key.endsWith(` ${userId}`))
      if (channel !== undefined) askAhead(channel, userId)
      const found = await user(userId)
      if (found === undefined) return undefined
      const { id, username } = found
      const vigieAdmin = await admins.judge(found)
      return { id, username, vigieAdmin, locale: localeOf(found.locale, locale), guest: hasRole(found, 'system_guest') }
    },
    async place(channelId, personId, team) {
      const channel = await channels.get(channelId)
      // Mattermost lets nobody speak where they may not; of a channel hidden from us the request is all we know.
      if (channel === 'hidden') return { channel: channelId, name: '', kind: 'private', team, botIn: false }
      if (channel === 'none') return undefined
      const isOpen = admins.has(personId) || (await mayRead(channel, personId)) || (await mayEnter(channel, personId))
      if (!isOpen) return undefined
      const place = await toPlace(channel)
      return place.team === undefined ? { ...place, team } : place
    },
    async role(person, place): Promise<Exclude<Role, 'maker'> | undefined> {
      const seen = await member(place.channel, person.id)
      if (person.vigieAdmin) return 'vigie_admin'
      if (seen === 'none') return undefined
      if (person.guest) return 'guest'
      if (!isSeen(seen)) return 'member'
      if (seen.scheme_guest) return 'guest'
      if (place.kind === 'direct' || seen.scheme_admin || hasRole(seen, 'channel_admin')) return 'channel_admin'
      const inTeam = place.team === undefined ? undefined : await teamMember(place.team, person.id)
      return inTeam && (inTeam.scheme_admin || hasRole(inTeam, 'team_admin')) ? 'channel_admin' : 'member'
    },
    async canRead(person, channelId) {
      const asked = [channels.get(channelId), user(person), member(channelId, person)] as const
      const [channel, who] = await Promise.all(asked)
      return isSeen(channel) && who !== undefined && mayRead(channel, person)
    },
    async username(userId) {
      const seen = await users.get(userId)
      return isSeen(seen) ? seen.username : userId
    },
    async memberByName(username, channel) {
      const found = (await calls.usersByName([username])).find((one) => one.delete_at === 0 && !one.is_bot)
      if (found === undefined || !isSeen(await member(channel, found.id))) return undefined
      return { id: found.id, username: found.username }
    },
    forget(channel) {
      channels.forget((key) => key === channel)
      members.forget((key) => key.startsWith(channel))
    },
  }
}

const kinds = { O: 'public', P: 'private', D: 'direct', G: 'group' } as const

async function see<T>(asked: Promise<T>): Promise<Seen<T>> {
  try {
    return await asked
  } catch (error) {
    if (answered(error, 400, 404)) return 'none'
    if (answered(error, 403)) return 'hidden'
    throw error
  }
}

function isSeen<T extends object>(seen: Seen<T>): seen is T {
  return typeof seen === 'object'
}

function pair(key: string): [string, string] {
  const [one = '', other = ''] = key.split(' ')
  return [one, other]
}

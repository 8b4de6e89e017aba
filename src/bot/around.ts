// What a command may ask of Mattermost, seen with the asking person's eyes: what they cannot read does not exist (command.ts, "Around").

import type { Around, CallContext, Place } from '../commands/command.ts'
import type { Calls, Channel, Post } from './calls.ts'
import type { PeopleAndPlaces } from './people.ts'
import { answered, orNothing } from './rest.ts'
import type { Self } from './self.ts'

export interface AroundParts {
  /** MATTERMOST_URL: links to its channels and posts are understood. */
  readonly url: string
  readonly self: Self
  readonly calls: Calls
  readonly people: PeopleAndPlaces
}

const idPattern = /^[a-z0-9]{26}$/
/** Asked about where there is no such thing: as many questions as where it may not be read, so that the time taken tells nothing (threats T7). */
const nobodys = 'x'.repeat(26)

export function createAround({ url, self, calls, people }: AroundParts): Around {
  const readable = async (channel: Channel | undefined, person: string): Promise<Place | undefined> => {
    const isReadable = await people.canRead(person, channel?.id ?? nobodys)
    return channel !== undefined && isReadable ? people.place(channel.id, person) : undefined
  }

  const byName = async (name: string, call: CallContext): Promise<Channel | undefined> => {
    const teams = call.place.team === undefined ? (await calls.myTeams()).map(({ id }) => id) : [call.place.team]
    for (const team of teams) {
      const channel = await orNothing(calls.channelByName(team, name))
      if (channel !== undefined) return channel
    }
    return undefined
  }

  const ownWords = (words: string): string => {
    const origin = new URL(url)
    if (!URL.canParse(words)) return words
    const link = new URL(words)
    return link.origin === origin.origin ? link.pathname.slice(origin.pathname.replace(/\/$/, '').length) : words
  }

  return {
    async findChannel(words, call) {
      const path = ownWords(words.trim())
      const name = (/^\/[^/]+\/channels\/([^/]+)\/?$/.exec(path)?.[1] ?? path).replace(/^~/, '').toLowerCase()
      const byId = idPattern.test(name) ? await orNothing(calls.channel(name)) : undefined
      const isName = /^[a-z0-9._-]{1,64}$/.test(name)
      return readable(byId ?? (isName ? await byName(name, call) : undefined), call.person.id)
    },
    async findPost(words, call) {
      const path = ownWords(words.trim())
      const id = /^\/[^/]+\/pl\/([a-z0-9]{26})\/?$/.exec(path)?.[1] ?? path
      const post: Post | undefined = idPattern.test(id) ? await orNothing(calls.post(id)) : undefined
      const isReadable = await people.canRead(call.person.id, post?.channel_id ?? nobodys)
      if (post === undefined || !isReadable) return undefined
      return { id: post.id, channel: post.channel_id, props: post.props, user: post.user_id }
    },
    canRead: (person, channel) => people.canRead(person, channel),
    username: (userId) => people.username(userId),
    findMember: (username, place) => people.memberByName(username.replace(/^@/, '').toLowerCase(), place.channel),
    async bringBot(place) {
      if (place.botIn) return true
      if (place.kind !== 'public') return false
      try {
        await calls.joinChannel(place.channel, (await self()).id)
      } catch (error) {
        if (answered(error, 400, 403, 404)) return false
        throw error
      }
      people.forget(place.channel)
      return true
    },
    isVigieAdmin: (userId) => people.isVigieAdmin(userId),
    permalink: ({ post }) => (post === undefined ? undefined : `${url}/_redirect/pl/${post}`),
  }
}

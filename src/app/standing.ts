// What whoever stands behind an API key may do in a channel (interface.md, "API keys").

import type { Mattermost } from './mattermost.ts'
import type { StandingOf } from './subscriber-rights.ts'

/** Nobody as a maker is the operator, who stands where Vigie's administrators do. */
export function createStanding({ admins, people, around, self }: Mattermost): StandingOf {
  return async (channel, maker, enter) => {
    const [someAdmin] = maker === undefined ? admins.all() : []
    const person = await people.person(maker ?? someAdmin ?? '', channel)
    const whom = person?.id ?? (maker === undefined ? (await self()).id : undefined)
    if (whom === undefined) return undefined
    const place = await people.place(channel, whom)
    if (place === undefined || (enter && !(await around.bringBot(place)))) return undefined
    const role = maker === undefined ? 'vigie_admin' : person && (await people.role(person, place))
    // Who is in a private channel that the bot is not in, it cannot see.
    const isHidden = place.kind === 'private' && !place.botIn && role !== 'vigie_admin'
    if (role === undefined || role === 'guest' || isHidden) return undefined
    return { isAdmin: role === 'channel_admin' || role === 'vigie_admin' }
  }
}

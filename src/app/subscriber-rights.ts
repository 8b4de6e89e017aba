// What a key may subscribe, and whose its subscriptions are (interface.md, "API keys"; threat T7).

import { HttpProblem } from '../errors.ts'
import type { KeyHolder } from '../integrations/integration.ts'
import type { Said } from '../text/locale.ts'

/** What whoever stands behind a key may do in a channel. */
export interface Standing {
  /** True for channel administrators and Vigie's. */
  readonly isAdmin: boolean
}

/**
 * How a key's maker (nobody: a key made in a shell) stands in a channel; nothing where there is none, they are no member, or a guest.
 * `enter`: the bot comes in, or it is nothing. @throws {MattermostError}
 */
export type StandingOf = (channel: string, maker: string | undefined, enter: boolean) => Promise<Standing | undefined>

const problems = {
  channel: {
    fr: 'Il n’y a pas ici de canal de cet identifiant où cette clé puisse abonner.',
    en: 'There is no channel of this id here that this key may subscribe.',
  },
  otherChannel: {
    fr: 'Cette clé n’abonne que le canal pour lequel elle a été faite.',
    en: 'This key subscribes only the channel that it was made for.',
  },
  away: {
    fr: 'Mattermost ne répond pas\u00a0: réessayez plus tard.',
    en: 'Mattermost does not answer: try again later.',
  },
} satisfies Record<string, Said>

const idPattern = /^[a-z0-9]{26}$/

/** A Mattermost user id, or `key:` and the key's id where nobody of Mattermost's made it. */
export const keyMaker = (holder: KeyHolder): string => holder.maker ?? `key:${holder.id}`
/** Keys made in a shell are one and the same operator's. */
export const isSameMaker = (one: string, other: string): boolean =>
  one === other || (one.startsWith('key:') && other.startsWith('key:'))

/** @throws {HttpProblem} 403, 404 that tell nothing of channels; 503 */
export async function requireStanding(
  standing: StandingOf,
  holder: KeyHolder,
  { channel, enter }: { readonly channel: string; readonly enter: boolean },
): Promise<Standing> {
  if (holder.channel !== undefined && holder.channel !== channel) throw new HttpProblem(403, problems.otherChannel)
  if (!idPattern.test(channel)) throw new HttpProblem(404, problems.channel)
  try {
    const found = await standing(channel, holder.maker, enter)
    if (found !== undefined) return found
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'MattermostError') throw error
    throw new HttpProblem(503, problems.away, { 'retry-after': '10' }, { cause: error })
  }
  throw new HttpProblem(404, problems.channel)
}

/** A URL is no channel. @throws {HttpProblem} 403 */
export function requireNoChannel(holder: KeyHolder): void {
  if (holder.channel !== undefined) throw new HttpProblem(403, problems.otherChannel)
}

// A channel by the name that people see in its address, `team/channel`, as far as the bot may see it: for who has a shell and no chat.

import { UserError } from '../errors.ts'
import type { Calls } from './calls.ts'
import { answered, MattermostError } from './rest.ts'

/** Its id. @throws {UserError} where there is none that the bot may see, or Mattermost does not answer. */
export type ChannelNamed = (words: string) => Promise<string>

export function createChannelNamed(calls: Pick<Calls, 'myTeams' | 'channelByName'>): ChannelNamed {
  return async (words) => {
    const [teamName = '', channelName = ''] = words.toLowerCase().split('/')
    try {
      const team = (await calls.myTeams()).find(({ name }) => name === teamName)
      if (team === undefined) throw unknown(words)
      return (await calls.channelByName(team.id, channelName.replace(/^~/, ''))).id
    } catch (error) {
      if (answered(error, 400, 403, 404)) throw unknown(words)
      if (error instanceof MattermostError)
        throw new UserError(
          {
            fr: 'Mattermost ne répond pas\u00a0: le nom du canal ne peut pas être cherché. Réessayez, ou donnez son identifiant.',
            en: 'Mattermost does not answer: the name of the channel cannot be looked up. Try again, or give its id.',
          },
          { cause: error },
        )
      throw error
    }
  }
}

function unknown(words: string): UserError {
  return new UserError({
    fr: `Je ne vois aucun canal «\u00a0${words}\u00a0»\u00a0: un nom s’écrit équipe/canal, comme dans son adresse\u202f; dans un canal privé, il faut d’abord m’inviter.`,
    en: `I see no channel "${words}": a name is written team/channel, as in its address; to a private one I have to be invited first.`,
  })
}

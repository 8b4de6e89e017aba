// The life with Mattermost: the websocket and what is heard there, the teams and channels we are in, the slash commands that lead to us.

import type { createAnswers } from '../bot/answers.ts'
import { createLife } from '../bot/life.ts'
import { createListener } from '../bot/listen.ts'
import { manifestOf } from '../bot/manifest.ts'
import { createMembership } from '../bot/membership.ts'
import { createReactions } from '../bot/reactions.ts'
import { answered } from '../bot/rest.ts'
import { createSocket, type Socket, type SocketState } from '../bot/socket.ts'
import { createTriggers } from '../bot/triggers.ts'
import type { Draft, Target } from '../event.ts'
import { commandsChanged } from '../integrations/vigie/commands-changed.ts'
import { subscriptionsAsleep } from '../integrations/vigie/vigie.ts'
import type { BotParts } from './bot.ts'
import type { Mattermost } from './mattermost.ts'
import type { createSpeech } from './speech.ts'

export interface ConnectionParts extends BotParts, ReturnType<typeof createSpeech> {
  readonly mattermost: Mattermost
  readonly answers: ReturnType<typeof createAnswers>
}

export function createConnection(parts: ConnectionParts) {
  const { commands, dispatch, settings, store, answers, log, meter, now } = parts
  const { calls, self, token, admins, teams, people } = parts.mattermost
  const { marks, subscriptions, deliveries, events } = store

  /** False where nobody is known whom to tell. */
  async function tell(whom: readonly string[], draft: Draft): Promise<boolean> {
    const only = whom.map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
    if (only.length > 0) await parts.emit(draft, { only })
    return only.length > 0
  }

  const membership = createMembership({
    self,
    calls,
    subscriptions,
    async tell({ maker, name, reason, count }) {
      // Who made a key in a shell is nobody in Mattermost.
      const whom = maker.startsWith('key:') ? admins.all() : [maker]
      await tell(whom, subscriptionsAsleep(name, reason, count, now()))
    },
    now,
    log,
  })
  const triggers = createTriggers({
    triggers: manifestOf(commands).commands.map(({ trigger }) => trigger),
    commandTokens: settings.commandTokens,
    calls,
    marks,
    tell: (changed) => tell(admins.all(), commandsChanged(changed, now())),
    now,
    log,
  })

  let socket: Socket | undefined
  const life = createLife({
    self,
    calls,
    token,
    admins,
    teams,
    membership,
    triggers,
    listenAs(bot) {
      const reactions = createReactions({ botId: bot.id, commands, deliveries, events, dispatch, people, log })
      const { startedAt } = parts
      return createListener({ bot, calls, dispatch, people, answers, reactions, marks, startedAt, now, log })
    },
    connect(ears) {
      const isTokenRevoked = (signal: AbortSignal) =>
        calls.me(signal).then(
          () => false,
          (error: unknown) => answered(error, 401),
        )
      const { mattermostUrl: url } = settings
      socket = createSocket({ url, token, ...ears, isTokenRevoked, log, meter, now, random: Math.random })
      return socket
    },
    now,
    log,
  })

  return {
    life,
    membership,
    troubles: () => triggers.troubles(),
    socketState(): SocketState {
      const since = life.refusedSince()
      if (since !== undefined) return { as: 'revoked', since }
      return socket?.state() ?? { as: 'connecting', since: parts.startedAt }
    },
  }
}

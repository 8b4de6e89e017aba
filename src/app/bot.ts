// The wiring of the Mattermost side: who we are, who may what, what people say, and the notifier that posts.

import type { FastifyInstance } from 'fastify'
import { createAnswers } from '../bot/answers.ts'
import { createGate } from '../bot/gate.ts'
import { createMattermostRoutes } from '../bot/http.ts'
import { createMakers } from '../bot/makers.ts'
import { createChannelNamed } from '../bot/named-channel.ts'
import { createPosts } from '../bot/posts.ts'
import { createLocaleOf } from '../bot/reading.ts'
import { render } from '../bot/render.ts'
import { createResponseUrls } from '../bot/response-urls.ts'
import { createMattermostStatus } from '../bot/status.ts'
import { createTurns } from '../commands/subscriptions/room.ts'
import type { LiveSecrets } from '../env.ts'
import type { Describe, Emit, Meter, Part, Target } from '../event.ts'
import type { Outbox } from '../flow/outbox.ts'
import { createOutboxPart } from '../flow/part.ts'
import type { Router } from '../flow/router.ts'
import type { Ask, Integration, KeyRing } from '../integrations/integration.ts'
import { notifiers } from '../notifiers/index.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import { createConnection } from './connection.ts'
import type { Import } from './import.ts'
import type { Mail } from './mail.ts'
import { createMattermost } from './mattermost.ts'
import type { AppParts } from './parts.ts'
import { sourcesOf } from './sources.ts'
import { createSpeech } from './speech.ts'
import { createStanding } from './standing.ts'

export interface BotParts extends AppParts {
  readonly settings: Settings
  readonly meter: Meter
  readonly store: Store
  readonly router: Router
  readonly integrations: readonly Integration[]
  readonly describe: Describe
  readonly secretKey: LiveSecrets
  readonly ask: Ask
  /** VIGIE_URL. */
  readonly url: string
  readonly startedAt: number
  readonly emit: Emit
  /** Made after the bot, since it posts through it. */
  readonly outbox: () => Outbox
  /** How the database does; made after the bot, through which its news are told. */
  readonly upkeep: () => Promise<readonly Part[]>
  readonly niveauOf: (score: number) => string
  readonly mail: Pick<Mail, 'draw' | 'status'>
  /** Something that was given up was put back in line. */
  readonly onReplayed: () => void
  readonly keys: KeyRing
  /** What a file held, told to nobody. */
  readonly take: Import
}

export function createBot(parts: BotParts) {
  const { settings, store, log, meter, now, url } = parts
  const { locale, timeZone, mattermostUrl } = settings
  const { deliveries, subscriptions, audit, marks, seals } = store
  const mattermost = createMattermost(parts)
  const { calls, self, admins, people, around, sealer } = mattermost

  const mattermostPart = createMattermostStatus({
    socket: () => connection.socketState(),
    subscriptions,
    troubles: () => connection.troubles(),
    ping: () => parts.ask(`${mattermostUrl}/api/v4/system/ping`),
    now,
  })
  const outboxPart = createOutboxPart({ status: () => parts.outbox().status(), deliveries, now })
  // Together: each may ask a neighbour how it does.
  const status = async (): Promise<readonly Part[]> => {
    const sources = Promise.all(sourcesOf(parts.integrations).map(partsOf))
    const all = await Promise.all([mattermostPart(), sources, outboxPart(), parts.mail.status(), parts.upkeep()])
    return all.flat(2)
  }

  const inTurn = createTurns()
  const { commands, dispatch } = createSpeech({ ...parts, mattermost, status, inTurn })
  const answers = createAnswers({ self, calls, draw: render, sealer })
  const connection = createConnection({ ...parts, mattermost, commands, dispatch, answers })
  const { life, membership } = connection

  const isOnce = (verb: string) => {
    const [name, button = ''] = verb.split('.')
    return commands.find((command) => command.name === name)?.buttons?.[button]?.once === true
  }
  const gate = createGate({ sealer, seals, deliveries, audit, calls, self, isOnce, log, meter, now })
  const localeOf = createLocaleOf({ people, subscriptions, locale, log })
  const notifier = notifiers.mattermost({
    posts: createPosts(calls, self),
    stamp: sealer.stamp,
    permalink: around.permalink,
    draw: parts.mail.draw,
  })

  return {
    calls,
    status,
    /** That of the commands. */
    inTurn,
    standing: createStanding(mattermost),
    notifiers: [notifier],
    answers: life.answers,
    connected: () => connection.socketState().as === 'connected',
    refusedSince: life.refusedSince,
    settingsOf: async (target: Target) => ({
      locale: target.notifier === 'mattermost' ? await localeOf(target) : locale,
      timeZone,
    }),
    load: () => admins.load(),
    run: (signal: AbortSignal) => life.run(signal),
    /** A post was refused because the channel is gone or we are no longer in it: its subscriptions fall asleep. */
    async onTargetGone({ notifier, address }: Target): Promise<void> {
      if (notifier === 'mattermost' && !address.startsWith('@')) await membership.check(address)
    },
    /** A channel's name and address, for those who may know of every channel. */
    async channel(id: string): Promise<{ name: string; url: string } | undefined> {
      try {
        const { name, display_name, team_id } = await calls.channel(id)
        const team = await calls.team(team_id)
        return { name: display_name || name, url: `${mattermostUrl}/${team.name}/channels/${name}` }
      } catch (error) {
        log.debug({ err: error, channel: id }, 'a channel’s name could not be found out')
        return undefined
      }
    },
    channelNamed: createChannelNamed(calls),
    makerNow: createMakers({ person: people.person, isVigieAdmin: admins.has, marks, now, log }),
    /** As last known. */
    knownAdminIds: () => admins.all(),
    /** Those that VIGIE_ADMINS names come first. */
    async adminIds(): Promise<readonly string[]> {
      await admins.resolve()
      await admins.refresh()
      return admins.all()
    },
    routes(http: FastifyInstance): void {
      const responseUrls = createResponseUrls({ url: mattermostUrl, fetch: parts.fetch, now, log })
      const { commandTokens } = settings
      const vigieUrl = () => url
      createMattermostRoutes({
        dispatch,
        commandTokens,
        gate,
        sealer,
        draw: render,
        calls,
        answers,
        responseUrls,
        vigieUrl,
        log,
      })(http)
    },
  }
}

async function partsOf(integration: Integration): Promise<readonly Part[]> {
  const [own, also] = await Promise.all([integration.status(), integration.alsoStatus?.()])
  return [own, ...(also ?? [])]
}

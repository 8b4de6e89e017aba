// The wiring of the Mattermost side: who we are, who may what, what people say, and the notifier that posts.

import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { AppParts } from '../app.ts'
import { createAdmins } from '../bot/admins.ts'
import { createAnswers } from '../bot/answers.ts'
import { createAround } from '../bot/around.ts'
import { createCalls } from '../bot/calls.ts'
import { createDispatch } from '../bot/dispatch.ts'
import { createFiles } from '../bot/files.ts'
import { createGate } from '../bot/gate.ts'
import { createHelp } from '../bot/help.ts'
import { createMattermostRoutes } from '../bot/http.ts'
import { createLife } from '../bot/life.ts'
import { createListener } from '../bot/listen.ts'
import { createMakers } from '../bot/makers.ts'
import { manifestOf } from '../bot/manifest.ts'
import { createMembership } from '../bot/membership.ts'
import { createPeople } from '../bot/people.ts'
import { createPosts } from '../bot/posts.ts'
import { createReactions } from '../bot/reactions.ts'
import { createLocaleOf } from '../bot/reading.ts'
import { render } from '../bot/render.ts'
import { createResponseUrls } from '../bot/response-urls.ts'
import { answered, createRest } from '../bot/rest.ts'
import { createSealer } from '../bot/seal.ts'
import { createSelf } from '../bot/self.ts'
import { createSocket, type Socket, type SocketState } from '../bot/socket.ts'
import { createMattermostStatus } from '../bot/status.ts'
import { createTeams } from '../bot/teams.ts'
import { createTriggers } from '../bot/triggers.ts'
import type { Command } from '../commands/command.ts'
import { createCommands } from '../commands/index.ts'
import { createDocumentWriter } from '../documents/write.ts'
import type { LiveSecrets } from '../env.ts'
import type { Describe, Emit, Meter, Part, Target } from '../event.ts'
import type { Outbox } from '../flow/outbox.ts'
import { createOutboxPart } from '../flow/part.ts'
import type { Router } from '../flow/router.ts'
import type { Ask, Integration, KeyRing } from '../integrations/integration.ts'
import { commandsChanged } from '../integrations/vigie/commands-changed.ts'
import { subscriptionsAsleep } from '../integrations/vigie/vigie.ts'
import { notifiers } from '../notifiers/index.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import { createExport } from './export.ts'
import type { Import } from './import.ts'
import { createFileImport } from './import-file.ts'
import type { Mail } from './mail.ts'

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
  const { settings, store, log, meter, now, url, emit, router } = parts
  const { locale, mattermostUrl } = settings
  const token = () => settings.mattermostToken.current()[0]?.reveal() ?? ''
  const rest = createRest({ url: mattermostUrl, token, fetch: parts.fetch, log })
  const everywhere = createCalls(rest)
  const teams = createTeams(everywhere, settings.teams)
  const calls = { ...everywhere, myTeams: teams.mine }
  const self = createSelf(calls)
  const admins = createAdmins({ names: settings.admins, calls, marks: store.marks, people: store.people, now, log })
  const people = createPeople({ self, calls, admins, now, locale })
  const around = createAround({ url: mattermostUrl, self, calls, people })
  const sealer = createSealer({
    secrets: parts.secretKey,
    now,
    random: randomBytes,
    actionUrl: `${url}/mattermost/action`,
  })

  let socket: Socket | undefined
  const socketState = (): SocketState => {
    const since = life.refusedSince()
    return since === undefined
      ? (socket?.state() ?? { as: 'connecting', since: parts.startedAt })
      : { as: 'revoked', since }
  }
  const mattermostStatus = createMattermostStatus({
    socket: socketState,
    subscriptions: store.subscriptions,
    troubles: () => triggers.troubles(),
    ping: () => parts.ask(`${mattermostUrl}/api/v4/system/ping`),
    now,
  })
  const outboxPart = createOutboxPart({ status: () => parts.outbox().status(), deliveries: store.deliveries, now })
  // Together: each may ask a neighbour how it does.
  const status = async (): Promise<readonly Part[]> => {
    const sources = Promise.all(parts.integrations.filter(isSource).map(partsOf))
    const all = await Promise.all([mattermostStatus(), sources, outboxPart(), parts.mail.status(), parts.upkeep()])
    return all.flat(2)
  }

  const commands: readonly Command[] = createCommands({
    store,
    around,
    help: createHelp(() => commands),
    describe: parts.describe,
    sources: parts.integrations.filter(isSource),
    router,
    status,
    wakeOutbox() {
      parts.outbox().wake()
      parts.onReplayed()
    },
    writeDocument: createDocumentWriter(),
    makeExport: createExport({
      events: store.events,
      personnages: store.personnages,
      niveauOf: parts.niveauOf,
      timeZone: settings.timeZone,
      now,
    }),
    files: createFiles({ self, calls, around, download: rest.download }),
    importFile: createFileImport(parts.take),
    drawRanking: parts.mail.draw,
    keys: parts.keys,
    version: parts.version,
    startedAt: parts.startedAt,
    ...(settings.organisation === undefined ? {} : { organisation: settings.organisation }),
    locale,
    timeZone: settings.timeZone,
  })
  const dispatch = createDispatch({ commands, people, around, audit: store.audit, log, meter, now, locale })
  const answersOf = createAnswers({ self, calls, draw: render, sealer })
  const membership = createMembership({
    self,
    calls,
    subscriptions: store.subscriptions,
    async tell({ maker, name, reason, count }) {
      // Who made a key in a shell is nobody in Mattermost.
      const people = maker.startsWith('key:') ? admins.all() : [maker]
      const only = people.map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
      if (only.length === 0) return
      await emit(subscriptionsAsleep(name, reason, count, now()), { only })
    },
    log,
  })
  const triggers = createTriggers({
    triggers: manifestOf(commands).commands.map(({ trigger }) => trigger),
    commandTokens: settings.commandTokens,
    calls,
    marks: store.marks,
    async tell(changed) {
      const only = admins.all().map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
      if (only.length > 0) await emit(commandsChanged(changed, now()), { only })
      return only.length > 0
    },
    now,
    log,
  })
  const life = createLife({
    self,
    calls,
    token,
    admins,
    teams,
    membership,
    triggers,
    listenAs: (bot) =>
      createListener({
        bot,
        calls,
        dispatch,
        people,
        answers: answersOf,
        reactions: createReactions({
          botId: bot.id,
          commands,
          deliveries: store.deliveries,
          events: store.events,
          dispatch,
          people,
          log,
        }),
        marks: store.marks,
        startedAt: parts.startedAt,
        now,
        log,
      }),
    connect(ears) {
      const isTokenRevoked = (signal: AbortSignal) =>
        calls.me(signal).then(
          () => false,
          (error: unknown) => answered(error, 401),
        )
      socket = createSocket({
        url: mattermostUrl,
        token,
        ...ears,
        isTokenRevoked,
        log,
        meter,
        now,
        random: Math.random,
      })
      return socket
    },
    now,
    log,
  })
  const isOnce = (verb: string) => {
    const [name, button = ''] = verb.split('.')
    return commands.find((command) => command.name === name)?.buttons?.[button]?.once === true
  }
  const gate = createGate({
    sealer,
    seals: store.seals,
    deliveries: store.deliveries,
    audit: store.audit,
    calls,
    self,
    isOnce,
    log,
    meter,
    now,
  })
  const localeOf = createLocaleOf({ people, subscriptions: store.subscriptions, locale, log })
  const mattermost: Notifier = notifiers.mattermost({
    posts: createPosts(calls, self),
    stamp: sealer.stamp,
    permalink: around.permalink,
    draw: parts.mail.draw,
  })

  /** How a key's maker stands in a channel; nobody is the operator, who stands where Vigie's administrators do. */
  async function standing(channel: string, maker: string | undefined, enter: boolean) {
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

  return {
    calls,
    status,
    standing,
    notifiers: [mattermost],
    answers: life.answers,
    connected: () => socketState().as === 'connected',
    refusedSince: life.refusedSince,
    settingsOf: async (target: Target) => ({
      locale: target.notifier === 'mattermost' ? await localeOf(target) : locale,
      timeZone: settings.timeZone,
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
    makerNow: createMakers({ person: people.person, isVigieAdmin: admins.has, marks: store.marks, now, log }),
    /** As last known. */
    knownAdminIds: () => admins.all(),
    /** Those that VIGIE_ADMINS names come first. */
    async adminIds(): Promise<readonly string[]> {
      await admins.resolve()
      await admins.refresh()
      return admins.all()
    },
    routes(http: FastifyInstance): void {
      createMattermostRoutes({
        dispatch,
        commandTokens: settings.commandTokens,
        gate,
        sealer,
        draw: render,
        calls,
        answers: answersOf,
        responseUrls: createResponseUrls({ url: mattermostUrl, fetch: parts.fetch, now, log }),
        vigieUrl: () => url,
        log,
      })(http)
    },
  }
}

async function partsOf(integration: Integration): Promise<readonly Part[]> {
  const [own, also] = await Promise.all([integration.status(), integration.alsoStatus?.()])
  return [own, ...(also ?? [])]
}

/** Vigie's own news come from no source that can be subscribed to. */
function isSource(integration: Integration): boolean {
  return integration.events.length > 0
}

// The wiring, in flow order: settings → store → events in → events out → the bot → HTTP. What differs between production, tests and the
// demo (time, fetch, environment) comes in as a part.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAlarms } from './app-alarms.ts'
import { archivePart } from './app-archive-part.ts'
import { createBot } from './app-bot.ts'
import { createImport, type Import } from './app-import.ts'
import { keptWhenOpen, keysWhenOpen } from './app-kept.ts'
import { keyFileSecrets } from './app-key.ts'
import { createKeyRing } from './app-keys.ts'
import { createMail } from './app-mail.ts'
import { registerPages } from './app-pages.ts'
import { createParkedTeller } from './app-parked.ts'
import { createSubscribers, outwardOf, sourcesOf, subscribingWhenMade } from './app-subscribers.ts'
import { createUpkeep, openKeptStore } from './app-upkeep.ts'
import { watchAll } from './app-watch.ts'
import { createAsk } from './ask.ts'
import { createCron } from './cron.ts'
import { createDoctor } from './doctor.ts'
import type { ReloadableEnv } from './env.ts'
import type { Describe, DescribeBurst, Emit, EmitTogether, Log, Now } from './event.ts'
import { createIntake } from './flow/intake.ts'
import { createOutbox } from './flow/outbox.ts'
import { createRouter } from './flow/router.ts'
import { waitByTheClock } from './flow/waiting.ts'
import { freePort } from './free-port.ts'
import { integrations as makers, sourceNames } from './integrations/index.ts'
import type { Integration } from './integrations/integration.ts'
import { readSettings } from './settings.ts'
import { createArchive } from './store/archive.ts'
import { holdLock } from './store/lock.ts'
import { readRestored, restoredMark } from './store/recovery.ts'
import type { Store } from './store/store.ts'
import { createVault } from './vault.ts'
import type { DoctorLine, StatusReport } from './web/control.ts'
import { allowOrigins } from './web/cors.ts'
import { createKeyDoor } from './web/keys.ts'
import { createMetrics } from './web/metrics.ts'
import { registerProblems } from './web/problem.ts'
import { close, createServer, listen } from './web/server.ts'

export interface AppParts {
  readonly env: ReloadableEnv
  readonly log: Log
  readonly now: Now
  readonly fetch: typeof fetch
  /** The folder that relative paths of settings start from. */
  readonly cwd: string
  readonly pid: number
  readonly version: string
}

export interface App {
  /** Listens, sends, connects. Resolves once webhooks are taken; Mattermost may be away. */
  start(): Promise<void>
  /** Drains within 10 s and closes. */
  stop(): Promise<void>
  /** Rejects with what makes going on impossible (a ConfigError found at first contact); resolves when stopped. */
  ended(): Promise<void>
  status(): Promise<StatusReport>
  doctor(): Promise<readonly DoctorLine[]>
  /** What a file held, told to nobody. */
  readonly take: Import
  /** Where our HTTP door stands. */
  url(): string
}

const drainMs = 8000

/** @throws {ConfigError} that names every wrong setting. @throws {UserError} when another `start` holds the database. */
export async function createApp(parts: AppParts): Promise<App> {
  const { env, log, now, fetch, version } = parts
  const startedAt = now()
  const settings = readSettings(env, parts.cwd)
  const { meter, register: registerMetrics } = createMetrics(version)

  // Integrations read their settings before anything is opened; events wait until it is.
  const opened = Promise.withResolvers<{ store: Store; emit: Emit; emitTogether: EmitTogether }>()
  const emit: Emit = async (draft, options) => (await opened.promise).emit(draft, options)
  const emitTogether: EmitTogether = async (all) => (await opened.promise).emitTogether(all)
  const openStore = opened.promise.then(({ store }) => store)
  const kept = keptWhenOpen(openStore)
  const secretKey = keyFileSecrets(settings.secretKey, `${settings.databasePath}.key`, randomBytes)
  const vault = createVault({ secrets: secretKey, random: randomBytes })
  const ask = createAsk({ fetch, elapsed: () => performance.now() })
  const keyParts = { keys: keysWhenOpen(openStore), vault, now, log }
  const keys = createKeyDoor({ ...keyParts, makerNow: (person) => bot.makerNow(person) })
  const makerParts = {
    env,
    emit,
    emitTogether,
    log,
    meter,
    now,
    fetch,
    ask,
    ...kept,
    vault,
    keys,
    subscribing: subscribingWhenMade(() => subscribers),
    cron: createCron(),
    url: () => url,
  }
  const integrations = makers.flatMap((make) => make(makerParts) ?? [])
  const describe = describeBySource(integrations)
  const mail = createMail({ env, now, log, outbox: () => outbox.status() })
  const createAlarms = readAlarms(env, mail.receivers, () => bot.knownAdminIds())
  env.check()
  const port = settings.port === 0 ? await freePort(settings.host) : settings.port
  const url = settings.vigieUrl ?? `http://${settings.host}:${port}`

  const lock = holdLock(settings.databasePath, parts.pid)
  const store = await openKeptStore({ settings, now, log }).catch((error: unknown) => {
    lock.release()
    throw error
  })
  const router = createRouter(store)
  const intake = createIntake({
    store,
    router,
    now,
    log,
    meter,
    confine: (draft) => doctor.confine(draft),
    onDeliveries: (notifiers) => outbox.wake(notifiers),
  })
  opened.resolve({ store, emit: intake.emit, emitTogether: intake.emitTogether })
  const niveauOf = (score: number) => integrations.find((one) => one.personnages)?.personnages?.niveauOf(score) ?? ''
  const bot = createBot({
    ...parts,
    settings,
    meter,
    store,
    router,
    integrations,
    describe,
    secretKey,
    ask,
    url,
    startedAt,
    emit,
    outbox: () => outbox,
    niveauOf,
    upkeep: async () => [await upkeep.status(), archivePart(archive.state(), now())],
    mail,
    onReplayed: () => parked.replayed(),
    keys: createKeyRing(keyParts),
  })
  const subscribers = createSubscribers({
    store,
    vault,
    outward: outwardOf(integrations),
    sources: sourcesOf(integrations),
    standing: bot.standing,
    now,
    log,
  })
  const { timeZone, archivePath } = settings
  const archive = createArchive({ folder: archivePath, store, timeZone, now, log, wait: waitByTheClock })
  const upkeep = createUpkeep({ store, archive, settings, version, emit, admins: bot.knownAdminIds, now, log })
  const parked = createParkedTeller({
    store,
    describe,
    timeZone,
    emit,
    admins: bot.knownAdminIds,
    channel: bot.channel,
    now,
    log,
  })
  const notifiers = [...bot.notifiers, ...(mail.notifier ? [mail.notifier] : []), subscribers.notifier]
  const outbox = createOutbox({
    store,
    router,
    notifiers,
    describe,
    describeBurst: describeBurstBySource(integrations),
    settingsOf: bot.settingsOf,
    now,
    log,
    meter,
    onParked: parked.parked,
    onTargetGone: async (target) => {
      await Promise.all([bot.onTargetGone(target), subscribers.onTargetGone(target)])
    },
    restored: async () => readRestored(await store.marks.get(restoredMark)),
  })

  const { refusedSince, answers } = bot
  const toldOf = { store, integrations, describe, emit, outbox: outbox.status, refusedSince, answers }
  const alarms = createAlarms({ ...parts, settings, ...toldOf })

  const { events, personnages } = store
  const take = createImport({ emit, events, personnages, niveauOf, sources: sourceNames, timeZone, now })

  let listening = false
  const http = createServer({ pathPrefix: new URL(url).pathname, proxies: settings.proxies, log })
  registerProblems(http, log)
  allowOrigins(http, settings.corsOrigins)
  registerPages(http, {
    integrations,
    store,
    settings,
    started: () => listening,
    mattermost: { answers: bot.answers, connected: bot.connected },
    registerMetrics,
    url,
    version,
    now,
  })
  bot.routes(http)
  for (const integration of integrations) integration.routes?.(http)

  const stopping = new AbortController()
  const ended = Promise.withResolvers<void>()
  let living: Promise<unknown> = Promise.resolve()
  const local = () => `http://${settings.host.replace(/^(0\.0\.0\.0|::)$/, '127.0.0.1')}:${port}`

  const { calls, adminIds: admins } = bot
  const doctor = createDoctor({ integrations, notifiers, store, calls, admins, url: local, fetch, now })

  return {
    url: local,
    ended: () => ended.promise,
    status: async () => ({ version, startedAt, pid: parts.pid, parts: await bot.status() }),
    doctor: doctor.examine,
    take,
    async start() {
      await bot.load()
      await listen(http, settings.host, port)
      listening = true
      log.info({ url: local(), vigieUrl: url, version }, 'Vigie listens')
      outbox.start()
      const { signal } = stopping
      const watching = watchAll(integrations, { signal, now, log })
      living = Promise.all([
        bot.run(signal).catch(ended.reject),
        watching,
        upkeep.run(signal),
        archive.run(signal),
        parked.run(signal),
        alarms.run(signal),
      ])
    },
    async stop() {
      stopping.abort()
      const deadline = sleep(drainMs, undefined, { ref: false })
      await Promise.all([outbox.stop(drainMs), Promise.race([living, deadline])])
      await mail.close()
      listening = false
      await close(http)
      await intake.drain()
      await store.close()
      lock.release()
      ended.resolve()
    },
  }
}

function describeBySource(integrations: readonly Integration[]): Describe {
  const bySource = new Map(integrations.map((integration) => [integration.name, integration.describe]))
  return (event, telling) => {
    const describe = bySource.get(event.source)
    if (!describe) throw new Error(`nobody describes events of ${event.source}`)
    return describe(event, telling)
  }
}

function describeBurstBySource(integrations: readonly Integration[]): DescribeBurst {
  const bySource = new Map(integrations.map((integration) => [integration.name, integration.describeBurst]))
  return (burst, telling) => {
    const source = burst.events[0]?.source
    const describe = source === undefined ? undefined : bySource.get(source)
    if (!describe) throw new Error(`nobody describes bursts of ${source}`)
    return describe(burst, telling)
  }
}

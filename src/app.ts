// The wiring, in flow order: settings → store → events in → the bot → events out → HTTP. What differs between production, tests and the
// demo (time, fetch, environment) comes in as a part; what needs more than a few lines is wired in `app/`.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAlarms } from './app/alarms.ts'
import { archivePart } from './app/archive-part.ts'
import { createAsk } from './app/ask.ts'
import { createBot } from './app/bot.ts'
import { createDoctor } from './app/doctor.ts'
import { createDoor } from './app/door.ts'
import { freePort } from './app/free-port.ts'
import { createImport } from './app/import.ts'
import { keyFileSecrets } from './app/key-file.ts'
import { createMail } from './app/mail.ts'
import { createParkedTeller } from './app/parked.ts'
import type { App, AppParts } from './app/parts.ts'
import { createSources, outwardOf, sourcesOf } from './app/sources.ts'
import { createSubscribers, subscribingWhenMade } from './app/subscribers.ts'
import { createUpkeep, openKeptStore } from './app/upkeep.ts'
import { createVault } from './app/vault.ts'
import { watchAll } from './app/watching.ts'
import { createIntake } from './flow/intake.ts'
import { createOutbox, type Outbox } from './flow/outbox.ts'
import { createRouter } from './flow/router.ts'
import { waitByTheClock as wait } from './flow/waiting.ts'
import { sourceNames } from './integrations/index.ts'
import { readSettings } from './settings.ts'
import { createArchive } from './store/archive.ts'
import { holdLock } from './store/lock.ts'
import { readRestored, restoredMark } from './store/recovery.ts'
import { createMetrics } from './web/metrics.ts'
import { close, listen } from './web/server.ts'

const drainMs = 8000

/** @throws {ConfigError} that names every wrong setting. @throws {UserError} when another `start` holds the database. */
export async function createApp(parts: AppParts): Promise<App> {
  const { env, log, now, fetch, version, pid } = parts
  const startedAt = now()

  const settings = readSettings(env, parts.cwd)
  const { timeZone, host, databasePath } = settings
  const { meter, register: registerMetrics } = createMetrics(version)
  const secretKey = keyFileSecrets(settings.secretKey, `${databasePath}.key`, randomBytes)
  const vault = createVault({ secrets: secretKey, random: randomBytes })
  const ask = createAsk({ fetch, elapsed: () => performance.now() })
  const world = { env, log, meter, now, fetch, ask, vault }
  const subscribing = subscribingWhenMade(() => subscribers)
  const sources = createSources({ ...world, subscribing, url: () => url, makerNow: (person) => bot.makerNow(person) })
  const { integrations, emit, describe, describeBurst, niveauOf } = sources
  const mail = createMail({ env, now, log, outbox: () => outbox.status() })
  const createAlarms = readAlarms(env, mail.receivers, () => bot.knownAdminIds())
  env.check()
  const port = settings.port === 0 ? await freePort(host) : settings.port
  const url = settings.vigieUrl ?? `http://${host}:${port}`

  const lock = holdLock(databasePath, pid)
  const store = await openKeptStore({ settings, now, log }).catch((error: unknown) => {
    lock.release()
    throw error
  })
  const { events, personnages } = store
  const router = createRouter(store)
  const street = { store, router, now, log, meter }
  const wake: Outbox['wake'] = (notifiers) => outbox.wake(notifiers)
  const intake = createIntake({ ...street, confine: (draft) => doctor.confine(draft), onDeliveries: wake })
  sources.open({ store, emit: intake.emit, emitTogether: intake.emitTogether })
  const archive = createArchive({ folder: settings.archivePath, store, timeZone, now, log, wait })
  const take = createImport({ emit, events, personnages, niveauOf, sources: sourceNames, timeZone, now })

  const onReplayed = () => parked.replayed()
  const bot = createBot({
    ...parts,
    ...street,
    ...sources,
    settings,
    secretKey,
    ask,
    url,
    startedAt,
    mail,
    take,
    outbox: () => outbox,
    upkeep: async () => [await upkeep.status(), archivePart(archive.state(), now())],
    onReplayed,
  })
  const { calls, channel, standing, inTurn, status, answers, refusedSince, knownAdminIds: admins } = bot
  const subscribed = { outward: outwardOf(integrations), sources: sourcesOf(integrations), standing, inTurn }
  const subscribers = createSubscribers({ ...subscribed, store, vault, emit, admins, onReplayed, now, log })
  const upkeep = createUpkeep({ store, archive, settings, version, emit, admins, now, log })
  const parked = createParkedTeller({ store, describe, timeZone, emit, admins, channel, wake, now, log })
  const notifiers = [...bot.notifiers, ...(mail.notifier ? [mail.notifier] : []), subscribers.notifier]
  const outbox = createOutbox({
    ...street,
    notifiers,
    describe,
    describeBurst,
    settingsOf: bot.settingsOf,
    onParked: parked.parked,
    onTargetGone: async (target) => {
      await Promise.all([bot.onTargetGone(target), subscribers.onTargetGone(target)])
    },
    restored: async () => readRestored(await store.marks.get(restoredMark)),
  })
  const toldOf = { store, integrations, describe, emit, outbox: outbox.status, refusedSince, answers }
  const alarms = createAlarms({ ...toldOf, settings, fetch, now, log })

  let listening = false
  const started = () => listening
  const http = createDoor({ integrations, store, settings, started, bot, registerMetrics, url, version, now, log })
  const local = () => `http://${host.replace(/^(0\.0\.0\.0|::)$/, '127.0.0.1')}:${port}`
  const doctor = createDoctor({ integrations, notifiers, store, calls, admins: bot.adminIds, url: local, fetch, now })

  const stopping = new AbortController()
  const ended = Promise.withResolvers<void>()
  let living: Promise<unknown> = Promise.resolve()

  return {
    url: local,
    ended: () => ended.promise,
    status: async () => ({ version, startedAt, pid, parts: await status() }),
    doctor: doctor.examine,
    channelNamed: bot.channelNamed,
    take,
    async start() {
      await bot.load()
      await listen(http, host, port)
      listening = true
      log.info({ url: local(), vigieUrl: url, version }, 'Vigie listens')
      outbox.start()
      const { signal } = stopping
      const watching = watchAll(integrations, { signal, now, log })
      const running = [upkeep, archive, parked, alarms].map((one) => one.run(signal))
      living = Promise.all([bot.run(signal).catch(ended.reject), watching, ...running])
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

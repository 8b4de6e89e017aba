// The source `monitor`: what channels have watched, and the incidents it makes (issue "The watch"). Always on.

import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../errors.ts'
import type { Describe, Draft, Target } from '../../event.ts'
import { readMailbox } from '../../text/mail-address.ts'
import type { IntegrationParts, MakeIntegration } from '../integration.ts'
import { availabilityOf } from './availability.ts'
import { expectedInMs } from './beats.ts'
import { certificateType, createCertificates, describeCertificate } from './certificates.ts'
import { createLookout } from './checks/lookout.ts'
import { pointsOf } from './curve.ts'
import { describe } from './describe.ts'
import { heartbeatDocuments } from './documents.ts'
import { type Endpoint, hostOf, portOf } from './guard/endpoint.ts'
import type { Cut } from './isolation.ts'
import { createKeeper } from './keeper.ts'
import { createLedger } from './ledger.ts'
import { maintainedUntil } from './maintenance.ts'
import { createShortText } from './model/short-text.ts'
import type { IncidentStep, Monitor } from './monitor.ts'
import { createPart } from './part.ts'
import { createRecords } from './records.ts'
import { createReference } from './reference.ts'
import { registerRoutes } from './routes.ts'
import { draftOf, isMailed, optionsOf, type Surroundings, soonestOf } from './telling.ts'
import { createWatch, type Watch } from './watch.ts'
import { createWeekly, describeReport, reportType } from './weekly.ts'
import { sealedHeader } from './wish.ts'

const dayMs = 86_400_000
const chartMs = 6 * 3_600_000
/** Six hours of one check in five seconds. */
const mostResults = 4400
/** The mail waits so long for the model's text, where there is a model; the chart until it is known whether more fail. */
const textWithinMs = 5000
const chartAfterMs = 15_000
const tidyEveryMs = 60_000
const standstillMs = 45_000
/** Of the names in an incident's log line. */
const mostLogged = 20
const idBytes = 7
const tokenBytes = 24

export const createMonitoring: MakeIntegration = (parts) => {
  const { env, emit, log, now, vault, cron, monitors: store } = parts
  const startedAt = now()
  const elapsed = () => performance.now()
  const mail = mailTargets(parts)
  const mailAfterMs = env.address('OLLAMA_HOST') === undefined ? 0 : textWithinMs
  const certificates = createCertificates({ emit, log, now })
  let cutOff: Cut = { since: 0, failing: 0, all: 0 }
  const newId = () => Array.from(vault.random(idBytes), (byte) => (byte % 36).toString(36)).join('')
  const timeZone = env.text('TZ', 'Europe/Paris')
  const isMaintained = ({ maintenance }: Monitor, at: number) => maintainedUntil(maintenance, at, cron) !== undefined
  const lookout = createLookout({ env, forbidden: ownSockets(parts), openHeaders, now, elapsed })

  function openHeaders({ id, http }: Monitor): Readonly<Record<string, string>> | undefined {
    const opened: Record<string, string> = {}
    for (const [name, sealed] of Object.entries(http?.sealedHeaders ?? {})) {
      const found = vault.open(sealed, sealedHeader(id, name))
      if (!found) return undefined
      opened[name] = found.secret.reveal()
    }
    return opened
  }

  const wait = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined)
  const reference =
    lookout.references.length === 0
      ? undefined
      : createReference({
          places: lookout.references,
          reach: lookout.reach,
          report: (isAnswered) => watch.noteReference(isAnswered),
          wait,
          elapsed,
          log,
        })

  let settledAt = elapsed()
  const ledger = createLedger({
    store,
    onSettled: () => {
      settledAt = elapsed()
    },
    tell: async (step) => {
      const around = await surroundingsOf(step, { watch, mail, parts })
      const draft = draftOf(step, around)
      const { event, matched } = await emit(draft, optionsOf(step, around))
      const { id, monitors, cause } = step.facts.incident
      const names = monitors.slice(0, mostLogged).map(({ name }) => name)
      log.info(
        { incident: id, cause, step: step.kind, type: draft.type, names, by: step.by, event, matched },
        'incident',
      )
      return event
    },
    wait,
    log,
  })
  const watch: Watch = createWatch({
    store,
    ledger,
    check: reference?.around(lookout.check) ?? lookout.check,
    expectedInMs: (monitor, state) => expectedInMs(monitor, state, { cron, now: now(), startedAt }),
    isMaintained,
    wishesOf: (incident, monitors) => ({
      ...soonestOf(monitors),
      ...(mail.length > 0 && isMailed(incident, monitors) ? { mailAfterMs } : {}),
      ...(incident.isGroup || monitors[0]?.type === 'heartbeat' ? {} : { chartAfterMs }),
    }),
    hostOf: ({ target }) => /^(?:https?:\/\/)?(\[[^\]]*\]|[^/:]+)/.exec(target)?.[1] ?? target,
    onChange: ({ monitor }, change) => {
      if (change.kind === 'certificate') certificates.tell(monitor, change)
    },
    onOpened: (watched, incident) => shortText.begin(watched, incident),
    onSuspect: () => shortText.expect(),
    onIsolation: (cut) => {
      const isolation = { isCut: cut !== undefined, ...(cut ?? cutOff), at: now() }
      cutOff = cut ?? cutOff
      tellIsolation(isolation).catch((error: unknown) => log.error({ err: error }, 'isolation could not be told'))
    },
    newId,
    now,
    monotonic: elapsed,
    log,
  })
  const shortText = createShortText({
    env,
    fetch: parts.fetch,
    langOf: parts.langOf,
    incidents: () => watch.incidents,
    now,
    elapsed,
    log,
  })
  const keeper = createKeeper({
    store,
    ledger,
    watch,
    wish: {
      seal: (secret, about) => vault.seal(secret.reveal(), about),
      checkCron: cron.check,
      timeZone,
    },
    admit: lookout.admit,
    isMaintained,
    newId,
    newToken: () => vault.random(tokenBytes).toString('base64url'),
    beatAddress: (token) => `${parts.url()}/heartbeat/${token}`,
    now,
  })

  const records = createRecords({ store, watch, isMaintained, timeZone, now })
  const tellWeek = createWeekly({ watch, records, emit, timeZone, now, log })

  async function tellIsolation(isolation: Isolation): Promise<void> {
    log.warn(isolation, isolation.isCut ? 'cut off from the network: states are frozen' : 'the network is back')
    const only = (await parts.admins()).map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
    if (only.length > 0) await emit(isolated(isolation), { only })
  }

  async function tidy(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await wait(tidyEveryMs, signal)
      if (signal.aborted) return
      await certificates.retry()
      await tellWeek()
      await store.tidy(now()).catch((error: unknown) => log.error({ err: error }, 'old results could not be tidied up'))
    }
  }

  return {
    name: 'monitor',
    describe: (event, telling) => (describers.get(event.type) ?? describe)(event, telling),
    routes: (http) => registerRoutes(http, { watch, settle: ledger.settle, now }),
    documents: heartbeatDocuments,
    async watch(signal) {
      for (const words of lookout.idle) log.warn({ setting: 'MONITOR_ALLOW' }, words.en)
      signal.addEventListener('abort', () => void shortText.stop(), { once: true })
      await Promise.all([watch.run(signal), tidy(signal), reference?.run(signal)])
    },
    monitors: keeper,
    outward: {
      async admits(url) {
        const host = hostOf(url)
        if (host === undefined) return false
        // Whoever asks over HTTP is told no more than that it is refused.
        return lookout.admitOutward({ host, port: portOf(url) }, { vigieAdmin: false }).then(
          () => true,
          (error: unknown) => {
            if (error instanceof UserError) return false
            throw error
          },
        )
      },
      post: lookout.post,
    },
    goesOn: () => elapsed() - settledAt < standstillMs && watch.lateMs() < standstillMs,
    records,
    status: createPart({ watch, references: () => reference?.seen() ?? [] }),
    alsoStatus: async () => [shortText.status()],
    events: ['down', 'up', 'degraded', 'flapping', 'certificate', 'report', ...incidentEvents],
  }
}

/** What is no incident's. */
const describers: ReadonlyMap<string, Describe> = new Map([
  [certificateType, describeCertificate],
  [reportType, describeReport],
])

const incidentEvents = ['incident.acknowledged', 'incident.muted', 'incident.resolved'] as const

/** EMAIL_RECEIVER, where mail can be sent. */
function mailTargets({ env }: IntegrationParts): readonly Target[] {
  if (env.text('SMTP_SERVER') === undefined) return []
  const addresses = env.list('EMAIL_RECEIVER').flatMap((written) => readMailbox(written)?.address ?? [])
  return [...new Set(addresses)].map((address) => ({ notifier: 'email', address }))
}

/** What is never watched: Vigie itself and the model (threats-and-faults.md §3b). */
function ownSockets({ env }: IntegrationParts): readonly Endpoint[] {
  const own = { host: env.text('HOST', '127.0.0.1'), port: env.integer('PORT', 8090, { min: 0, max: 65_535 }) }
  const ollama = env.address('OLLAMA_HOST')
  if (ollama === undefined) return [own]
  const { hostname, port, protocol } = new URL(ollama)
  return [own, { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) }]
}

/** What telling a step needs beside it. */
async function surroundingsOf(
  { kind, facts: { incident } }: IncidentStep,
  { watch, mail, parts }: { readonly watch: Watch; readonly mail: readonly Target[]; readonly parts: IntegrationParts },
): Promise<Surroundings> {
  const monitors = incident.monitors.flatMap(({ monitor }) => watch.find(monitor)?.monitor ?? [])
  const [first] = monitors
  const to = parts.now()
  const around = { monitors, mail }
  if (!first) return around
  if (kind === 'closed' && !incident.isGroup && to - first.madeAt >= dayMs) {
    const from = to - 30 * dayMs
    const incidents = await parts.monitors.incidents({ monitor: first.id, from, to, limit: 1000 })
    const availability = availabilityOf(first, incidents, { from, to })
    return { ...around, ...(availability === undefined ? {} : { availability }) }
  }
  const isPictured = kind === 'charted' || (kind === 'mailed' && !incident.isGroup)
  if (!isPictured || first.type === 'heartbeat') return around
  const results = await parts.monitors.results(first.id, { from: to - chartMs, to, limit: mostResults })
  return { ...around, chart: pointsOf(results) }
}

interface Isolation extends Cut {
  readonly isCut: boolean
  readonly at: number
}

/** One card each time. */
function isolated({ isCut, since, at, failing, all, byReference }: Isolation): Draft {
  return {
    source: 'vigie',
    type: 'vigie.isolated',
    time: new Date(at).toISOString(),
    data: { isCut, since, at, failing, all, ...(byReference ? { byReference } : {}) },
    severity: isCut ? 'critical' : 'info',
    audience: 'closed',
    byDefault: false,
    card: `isolated ${since}`,
    cardStays: true,
  }
}

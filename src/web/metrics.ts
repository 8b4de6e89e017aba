// `/metrics` for Prometheus: OpenMetrics text, names by its convention (base unit in the name, `_total` for counters).

import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { LiveSecrets } from '../env.ts'
import { HttpProblem } from '../errors.ts'
import type { CounterLabels, CounterName, Meter } from '../event.ts'
import type { WatchedNow } from '../integrations/integration.ts'

type Definitions = {
  readonly [N in CounterName]: { readonly help: string; readonly labels: readonly CounterLabels[N][] }
}

const counters: Definitions = {
  events_accepted: { help: 'Events stored.', labels: ['source'] },
  events_matched: { help: 'Targets that stored events were routed to.', labels: ['source'] },
  events_deduplicated: { help: 'Repeated events answered with the first one.', labels: ['source'] },
  deliveries_delivered: { help: 'Deliveries taken by their target.', labels: ['notifier'] },
  deliveries_retried: { help: 'Tries that failed and will be repeated.', labels: ['notifier', 'reason'] },
  deliveries_parked: { help: 'Deliveries given up after their last try, replayable.', labels: ['notifier'] },
  deliveries_withheld: { help: 'Deliveries not sent because they may no longer be heard.', labels: ['reason'] },
  deliveries_digested: { help: 'Deliveries told inside a digest.', labels: ['notifier'] },
  commands: { help: 'Commands answered.', labels: ['command', 'by', 'outcome'] },
  actions_refused: { help: 'Buttons, menus and dialogs refused.', labels: ['cause'] },
  websocket_connects: { help: 'Websocket connections opened to Mattermost.', labels: [] },
  webhooks_refused: { help: 'Webhooks refused.', labels: ['source'] },
}

export interface GaugeReading {
  readonly waiting: number
  readonly parked: number
  /** Age of the oldest waiting delivery, seconds; 0 when nothing waits. */
  readonly oldestSeconds: number
  readonly websocketUp: boolean
  /** All that is watched. */
  readonly monitors: readonly WatchedNow[]
}

export interface Metrics {
  readonly meter: Meter
  /** Registers `GET /metrics`; `token` absent: it answers 401 and says which setting opens it. */
  register(http: FastifyInstance, token: LiveSecrets, read: () => Promise<GaugeReading>): void
}

export function createMetrics(version: string): Metrics {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const registers = [registry]
  const byName = new Map<string, Counter>()
  for (const [name, { help, labels }] of Object.entries(counters))
    byName.set(name, new Counter({ name: `vigie_${name}`, help, labelNames: [...labels], registers }))
  const gauge = (name: string, help: string) => new Gauge({ name: `vigie_${name}`, help, registers })
  const waiting = gauge('deliveries_waiting', 'Deliveries waiting to be sent.')
  const parked = gauge('deliveries_parked_now', 'Deliveries parked now.')
  const oldest = gauge('delivery_oldest_age_seconds', 'Age of the oldest waiting delivery.')
  const websocket = gauge('websocket_up', '1 while the websocket to Mattermost is open.')
  collectDefaultMetrics({ register: registry })
  new Gauge({ name: 'vigie_build_info', help: 'The version that runs.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )

  const setMonitors = createMonitorGauges(registers)

  return {
    meter: {
      count(name, labels, by = 1) {
        byName.get(name)?.inc({ ...labels }, by)
      },
    },
    register(http, token, read) {
      http.get('/metrics', { config: { door: { proof: 'metrics', takes: 'nothing' } } }, async (request, reply) => {
        checkBearer(request.headers.authorization, token)
        const reading = await read()
        waiting.set(reading.waiting)
        parked.set(reading.parked)
        oldest.set(reading.oldestSeconds)
        websocket.set(reading.websocketUp ? 1 : 0)
        setMonitors(reading.monitors)
        return reply.type(registry.contentType).send(await registry.metrics())
      })
    },
  }
}

/** Of each monitor, known by its id; a name may change, and is two channels' at once. */
function createMonitorGauges(registers: readonly Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>[]) {
  const gauge = (name: string, help: string) =>
    new Gauge({
      name: `vigie_monitor_${name}`,
      help,
      labelNames: ['monitor', 'name', 'type'],
      registers: [...registers],
    })
  const up = gauge('up', '1 while it is not down.')
  const checked = gauge('last_check_timestamp_seconds', 'When it was last checked.')
  const took = gauge('response_seconds', 'How long its last check took.')
  const certificate = gauge('certificate_end_timestamp_seconds', 'When the certificate it showed ends.')
  return (monitors: readonly WatchedNow[]) => {
    for (const one of [up, checked, took, certificate]) one.reset()
    for (const { monitor, state } of monitors) {
      if (monitor.isPaused || state.last === undefined) continue
      const labels = { monitor: monitor.id, name: monitor.name, type: monitor.type }
      const { at, tookMs, certificateEndsAt } = state.last
      up.set(labels, state.health === 'down' || state.beneath === 'down' ? 0 : 1)
      checked.set(labels, at / 1000)
      if (monitor.type !== 'heartbeat') took.set(labels, tookMs / 1000)
      if (certificateEndsAt !== undefined) certificate.set(labels, certificateEndsAt / 1000)
    }
  }
}

function checkBearer(header: string | undefined, token: LiveSecrets): void {
  const known = token.current()
  const given = digest(/^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '')
  const same = known.filter((secret) => timingSafeEqual(digest(secret.reveal()), given)).length > 0
  if (same && header !== undefined) return
  throw new HttpProblem(
    401,
    known.length > 0
      ? { fr: 'Jeton absent ou inconnu.', en: 'No token, or an unknown one.' }
      : { fr: 'Réglez METRICS_TOKEN pour ouvrir cette page.', en: 'Set METRICS_TOKEN to open this page.' },
    { 'www-authenticate': 'Bearer' },
  )
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

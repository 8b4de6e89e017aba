// Our HTTP door, wired: what the integrations and the bot take, and what a browser, a scraper or an orchestrator reads (health, metrics, the
// public status page, the API documentation).

import type { FastifyInstance } from 'fastify'
import type { Log, Now } from '../event.ts'
import type { Integration } from '../integrations/integration.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import { webDocuments } from '../web/api/documented.ts'
import { registerApi } from '../web/api/routes.ts'
import { allowOrigins } from '../web/cors.ts'
import { registerHealth } from '../web/health.ts'
import type { Metrics } from '../web/metrics.ts'
import { registerProblems } from '../web/problem.ts'
import { createServer } from '../web/server.ts'
import { registerStatusPage } from '../web/status/routes.ts'

export interface DoorParts {
  readonly integrations: readonly Integration[]
  readonly store: Store
  readonly settings: Settings
  /** True once whatever may come in can be routed and answered. */
  readonly started: () => boolean
  readonly bot: {
    readonly routes: (http: FastifyInstance) => void
    readonly answers: () => boolean
    readonly connected: () => boolean
  }
  readonly registerMetrics: Metrics['register']
  /** VIGIE_URL. */
  readonly url: string
  readonly version: string
  readonly now: Now
  readonly log: Log
}

/** It does not listen yet. */
export function createDoor(parts: DoorParts): FastifyInstance {
  const { settings, integrations, url, log } = parts
  const { proxies, locale: usual } = settings
  const http = createServer({ pathPrefix: new URL(url).pathname, proxies, log, usual })
  registerProblems(http, log, usual)
  allowOrigins(http, settings.corsOrigins)
  registerPages(http, parts)
  parts.bot.routes(http)
  for (const integration of integrations) integration.routes?.(http)
  return http
}

function registerPages(http: FastifyInstance, parts: DoorParts): void {
  const { store, settings, bot, url, now } = parts
  const { organisation, locale, timeZone } = settings
  registerHealth(http, {
    storable: () => store.check(),
    started: parts.started,
    mattermostAnswers: bot.answers,
    oldestWaitingAt: async () => (await store.deliveries.counts({ of: ['mattermost'] })).oldestWaitingAt,
    now,
  })
  const watching = parts.integrations.find(({ records }) => records !== undefined)
  parts.registerMetrics(http, settings.metricsToken, async () => {
    const { waiting, parked, oldestWaitingAt } = await store.deliveries.counts()
    const oldestSeconds = oldestWaitingAt === undefined ? 0 : Math.max(0, now() - oldestWaitingAt) / 1000
    const monitors = watching?.monitors?.all() ?? []
    return { waiting, parked, oldestSeconds, websocketUp: bot.connected(), monitors }
  })
  const documents = [...parts.integrations.flatMap((one) => one.documents ?? []), ...webDocuments]
  registerApi(http, { documents, url, version: parts.version, locale })
  if (watching?.records)
    registerStatusPage(http, { records: watching.records, organisation, locale, timeZone, url, now })
}

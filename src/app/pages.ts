// What a browser, a scraper or an orchestrator reads of Vigie, wired: health, metrics, the public status page and the API documentation.

import type { FastifyInstance } from 'fastify'
import type { Integration } from '../integrations/integration.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import { webDocuments } from '../web/api/documented.ts'
import { registerApi } from '../web/api/routes.ts'
import { registerHealth } from '../web/health.ts'
import type { Metrics } from '../web/metrics.ts'
import { registerStatusPage } from '../web/status/routes.ts'

export interface PagesParts {
  readonly integrations: readonly Integration[]
  readonly store: Store
  readonly settings: Settings
  /** True once whatever may come in can be routed and answered. */
  readonly started: () => boolean
  readonly mattermost: { readonly answers: () => boolean; readonly connected: () => boolean }
  readonly registerMetrics: Metrics['register']
  /** VIGIE_URL. */
  readonly url: string
  readonly version: string
  readonly now: () => number
}

export function registerPages(http: FastifyInstance, parts: PagesParts): void {
  const { store, settings, mattermost, url, now } = parts
  const { organisation, locale, timeZone } = settings
  registerHealth(http, {
    storable: () => store.check(),
    started: parts.started,
    mattermostAnswers: mattermost.answers,
    oldestWaitingAt: async () => (await store.deliveries.counts('mattermost')).oldestWaitingAt,
    now,
  })
  const watching = parts.integrations.find(({ records }) => records !== undefined)
  parts.registerMetrics(http, settings.metricsToken, async () => {
    const { waiting, parked, oldestWaitingAt } = await store.deliveries.counts()
    const oldestSeconds = oldestWaitingAt === undefined ? 0 : Math.max(0, now() - oldestWaitingAt) / 1000
    const monitors = watching?.monitors?.all() ?? []
    return { waiting, parked, oldestSeconds, websocketUp: mattermost.connected(), monitors }
  })
  const documents = [...parts.integrations.flatMap((one) => one.documents ?? []), ...webDocuments]
  registerApi(http, { documents, url, version: parts.version, locale })
  if (watching?.records)
    registerStatusPage(http, { records: watching.records, organisation, locale, timeZone, url, now })
}

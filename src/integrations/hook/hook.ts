// The open door for any event (issue 7): CloudEvents, and the webhooks of tools that speak none. Always on; API keys let in.

import { ago } from '../../text/format.ts'
import type { MakeIntegration } from '../integration.ts'
import { describe, glanceOf } from './describe.ts'
import { hookDocuments } from './documents.ts'
import { createDrafts } from './draft.ts'
import { registerRoutes } from './routes.ts'
import { registerSubscribing } from './subscribing.ts'

/** Servers whose pages a title may lead to. */
const linked = ['GITLAB_URL', 'NEXTCLOUD_URL']

export const createHook: MakeIntegration = (parts) => {
  const { env, now, log, meter, keys, emitTogether, lastEventAt } = parts
  const linkOrigins = new Set(
    linked.flatMap((name) => env.address(name) ?? []).map((address) => new URL(address).origin),
  )
  const draftOf = createDrafts({ now, linkOrigins })
  return {
    name: 'hook',
    documents: hookDocuments,
    describe,
    routes(http) {
      registerRoutes(http, { keys, emitTogether, draftOf, now, log, meter })
      registerSubscribing(http, { keys, subscribing: parts.subscribing })
    },
    async status() {
      const last = await lastEventAt('hook')
      const glance = (locale: 'fr' | 'en') =>
        glanceOf[locale](last === undefined ? undefined : ago(locale, now() - last))
      return {
        name: 'hook',
        title: { fr: 'Événements reçus', en: 'Events from anywhere' },
        state: 'ok',
        glance: { fr: glance('fr'), en: glance('en') },
      }
    },
    events: ['event'],
  }
}

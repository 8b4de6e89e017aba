// The source `personnage`: characters with a score, from chat and from other programs (issue "The open door").

import type { MakeIntegration } from '../integration.ts'
import { createDescribe } from './describe.ts'
import { personnageDocuments } from './documents.ts'
import { deeds } from './facts.ts'
import { createKeeper } from './keeper.ts'
import { readNiveaux } from './niveaux.ts'
import { personnagePart } from './part.ts'
import { registerRoutes } from './routes.ts'

export const createPersonnages: MakeIntegration = (parts) => {
  const { env, emit, log, now, keys, personnages: store } = parts
  const niveaux = readNiveaux(env)
  const keeper = createKeeper({ store, niveaux, emit, log, now })
  return {
    name: 'personnage',
    routes: (http) => registerRoutes(http, { keeper, niveaux, keys }),
    documents: personnageDocuments,
    describe: createDescribe(env.text('ORGANISATION')),
    events: deeds,
    personnages: keeper,
    async status() {
      const [{ all }, lastAt] = await Promise.all([
        store.counts(Number.MAX_SAFE_INTEGER),
        parts.lastEventAt('personnage'),
      ])
      return personnagePart(all, lastAt, now())
    },
  }
}

// `/heartbeat/:token` as the API documentation tells it.

import { z } from 'zod'
import type { RouteDoc, RouteParam } from '../integration.ts'

const token: RouteParam = {
  said: { fr: 'ce que /monitor add a donné', en: 'what /monitor add gave' },
  schema: z.string().min(1),
}
const word: RouteParam = {
  said: { fr: 'start, fail, ou le code de sortie', en: 'start, fail, or the exit code' },
  schema: z.string().regex(/^(?:start|fail|\d{1,3})$/),
}
const example = {
  name: 'unknown',
  said: { fr: 'Une adresse que personne n’a reçue', en: 'An address that nobody was given' },
  status: 404,
} as const

const heartbeat: Omit<RouteDoc, 'method' | 'path' | 'summary' | 'examples'> = {
  group: 'webhooks',
  proof: { by: 'address' },
  params: { token },
  answers: [
    {
      status: 200,
      said: { fr: 'C’est noté.', en: 'It is noted.' },
      type: 'application/json',
      schema: z.object({ ok: z.literal(true) }),
    },
  ],
  refusals: [{ status: 404, said: { fr: 'Adresse inconnue.', en: 'Unknown address.' } }],
}

const of = (method: 'GET' | 'POST'): readonly RouteDoc[] => [
  {
    ...heartbeat,
    method,
    path: '/heartbeat/:token',
    summary: { fr: 'Une tâche surveillée a abouti.', en: 'A watched job has succeeded.' },
    examples: [{ ...example, params: { token: 'inconnu' } }],
  },
  {
    ...heartbeat,
    method,
    path: '/heartbeat/:token/:word',
    summary: {
      fr: 'Une tâche surveillée commence, échoue, ou finit avec ce code.',
      en: 'A watched job begins, fails, or ends with this code.',
    },
    params: { token, word },
    examples: [{ ...example, params: { token: 'inconnu', word: 'start' } }],
  },
]

export const heartbeatDocuments: readonly RouteDoc[] = [...of('GET'), ...of('POST')]

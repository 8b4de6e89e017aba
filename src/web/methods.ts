// A known address called by a method that it does not take: 405, and which it takes (RFC 9110, 15.5.6). It says no more than the API
// documentation does (threat T12).

import type { FastifyInstance } from 'fastify'
import { HttpProblem } from '../errors.ts'

interface Known {
  readonly segments: readonly string[]
  readonly methods: readonly string[]
}

/** An address that is itself the secret stays as unknown as any other; what Mattermost alone calls answers each method alike. */
const unsaid = ['token', 'command']

/** Before any route. A preflight is cors.ts' to answer. */
export function refuseWrongMethods(http: FastifyInstance): void {
  const routes: Known[] = []
  http.addHook('onRoute', ({ url, method, config }) => {
    if (unsaid.includes(config?.door?.proof ?? '')) return
    routes.push({ segments: url.split('/'), methods: [method].flat().filter((one) => one !== 'OPTIONS') })
  })
  http.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404 || request.method === 'OPTIONS') return done()
    const segments = request.url.replace(/\?.*$/s, '').split('/')
    const taken = routes.filter((route) => isAt(route, segments)).flatMap(({ methods }) => methods)
    done(taken.length === 0 ? undefined : wrongMethod(request.method, taken))
  })
}

const isAt = (route: Known, segments: readonly string[]): boolean =>
  route.segments.length === segments.length &&
  route.segments.every((one, at) => (one.startsWith(':') ? segments[at] !== '' : segments[at] === one))

function wrongMethod(method: string, taken: readonly string[]): HttpProblem {
  const allow = [...new Set(taken)].toSorted().join(', ')
  return new HttpProblem(
    405,
    {
      fr: `Cette adresse ne prend pas la méthode ${method}, seulement\u00a0: ${allow}.`,
      en: `This address does not take the method ${method}, only: ${allow}.`,
    },
    { allow },
  )
}

// A door of API keys for tests: `Authorization: Bearer test:<scope>,<scope>` (or `X-API-Key`), whose holder is a Vigie administrator's
// unless the fake is told otherwise. `once` remembers in memory.

import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from '../../src/errors.ts'
import type { KeyDoor, KeyHolder } from '../../src/integrations/integration.ts'

/** `Authorization` of a key with these scopes. */
export const bearer = (...scopes: readonly string[]) => ({ authorization: `Bearer test:${scopes.join(',')}` })

/** `holder`: what every key of it is besides. */
export function createFakeKeys(holder: Partial<KeyHolder> = {}): KeyDoor {
  const answers = new Map<string, Promise<unknown>>()
  const bodies = new Map<string, string>()

  function prove(given: string | undefined, scope: string): KeyHolder {
    const [, scopes] = /^test:(.*)$/.exec(given ?? '') ?? []
    if (scopes === undefined)
      throw new HttpProblem(401, { fr: 'Clé absente ou inconnue.', en: 'No key, or an unknown one.' })
    if (!scopes.split(',').includes(scope))
      throw new HttpProblem(403, { fr: `Il manque à cette clé\u00a0: ${scope}.`, en: `This key lacks: ${scope}.` })
    return { id: 'test', name: 'essai', vigieAdmin: true, ...holder }
  }

  return {
    prove: async (request, _reply, scope) => prove(keyOf(request), scope),
    async proveIn(request, _reply, _name) {
      const inAddress = new URL(request.url, 'http://localhost').searchParams.get('key')
      return prove(keyOf(request) ?? inAddress ?? undefined, 'events:write')
    },
    proveSigned: async () => undefined,
    async once(call, work) {
      const { headers, method, routeOptions } = call.request
      const id = headers['idempotency-key'] ?? headers['webhook-id']
      if (typeof id !== 'string') return work([])
      const name = `${method} ${routeOptions.url} ${id}`
      const body = hash('sha256', call.body)
      const first = bodies.get(name)
      if (first !== undefined && first !== body)
        throw new HttpProblem(422, { fr: 'Cette clé a déjà servi.', en: 'This key was used with another body.' })
      bodies.set(name, body)
      const known = answers.get(name)
      // What was kept under this name is what the same route answered before.
      if (known !== undefined) return (await known) as Awaited<ReturnType<typeof work>>
      const answer = work([{ key: `test:${name}`, lifeMs: 14 * 86_400_000 }])
      answers.set(name, answer)
      answer.catch(() => answers.delete(name))
      return answer
    },
  }
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['x-api-key']
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? (typeof given === 'string' ? given : undefined)
}

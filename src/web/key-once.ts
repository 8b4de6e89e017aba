// Calls that may be repeated (interface.md, "A repeated webhook"): the same `Idempotency-Key` or `webhook-id` of a holder on a route is
// answered as the first time, for 14 days and after a restart too.

import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from '../errors.ts'
import type { Now } from '../event.ts'
import type { KeyDoor } from '../integrations/integration.ts'
import type { ApiKeyStore } from '../store/store.ts'

const lifeMs = 14 * 86_400_000
const longestName = 255

const nameHeaders = ['idempotency-key', 'webhook-id'] as const
type NameHeader = (typeof nameHeaders)[number]

/** What a caller named a call. */
interface CallName {
  readonly header: NameHeader
  /** Of holder, route and the name. */
  readonly digest: string
}

const reusedBy = (header: NameHeader): HttpProblem =>
  new HttpProblem(
    422,
    {
      fr: 'Cette clé d’idempotence (Idempotency-Key ou webhook-id) est déjà venue avec un autre corps.',
      en: 'This idempotency key (Idempotency-Key or webhook-id) came with another body before.',
    },
    undefined,
    { fields: [{ field: header, said: { fr: 'déjà venu avec un autre corps', en: 'came with another body before' } }] },
  )
const unreadable = new HttpProblem(400, {
  fr: `Idempotency-Key et webhook-id\u00a0: de 1 à ${longestName} caractères ASCII visibles.`,
  en: `Idempotency-Key and webhook-id: 1 to ${longestName} visible ASCII characters.`,
})

/** What is being done under a name; resolves nothing where it failed. */
type Underway = Promise<{ readonly body: string; readonly answer: unknown } | undefined>

export interface OnceParts {
  readonly keys: Pick<ApiKeyStore, 'answer' | 'keepAnswer'>
  readonly now: Now
}

export function createOnce({ keys, now }: OnceParts): KeyDoor['once'] {
  const underway = new Map<string, Underway>()

  /** Whoever waited for a first that failed takes its place, one after the other. */
  async function once<T>({ header, digest: name }: CallName, body: string, work: () => Promise<T>): Promise<T> {
    for (let other = underway.get(name); other !== undefined; other = underway.get(name)) {
      const done = await other
      if (done === undefined) continue
      if (done.body !== body) throw reusedBy(header)
      return done.answer as T
    }
    const { promise, resolve } = Promise.withResolvers<Awaited<Underway>>()
    underway.set(name, promise)
    try {
      const kept = await keys.answer(name, now())
      if (kept !== undefined) {
        const answer: T = JSON.parse(kept.answer)
        resolve({ body: kept.body, answer })
        if (kept.body !== body) throw reusedBy(header)
        return answer
      }
      const answer = await work()
      await keys.keepAnswer(name, { body, answer: JSON.stringify(answer) }, { now: now(), lifeMs })
      resolve({ body, answer })
      return answer
    } finally {
      underway.delete(name)
      resolve(undefined)
    }
  }

  return async ({ request, holder, body }, work) => {
    const names = namesOf(request, holder.id)
    const [first, second] = names
    if (first === undefined) return await work([])
    const bodyDigest = hash('sha256', body)
    // What was stored before an answer could be kept is found again by these.
    const dedupe = names.map(({ digest }) => ({ key: `api ${digest}`, lifeMs }))
    return await once(first, bodyDigest, () =>
      second === undefined ? work(dedupe) : once(second, bodyDigest, () => work(dedupe)),
    )
  }
}

/** In one order, so that no two calls wait for each other. */
function namesOf({ headers, method, url }: FastifyRequest, holder: string): readonly CallName[] {
  return nameHeaders.flatMap((header) => {
    const said = headers[header]
    if (said === undefined) return []
    if (typeof said !== 'string' || said.length > longestName || !/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(said))
      throw unreadable
    const route = `${method} ${url.replace(/\?.*$/s, '')}`
    return { header, digest: hash('sha256', JSON.stringify([holder, route, header, said])) }
  })
}

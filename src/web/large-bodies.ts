// Large bodies one after another (threat T28): each is checked, read and stored in some milliseconds, and a hundred that came at once
// would hold up everybody else for as long together.

import type { FastifyInstance } from 'fastify'
import { createTurns, untilAnswered } from '../turns.ts'

const largeBytes = 64 * 1024
/** As many share a commit. */
const atOnce = 2

/** Before `http` has routes. Bodies that a route reads as a stream are that route's own matter. */
export function takeTurns(http: FastifyInstance): void {
  const turns = createTurns(atOnce)
  http.addHook('preHandler', async ({ body }, reply) => {
    if (!(body instanceof Uint8Array) || body.length < largeBytes) return
    await turns.take(untilAnswered(reply.raw))
  })
}

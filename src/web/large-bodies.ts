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
  // With a callback: the small ones, which are nearly all, wait for no promise.
  http.addHook('preHandler', ({ body }, reply, done) => {
    if (!(body instanceof Uint8Array) || body.length < largeBytes) return done()
    turns.take(untilAnswered(reply.raw)).then(() => done(), done)
  })
}

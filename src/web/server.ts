// Our HTTP door: its limits (threats T28, T29), where it listens, and how it closes.

import Fastify, { type FastifyInstance } from 'fastify'
import { refusedToListen } from '../errors.ts'
import type { Log } from '../event.ts'
import type { Locale } from '../text/locale.ts'
import type { Proxies } from './clients.ts'
import { guardDoors } from './doors.ts'
import { takeTurns } from './large-bodies.ts'
import { refuseWrongMethods } from './methods.ts'
import { answerBadAddress, answerUnreadable } from './problem.ts'
import { watchSlow } from './slow.ts'

/** Half-sent requests are cut so long after the door began to close. */
const closeMs = 2000
const checkMs = 500

export interface ServerParts {
  /** Of VIGIE_URL, where a proxy passes it on. */
  readonly pathPrefix: string
  readonly proxies: Proxies
  readonly log: Log
  /** Of refusals to whoever names no language. */
  readonly usual?: Locale
}

export function createServer({ pathPrefix, proxies, log, usual = 'fr' }: ServerParts): FastifyInstance {
  const prefix = pathPrefix.replace(/\/+$/, '')
  const http = Fastify({
    logger: false,
    bodyLimit: 1024 * 1024,
    requestTimeout: 15_000,
    keepAliveTimeout: 15_000,
    forceCloseConnections: 'idle',
    // Node bounds what an address may be: a name in one that is too long is as unknown as any other.
    routerOptions: { maxParamLength: 16 * 1024 },
    frameworkErrors: answerBadAddress(usual),
    trustProxy: proxies.any ? proxies.trusts : false,
    http: { headersTimeout: 5000, connectionsCheckingInterval: checkMs },
    clientErrorHandler: answerUnreadable(usual),
    rewriteUrl: ({ url = '/' }) => (prefix !== '' && url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url),
  })
  guardDoors(http)
  refuseWrongMethods(http)
  takeTurns(http)
  cutSlow(http, proxies, log)
  return http
}

function cutSlow(http: FastifyInstance, proxies: Proxies, log: Log): void {
  const now = () => performance.now()
  const watch = watchSlow(http.server, { proxies, log, now })
  let last = now()
  const timer = setInterval(() => {
    const at = now()
    const isLate = at - last > 2 * checkMs
    last = at
    // We ourselves were held up: what came in meanwhile waits to be read, nobody is slow.
    if (!isLate) watch.sweep(at)
  }, checkMs).unref()
  http.addHook('onClose', async () => clearInterval(timer))
}

/** @throws {UserError} where somebody else holds the port, it may not be held, or the host is none of this machine. */
export async function listen(http: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await http.listen({ host, port })
  } catch (error) {
    throw refusedToListen(error, { host, port }) ?? error
  }
}

/** Ends the connections of those that do not end what they began to send. */
export async function close(http: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), closeMs)
  await http.close()
  clearTimeout(cut)
}

// Our HTTP door: its limits (threats T29), where it listens, and how it closes.

import Fastify, { type FastifyInstance } from 'fastify'
import { UserError } from '../errors.ts'

/** Half-sent requests are cut so long after the door began to close. */
const closeMs = 2000

/** `pathPrefix`: of VIGIE_URL, where a proxy passes it on. */
export function createServer(pathPrefix: string): FastifyInstance {
  const prefix = pathPrefix.replace(/\/+$/, '')
  return Fastify({
    logger: false,
    bodyLimit: 1024 * 1024,
    requestTimeout: 15_000,
    forceCloseConnections: 'idle',
    http: { headersTimeout: 5000, connectionsCheckingInterval: 500 },
    rewriteUrl: ({ url = '/' }) => (prefix !== '' && url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url),
  })
}

/** @throws {UserError} where somebody else holds the port, or it may not be held. */
export async function listen(http: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await http.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'].includes(code)) throw error
    throw new UserError(
      {
        fr: `Impossible d’écouter au port ${port} de ${host} (${code})\u00a0: changez HOST ou PORT, ou arrêtez ce qui l’occupe.`,
        en: `Cannot listen on port ${port} of ${host} (${code}): change HOST or PORT, or stop what holds it.`,
      },
      { cause: error },
    )
  }
}

/** Ends the connections of those that do not end what they began to send. */
export async function close(http: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), closeMs)
  await http.close()
  clearTimeout(cut)
}

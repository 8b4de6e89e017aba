// A port that nobody holds, for who must name it before listening there.

import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of `host` that was free a moment ago. */
export async function freePort(host: string): Promise<number> {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

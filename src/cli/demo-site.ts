// The sample site of the demo: a page that a button breaks and another mends, so that a monitor has something to tell.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Said } from '../text/locale.ts'

export interface DemoSite {
  /** `http://127.0.0.1:4711` */
  readonly url: string
  readonly actions: readonly SiteAction[]
  stop(): Promise<void>
}

interface SiteAction {
  readonly id: string
  readonly label: Said
  readonly group: Said
  run(): Promise<void>
}

type Weather = 'well' | 'broken' | 'slow'

const group: Said = { fr: 'Boutique', en: 'Shop' }
const slowMs = 3000

export async function createDemoSite(): Promise<DemoSite> {
  let weather: Weather = 'well'
  const server = createServer((_request, response) => {
    const { status, words } = weather === 'broken' ? { status: 503, words: 'broken' } : { status: 200, words: 'open' }
    const answer = () =>
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`The sample shop is ${words}.\n`)
    if (weather === 'slow') setTimeout(answer, slowMs).unref()
    else answer()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sample site has no port')
  const becomes = (id: Weather, label: Said): SiteAction => ({
    id: `site-${id}`,
    label,
    group,
    async run() {
      weather = id
    },
  })
  return {
    url: `http://127.0.0.1:${address.port}`,
    actions: [
      becomes('broken', { fr: 'Casser la boutique', en: 'Break the shop' }),
      becomes('slow', { fr: 'La ralentir', en: 'Slow it down' }),
      becomes('well', { fr: 'La réparer', en: 'Mend it' }),
    ],
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

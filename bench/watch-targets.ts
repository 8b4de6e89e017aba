// What the bench's checks look at: one small server on some addresses of this machine, so that no address runs out of ports. It tells on
// request who asked for what, and how punctually. Arguments: the port, then the addresses.

import { createServer } from 'node:http'

/** Of one asker: the first part of the path. */
export interface Asked {
  readonly requests: number
  /** Paths that were asked for at least once since the count began. */
  readonly distinct: number
  /** When the last of them was asked for first, in milliseconds since 1970. */
  readonly completeAt: number
  /** Between two requests for the same path; milliseconds, sorted. Only where the second came since the last `begin`. */
  readonly gapsMs: readonly number[]
}

interface Asker {
  requests: number
  completeAt: number
  readonly lastAt: Map<string, number>
  gapsMs: number[]
}

const [port = '0', ...addresses] = process.argv.slice(2)
const askers = new Map<string, Asker>()

const server = () =>
  createServer((request, response) => {
    note(request.url ?? '')
    response.writeHead(200, { 'content-type': 'text/plain' }).end('all is well\n')
  })

function note(path: string): void {
  const name = path.split('/')[1] ?? ''
  const asker: Asker = askers.get(name) ?? { requests: 0, completeAt: 0, lastAt: new Map(), gapsMs: [] }
  askers.set(name, asker)
  const at = performance.now()
  const before = asker.lastAt.get(path)
  if (before === undefined) asker.completeAt = Date.now()
  else asker.gapsMs.push(at - before)
  asker.lastAt.set(path, at)
  asker.requests += 1
}

process.on('message', (message) => {
  if (message === 'begin') {
    for (const asker of askers.values()) Object.assign(asker, { requests: 0, gapsMs: [] })
    process.send?.({})
  }
  if (message !== 'asked') return
  const all = [...askers].map(([name, { requests, completeAt, lastAt, gapsMs }]): [string, Asked] => [
    name,
    { requests, completeAt, distinct: lastAt.size, gapsMs: gapsMs.toSorted((a, b) => a - b) },
  ])
  process.send?.(Object.fromEntries(all))
})

await Promise.all(
  addresses.map((host) => new Promise<void>((resolve) => server().listen(Number(port), host, () => resolve()))),
)

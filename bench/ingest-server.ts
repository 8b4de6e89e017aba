// The server that bench/ingest.ts measures: parses a webhook-sized body and answers, either at once (`bare`) or after the event
// is committed with its deliveries (`intake`). Tells its port, and on request the CPU time it has used.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Draft, Log, Meter } from '../src/event.ts'
import { createIntake } from '../src/flow/intake.ts'
import { createRouter } from '../src/flow/router.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'

const [mode = 'bare', path = ':memory:'] = process.argv.slice(2)
const answer = mode === 'intake' ? await takeIn() : parseAndForget

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    answer(Buffer.concat(chunks)).then(
      (body) =>
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body),
      () => response.writeHead(503).end(),
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: portOf(server.address()) })
})
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.on('disconnect', () => process.exit(0))

async function parseAndForget(body: Buffer): Promise<string> {
  const push: Push = JSON.parse(body.toString('utf8'))
  return `{"event":"${push.ref}","matched":0}`
}

/** Answers once the event is on the disk. Every event has keys of its own and is told to one channel of 100 subscribed. */
async function takeIn(): Promise<(body: Buffer) => Promise<string>> {
  const silent = () => undefined
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent }
  const meter: Meter = { count: silent }
  const store = await openSqliteStore({ path, now: Date.now, log })
  for (let index = 0; index < 100; index += 1) {
    await store.subscriptions.save({
      channel: `channel${index}`,
      target: { notifier: 'mattermost', address: `channel${index}` },
      source: 'gitlab',
      subject: `acme/project${index}/**`,
      filters: {},
      maker: 'bench',
      madeAt: Date.now(),
    })
  }
  const intake = createIntake({ store, router: createRouter(store), now: Date.now, log, meter })
  let count = 0
  return async (body) => {
    count += 1
    const push: Push = JSON.parse(body.toString('utf8'))
    const draft: Draft = {
      source: 'gitlab',
      type: 'gitlab.push.push',
      subject: push.project.path_with_namespace,
      time: new Date().toISOString(),
      data: {
        ref: push.ref,
        commits: push.commits.map(({ id, title, author }) => ({ id, title, author: author.name })),
      },
      severity: 'info',
      url: push.project.web_url,
      audience: 'open',
      visibility: 'public',
      facets: { branches: [push.ref], author: 'jeanne' },
      byDefault: true,
    }
    const dedupe = [
      { key: `id ${process.pid} ${count}`, lifeMs: 14 * 86_400_000 },
      { key: `body ${process.pid} ${count}`, lifeMs: 300_000 },
    ]
    const { event, matched } = await intake.emit(draft, { dedupe })
    return `{"event":"${event}","matched":${matched}}`
  }
}

interface Push {
  readonly ref: string
  readonly project: { readonly path_with_namespace: string; readonly web_url: string }
  readonly commits: readonly {
    readonly id: string
    readonly title: string
    readonly author: { readonly name: string }
  }[]
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

// The servers that Vigie is measured against, on bare Fastify: `forget` parses and answers, `append` appends to a file and shares an
// fdatasync with whoever waits, both validate characters by a schema, `empty` answers a form with a constant, `packages` imports what Vigie imports and listens.

import { closeSync, fdatasync, openSync, write } from 'node:fs'
import { promisify } from 'node:util'
import Fastify from 'fastify'

const [mode = 'forget', port = '0', path = 'yardstick.log'] = process.argv.slice(2)
if (mode === 'packages') await importPackages()
const http = Fastify()
http.get('/ready', async () => ({ status: 'up' }))

if (mode === 'append') {
  const append = createAppender(path)
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  http.post('/webhook/gitlab', async (request) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const { ref } = parse(body)
    await append(body)
    return { event: ref, matched: 0 }
  })
} else http.post('/webhook/gitlab', async (request) => ({ event: refOf(request.body), matched: 0 }))

http.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, body),
)
const character = {
  type: 'object',
  required: ['nom', 'score'],
  additionalProperties: false,
  properties: {
    nom: { type: 'string', minLength: 1, maxLength: 100 },
    score: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  },
} as const
http.post<{ Body: { nom: string; score: number } }>(
  '/webhook/personnage',
  { schema: { body: character } },
  async ({ body: { nom, score } }) => ({ nom, score, niveau: 'expert', event: nom, matched: 0 }),
)
http.post('/mattermost/command', async () => ({ response_type: 'ephemeral', text: 'ok' }))

await http.listen({ host: '127.0.0.1', port: Number(port) })
process.on('SIGTERM', () => process.exit(0))

/** What queued while the disk was busy is one write and one fdatasync. */
function createAppender(file: string): (body: Buffer) => Promise<void> {
  const descriptor = openSync(file, 'a')
  process.on('exit', () => closeSync(descriptor))
  const [writeAll, sync] = [promisify(write), promisify(fdatasync)]
  let queued: { body: Buffer; resolve: () => void; reject: (error: unknown) => void }[] = []
  let working = false

  async function work(): Promise<void> {
    working = true
    await new Promise((resolve) => setImmediate(resolve))
    while (queued.length > 0) {
      const batch = queued
      queued = []
      try {
        await writeAll(descriptor, Buffer.concat(batch.map(({ body }) => body)))
        await sync(descriptor)
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    working = false
  }

  return (body) =>
    new Promise((resolve, reject) => {
      queued.push({ body, resolve, reject })
      if (!working) void work()
    })
}

/** Everything that `vigie start` loads from outside. */
async function importPackages(): Promise<void> {
  const names = [
    '@mattermost/client',
    'kysely',
    'kysely/migration',
    'node-cron',
    'node:sqlite',
    'nodemailer/lib/mail-composer',
    'nodemailer/lib/smtp-connection',
    'ollama',
    'pino',
    'prom-client',
    'ws',
    'zod',
  ]
  await Promise.all(names.map((name) => import(name)))
}

function parse(body: Buffer): { ref: string } {
  const push: { ref: string } = JSON.parse(body.toString('utf8'))
  return push
}

function refOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'ref' in body ? String(body.ref) : ''
}

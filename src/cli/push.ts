// `vigie push <type> <json|->`: sends events from a shell or a pipe, or characters with the type `personnage`.

import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { jsonIn, type Read, type Unread } from '../app/import-json.ts'
import { UserError } from '../errors.ts'
import { type Api, ApiRefusal, apiHelp, apiOptions, apiUsage, createApi } from './api.ts'
import { inputOf } from './input.ts'
import type { Subcommand, World } from './subcommand.ts'

/** As many as `POST /webhook/events` takes together. */
const mostInABatch = 100
/** A body holds 1 MiB: who sends more may be cut off before it is told so. */
const mostBytesInABatch = 768 * 1024

export const push: Subcommand = {
  name: 'push',
  summary: { fr: 'envoie des événements ou des personnages à Vigie', en: 'sends events or characters to Vigie' },
  usage: `TYPE JSON|- ${apiUsage}`,
  help: {
    fr: `TYPE est celui de l’événement, ou personnage. JSON est ce que l’événement porte\u202f; - lit une valeur par ligne (ou un tableau) sur l’entrée standard.\n${apiHelp.fr}`,
    en: `TYPE is the event’s, or personnage. JSON is what the event carries; - reads a value a line (or an array) from standard input.\n${apiHelp.en}`,
  },
  async run(args, world) {
    const { values, positionals } = parseArgs({ args: [...args], options: apiOptions, allowPositionals: true })
    const [type, json, ...more] = positionals
    if (type === undefined || json === undefined || more.length > 0)
      throw new UserError({
        fr: `Dites quoi\u00a0: vigie push TYPE JSON, ou - pour lire l’entrée standard.`,
        en: 'Say what: vigie push TYPE JSON, or - to read standard input.',
      })
    if (json === '-' && values['key-file'] === '-')
      throw new UserError({
        fr: 'L’entrée standard ne peut pas être à la fois la clé et les événements.',
        en: 'Standard input cannot be both the key and the events.',
      })
    const api = await createApi(values, world)
    return await pushAll(type, jsonIn(json === '-' ? inputOf('-', world) : oneText(json)), api, world)
  },
}

async function* oneText(text: string): AsyncGenerator<string> {
  yield text
}

/** What was refused is told, and the rest goes on. Resolves the exit code. */
async function pushAll(type: string, records: AsyncIterable<Read | Unread>, api: Api, world: World): Promise<number> {
  let [sent, failed] = [0, 0]
  let batch: Read[] = []
  const refuse = (line: number, words: string) => {
    failed += 1
    world.stderr(`${world.locale === 'fr' ? `ligne ${line}\u00a0` : `line ${line}`}: ${words}`)
  }
  /** Another line would fare no better. */
  let isOver = false
  const pushed = async (some: readonly Read[]): Promise<void> => {
    const [first] = some
    if (first === undefined || isOver) return
    try {
      for (const answer of await send(type, some, api)) world.stdout(JSON.stringify(answer))
      sent += some.length
    } catch (error) {
      if (!(error instanceof UserError) || world.signal.aborted) throw error
      const status = error instanceof ApiRefusal ? error.status : 0
      if (status === tooMuch && some.length > 1) {
        const half = Math.ceil(some.length / 2)
        await pushed(some.slice(0, half))
        return await pushed(some.slice(half))
      }
      refuse(first.line, error.in(world.locale))
      isOver = !isOfTheLine(status)
    }
  }
  let sizeBytes = 0
  const flush = async () => {
    await pushed(batch)
    batch = []
    sizeBytes = 0
  }
  const most = type === 'personnage' ? 1 : mostInABatch
  for await (const one of records) {
    if ('said' in one) refuse(one.line, one.said[world.locale])
    else {
      const bytes = Buffer.byteLength(JSON.stringify(one.value))
      if (sizeBytes + bytes > mostBytesInABatch) await flush()
      sizeBytes += bytes
      if (batch.push(one) >= most) await flush()
    }
    if (isOver) return 1
  }
  await flush()
  if (sent + failed === 0) refuse(1, world.locale === 'fr' ? 'rien à envoyer' : 'nothing to send')
  return failed === 0 ? 0 : 1
}

/** Together, or one alone: none of it was taken. */
const tooMuch = 413

/** What was sent will not do; anything else is the matter of the key, the address or Vigie itself. */
const isOfTheLine = (status: number): boolean => [400, 409, tooMuch, 422].includes(status)

/** Without what `vigie query` and `vigie export` tell of a character beside its name and score, so that their lines can be pushed as they are. */
function bare(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'niveau' && name !== 'changed'))
}

async function send(type: string, batch: readonly Read[], api: Api): Promise<readonly unknown[]> {
  if (type === 'personnage') {
    const request = { method: 'POST', path: '/webhook/personnage', type: 'application/json' } as const
    const answers: unknown[] = []
    // What a key that was sent again must not double: a character is set, not added to.
    for (const { value } of batch) answers.push(await api({ ...request, body: JSON.stringify(bare(value)) }))
    return answers
  }
  const events = batch.map(({ value }) => ({
    specversion: '1.0',
    id: randomUUID(),
    source: 'vigie push',
    type,
    data: value,
  }))
  const body = JSON.stringify(events)
  const answer = await api({
    method: 'POST',
    path: '/webhook/events',
    type: 'application/cloudevents-batch+json',
    body,
  })
  return Array.isArray(answer) ? answer : [answer]
}

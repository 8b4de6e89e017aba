// Vigie over HTTP, as a program calls it: its address, a key that no list of processes shows, and its refusals in words.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import { envOf } from './dotenv-file.ts'
import { unlessStopped } from './output.ts'
import { obeyProxy } from './proxied.ts'
import type { World } from './subcommand.ts'

export const apiOptions = { url: { type: 'string' }, 'key-file': { type: 'string' } } as const
export const apiUsage = '[--url URL] [--key-file FILE|-]'
export const apiHelp: Said = {
  fr: 'L’adresse vient de --url ou de VIGIE_URL\u202f; la clé de VIGIE_API_KEY, de VIGIE_API_KEY_FILE ou de --key-file (- lit l’entrée standard), jamais d’un argument.',
  en: 'The address comes from --url or VIGIE_URL; the key from VIGIE_API_KEY, VIGIE_API_KEY_FILE or --key-file (- reads standard input), never from an argument.',
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly type?: string
  readonly body?: string
}

/** Vigie said no. */
export class ApiRefusal extends UserError {
  /** HTTP status. */
  readonly status: number
  constructor(words: string, status: number) {
    super({ fr: words, en: words })
    this.status = status
  }
}

/** Resolves the answer, parsed. @throws {ApiRefusal} with what Vigie said. @throws {UserError} why it did not answer. */
export type Api = (request: ApiRequest) => Promise<unknown>

const mostTries = 5
const usualWaitMs = 2000
const longestWaitMs = 60_000
const timeoutMs = 30_000

const problemShape = z.looseObject({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).default([]),
})

/** @throws {UserError} without a key or with an address that is none. */
export async function createApi(
  options: { readonly url?: string | undefined; readonly 'key-file'?: string | undefined },
  world: World,
): Promise<Api> {
  const env = envOf(world)
  const host = env.text('HOST', '127.0.0.1').replace(/^(?:0\.0\.0\.0|::)$/, '127.0.0.1')
  const known = env.address('VIGIE_URL') ?? `http://${host}:${env.integer('PORT', 8090, { min: 0, max: 65_535 })}`
  const base = readBase(options.url ?? known)
  const key = await readKey(options['key-file'], env.secrets('VIGIE_API_KEY').current()[0]?.reveal(), world)
  env.check()
  obeyProxy(env)
  const call: Api = async (request) => {
    for (let tried = 1; ; tried += 1) {
      const answer = await ask(base, key, request, world)
      if (answer.ok) return answer.status === 204 ? undefined : await answer.json().catch(unreadable(base))
      const isLater = answer.status === 429 || answer.status === 503
      if (!isLater || tried >= mostTries || world.signal.aborted) throw await refusalOf(answer)
      const waitMs = Number(answer.headers.get('retry-after')) * 1000 || usualWaitMs
      await sleep(Math.min(waitMs, longestWaitMs), undefined, { signal: world.signal })
    }
  }
  return (request) => unlessStopped(call(request), world.signal)
}

function ask(base: string, key: string, request: ApiRequest, { fetch, locale, signal }: World): Promise<Response> {
  const { method, path, type, body } = request
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'application/json',
    'accept-language': locale,
    ...(type === undefined ? {} : { 'content-type': type }),
  }
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  return fetch(base + path, {
    method,
    headers,
    signal: within,
    redirect: 'error',
    ...(body === undefined ? {} : { body }),
  }).catch((error: unknown) => {
    throw away(base, error)
  })
}

function away(base: string, error: unknown): UserError {
  return new UserError(
    {
      fr: `Vigie ne répond pas à ${base}\u00a0: ${reasonOf(error)}. Est-elle en marche, et VIGIE_URL est-il le bon\u202f?`,
      en: `Vigie does not answer at ${base}: ${reasonOf(error)}. Is it running, and is VIGIE_URL right?`,
    },
    { cause: error },
  )
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && cause.message === '' ? String(cause.code) : cause.message
}

/** Something else answers there: a page of another server. */
const noVigie = (base: string): UserError =>
  new UserError({
    fr: `Ce qui répond à ${base} n’est pas Vigie. VIGIE_URL est-il le bon\u202f?`,
    en: `What answers at ${base} is not Vigie. Is VIGIE_URL right?`,
  })

/** What is no JSON is a page of another server; else it broke off. */
const unreadable =
  (base: string) =>
  (error: unknown): never => {
    throw error instanceof SyntaxError ? noVigie(base) : away(base, error)
  }

async function refusalOf(answer: Response): Promise<ApiRefusal> {
  const problem = problemShape.safeParse(await answer.json().catch(() => undefined)).data
  const fields = (problem?.errors ?? []).map(({ field, detail }) => `\n  ${field}: ${detail}`).join('')
  const words = `${problem?.detail ?? answer.statusText} (${answer.status})${fields}`
  return new ApiRefusal(words, answer.status)
}

function readBase(url: string): string {
  const parsed = URL.parse(url)
  if (parsed && /^https?:$/.test(parsed.protocol)) return url.replace(/\/+$/, '')
  throw new UserError({
    fr: `--url\u00a0: une adresse http ou https est attendue, pas «\u00a0${url}\u00a0».`,
    en: `--url: an http or https address is expected, not "${url}".`,
  })
}

async function readKey(file: string | undefined, known: string | undefined, world: World): Promise<string> {
  const key = (
    file === undefined ? (known ?? '') : file === '-' ? await textOf(world.stdin) : fromFile(file, world)
  ).trim()
  if (/^[!-~]+$/.test(key)) return key
  throw new UserError({
    fr: 'Il manque une clé d’API\u00a0: mettez-la dans VIGIE_API_KEY, ou nommez un fichier par --key-file.',
    en: 'An API key is missing: put it into VIGIE_API_KEY, or name a file by --key-file.',
  })
}

function fromFile(file: string, { cwd }: World): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError({ fr: `--key-file\u00a0: ${reason}`, en: `--key-file: ${reason}` }, { cause: error })
  }
}

async function textOf(stdin: World['stdin']): Promise<string> {
  let text = ''
  for await (const chunk of stdin) text += String(chunk)
  return text
}

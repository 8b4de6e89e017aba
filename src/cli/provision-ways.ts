// Whose rights `vigie provision` uses: an administrator's token, the local-mode socket, or a log-in on the terminal that ends with the run
// (interface.md, "provision").

import { resolve } from 'node:path'
import { logIn, type SignedIn } from '../bot/provision-login.ts'
import type { Administrator } from '../bot/provision-parts.ts'
import { fetchThrough } from '../bot/provision-socket.ts'
import { createRest, type Rest } from '../bot/rest.ts'
import type { Env } from '../env.ts'
import { UserError } from '../errors.ts'
import type { Log } from '../event.ts'
import type { World } from './subcommand.ts'

export interface Way {
  readonly admin: Administrator
  /** Ends the session where there is one; to be called however the run ended. */
  readonly close: () => Promise<void>
}

export interface WayAsked {
  readonly 'admin-token'?: string
  readonly 'local-socket'?: string
}

/** @throws {UserError} when nothing says who the administrator is, or two things do, and when nobody can log in. */
export async function findWay(asked: WayAsked, world: World, url: string, env: Env): Promise<Way> {
  const socket = asked['local-socket']
  const named = asked['admin-token']
  if (socket !== undefined && named !== undefined) throw new UserError(tooManyWays)
  if (socket !== undefined) {
    const through = fetchThrough(resolve(world.cwd, socket))
    const rest = createRest({ url: 'http://localhost', token: () => '', fetch: through, log: silent })
    return { admin: { rest: interruptible(rest, world.signal), by: 'socket' }, close: async () => undefined }
  }
  const token = named === '-' ? await readAll(world.stdin) : (named ?? env.text('MATTERMOST_ADMIN_TOKEN'))
  if (token !== undefined && token !== '')
    return { admin: { rest: restOf(world, url, token), by: 'token' }, close: async () => undefined }
  if (named !== undefined || world.ask === undefined) throw new UserError(noWay)
  return atTerminal(world, url, world.ask)
}

const tooManyWays = {
  fr: '--admin-token et --local-socket s’excluent : donnez l’un des deux.',
  en: '--admin-token and --local-socket exclude each other: give one of them.',
}

const noWay = {
  fr: 'Dites par qui passer : --admin-token JETON (ou « - », ou MATTERMOST_ADMIN_TOKEN), ou bien --local-socket CHEMIN. Sur un terminal, « vigie provision » seul demande un nom et un mot de passe.',
  en: 'Say whose rights to use: --admin-token TOKEN (or "-", or MATTERMOST_ADMIN_TOKEN), or else --local-socket PATH. On a terminal, "vigie provision" alone asks for a name and a password.',
}

async function atTerminal(world: World, url: string, ask: NonNullable<World['ask']>): Promise<Way> {
  const print = (said: { fr: string; en: string }) => world.stderr(said[world.locale])
  const signOut = (token: string) => endSession(world, url, token)
  print({ fr: `Connexion à ${url}`, en: `Log-in to ${url}` })
  const token = await logIn({
    ask: (question, { hidden }) => ask(question[world.locale], { hidden, signal: world.signal }),
    signIn: ({ username, password, code }) => signIn(world, url, { username, password, code }),
    signOut,
    print,
  })
  return {
    admin: { rest: restOf(world, url, token), by: 'token' },
    async close() {
      const isEnded = await signOut(token)
      if (isEnded && !world.signal.aborted) print({ fr: 'session terminée', en: 'session ended' })
    },
  }
}

/** False for a session that cannot be ended; it is told, with where to end it. */
async function endSession(world: World, url: string, token: string): Promise<boolean> {
  try {
    await createRest({ url, token: () => token, fetch: world.fetch, log: silent }).call('POST', '/users/logout')
    return true
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    world.stderr(
      world.locale === 'fr'
        ? `! la session n’a pas pu être terminée (${why}) : terminez-la dans Mattermost, Profil → Sécurité → Sessions actives`
        : `! the session could not be ended (${why}): end it in Mattermost, Profile → Security → Active Sessions`,
    )
    return false
  }
}

/** What matters is printed; a refusal is told with what opens the door. */
const unsaid = () => undefined
const silent: Log = { debug: unsaid, info: unsaid, warn: unsaid, error: unsaid, fatal: unsaid }

/** Calls with this token, until the person interrupts us. */
export function restOf(world: World, url: string, token: string): Rest {
  return interruptible(createRest({ url, token: () => token, fetch: world.fetch, log: silent }), world.signal)
}

/** No call begins after the signal; one that may have made something is waited for, so that it is not left half done. */
function interruptible(rest: Rest, signal: AbortSignal): Rest {
  return {
    url: rest.url,
    async call(method, path, options) {
      if (signal.aborted) throw new UserError(interruptedSaid)
      const mayStop = method === 'GET' || path === '/commands/execute'
      try {
        return await rest.call(method, path, mayStop ? { ...options, signal } : options)
      } catch (error) {
        if (signal.aborted && mayStop) throw new UserError(interruptedSaid, { cause: error })
        throw error
      }
    },
  }
}

/** Of a run that was cut off. */
export const interruptedSaid = {
  fr: 'Interrompu : relancez la même commande, elle reprendra ce qui manque.',
  en: 'Interrupted: run the same command again, it takes up what is missing.',
}

async function readAll(stdin: World['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8').trim()
}

/** @throws {MattermostError} where Mattermost lets nobody in by password. */
export async function signIn(
  world: World,
  url: string,
  { username, password, code }: { username: string; password: string; code?: string | undefined },
): Promise<SignedIn> {
  let token: string | null = null
  const listening: typeof fetch = async (input, init) => {
    const response = await world.fetch(input, init)
    token = response.headers.get('token')
    return response
  }
  const rest = createRest({ url, token: () => '', fetch: listening, log: silent })
  const body = { login_id: username, password, ...(code === undefined ? {} : { token: code }) }
  const account = await rest.call('POST', '/users/login', { body })
  return { token: token ?? '', account }
}

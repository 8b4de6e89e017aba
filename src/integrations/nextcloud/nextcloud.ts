// The source `nextcloud`: folders watched on the disk or by WebDAV, and Nextcloud's own calls (issue "The folder"). Off while none of
// WATCH_PATH, NEXTCLOUD_WEBHOOK_TOKEN and NEXTCLOUD_URL is set; the webhook's route then says so.

import { readFileSync } from 'node:fs'
import type { Env } from '../../env.ts'
import type { IntegrationParts, MakeIntegration, Probe } from '../integration.ts'
import { type Looks, plainLook, readLooks } from './card-file.ts'
import { createDavSource } from './dav.ts'
import { createWording } from './describe.ts'
import { nextcloudDocuments } from './documents.ts'
import { createBursts, type Told, tell } from './draft.ts'
import { changeKinds } from './facts.ts'
import { createFinder } from './finder.ts'
import type { Folder, Source } from './folder.ts'
import { healthWords } from './health.ts'
import { createIgnores } from './ignore.ts'
import { nextcloudPart } from './part.ts'
import { rawOf } from './paths.ts'
import { readFolders, readIgnored, readPollMs } from './watch-settings.ts'
import { createWatched } from './watched.ts'
import { registerRoutes } from './webhook/routes.ts'
import { createTake } from './webhook/take.ts'

/** Refused calls are worth a warning for this long, until one is accepted. */
const refusalMattersMs = 3_600_000

export const createNextcloud: MakeIntegration = (parts) => {
  const { env, emit, log, meter, now } = parts
  const folders = readFolders(env)
  const ignore = readIgnored(env)
  const pollMs = readPollMs(env)
  const tokens = env.secrets('NEXTCLOUD_WEBHOOK_TOKEN')
  const looks = readCardFile(env, folders)
  const { url, davUser, davSource } = readDav(parts, { folders, ignore })
  const { describe, describeBurst } = createWording({ looks, organisation: env.text('ORGANISATION') })
  const burstOf = createBursts(now)
  const tellOf = (change: Told, folder: Folder) => tell(change, folder, { looks, nextcloudUrl: url, burstOf })
  const find = createFinder({ account: davSource?.('/'), log })
  const watched = createWatched({
    ...parts,
    store: parts.folders,
    folders,
    ignore,
    pollMs,
    davUser,
    davSource: davSource ?? notConfigured,
    find,
    tell: tellOf,
  })
  const take = createTake({
    folders,
    davUser,
    ignores: createIgnores(ignore),
    isThere: watched.isThere,
    hint: watched.hint,
    look: ({ user, below }) => (user === davUser ? find(rawOf(below)) : Promise.resolve('unknown' as const)),
    tell: tellOf,
    emit,
  })
  let refusedAt: number | undefined
  const onRefused = () => {
    refusedAt = now()
  }
  const onAccepted = () => {
    refusedAt = undefined
  }

  return {
    name: 'nextcloud',
    routes: (http) => registerRoutes(http, { tokens, take, log, meter, now, onRefused, onAccepted }),
    ...(folders.length === 0 ? {} : { watch: watched.watch }),
    documents: nextcloudDocuments,
    describe,
    describeBurst,
    probe: async (nonce) => probeOf(nonce, tokens.current()[0]?.reveal()),
    async status() {
      const isCalled = tokens.current().length > 0
      const isUsed = folders.length > 0 || isCalled
      return nextcloudPart(
        {
          folders: watched.status(),
          isCalled,
          isRefused: refusedAt !== undefined && now() - refusedAt < refusalMattersMs,
          lastAt: isUsed ? await parts.lastEventAt('nextcloud') : undefined,
          health: url === undefined ? undefined : healthWords(await parts.ask(`${url}/status.php`)),
        },
        now(),
      )
    },
    events: ['file', ...changeKinds.map((kind) => `file.${kind}`)],
  }
}

/** WATCH_CARD_FILE. */
function readCardFile(env: Env, folders: readonly Folder[]): Looks {
  const path = env.text('WATCH_CARD_FILE')
  if (path === undefined) return () => plainLook
  const problem = (fr: string, en: string) =>
    env.problem({ fr: `WATCH_CARD_FILE (${path})\u00a0: ${fr}`, en: `WATCH_CARD_FILE (${path}): ${en}` })
  let written: string
  try {
    written = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    problem(`ce fichier ne peut pas être lu (${reason}).`, `this file cannot be read (${reason}).`)
    return () => plainLook
  }
  const { looks, problems } = readLooks(
    written,
    folders.map(({ name }) => name),
  )
  for (const { fr, en } of problems) problem(fr, en)
  return looks
}

interface Dav {
  /** NEXTCLOUD_URL. */
  readonly url: string | undefined
  readonly davUser: string | undefined
  /** A folder of the account; absent where no account is configured. */
  readonly davSource?: (path: string) => Source
}

/** NEXTCLOUD_URL, NEXTCLOUD_USER and NEXTCLOUD_APP_PASSWORD: all three where WATCH_PATH names a folder of WebDAV. */
function readDav(
  { env, fetch }: IntegrationParts,
  { folders, ignore }: { readonly folders: readonly Folder[]; readonly ignore: readonly string[] },
): Dav {
  const url = env.address('NEXTCLOUD_URL')
  const user = env.text('NEXTCLOUD_USER')
  const password = env.secret('NEXTCLOUD_APP_PASSWORD')
  const settings = { NEXTCLOUD_URL: url, NEXTCLOUD_USER: user, NEXTCLOUD_APP_PASSWORD: password.current()[0] }
  const missing = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [name] : []))
  const wanted = folders.find(({ at }) => 'dav' in at)
  if (wanted !== undefined && missing.length > 0) {
    const names = missing.join(', ')
    env.problem({
      fr: `WATCH_PATH\u00a0: «\u00a0${wanted.name}\u00a0» est lu par WebDAV\u202f; il manque ${names}.`,
      en: `WATCH_PATH: "${wanted.name}" is read by WebDAV; ${names} is missing.`,
    })
  }
  if (url === undefined || user === undefined || missing.length > 0) return { url, davUser: user }
  const ignores = createIgnores(ignore)
  return { url, davUser: user, davSource: (path) => createDavSource({ url, user, password, path, fetch, ignores }) }
}

/** The settings' problem stops the start before anything is watched. */
function notConfigured(path: string): Source {
  const refuse = async () => {
    throw new Error(`no WebDAV account for ${path}`)
  }
  return { scan: refuse, look: refuse }
}

/** A file in a folder that nobody has; nothing while the webhook is off. */
function probeOf(nonce: string, token: string | undefined): Probe | undefined {
  if (token === undefined) return undefined
  const folder = `vigie-doctor-${nonce}`
  const body = {
    event: {
      class: 'OCP\\Files\\Events\\Node\\NodeCreatedEvent',
      node: { path: `/${folder}/files/${folder}/essai.txt` },
    },
    user: { uid: 'vigie', displayName: 'Vigie' },
  }
  return {
    path: '/webhook/nextcloud',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    subject: folder,
  }
}

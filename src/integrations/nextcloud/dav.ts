// A folder looked at by WebDAV, where its disk is not visible (interface.md, `name=dav:/path`): one PROPFIND a folder, and none for what
// Nextcloud's etags say has not changed below. The password goes to NEXTCLOUD_URL and nowhere else.

import { hash } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { WebDAVClient } from 'webdav'
import type { LiveSecrets } from '../../env.ts'
import { type DavEntry, type DavListing, encoded, parseListing, question } from './dav-answers.ts'
import { FolderTrouble, type Kept, type RawPath, type Scanned, type Source } from './folder.ts'
import { type Ignores, ignoresAny } from './ignore.ts'
import { rawOf, shown } from './paths.ts'

export interface DavParts {
  /** NEXTCLOUD_URL, without a slash at its end. */
  readonly url: string
  readonly user: string
  readonly password: LiveSecrets
  /** `/Documents_RH` */
  readonly path: string
  readonly fetch: typeof fetch
  readonly ignores: Ignores
  readonly timeoutMs?: number
  readonly mostBytes?: number
}

/** For one answer. A folder of 10,000 files takes Nextcloud some seconds. */
const patienceMs = 60_000
/** Some 200,000 files in one folder. */
const mostAnswerBytes = 128 * 1024 * 1024
const mostAtOnce = 4
/** Some thousand files. */
const largeLength = 1024 * 1024

/** What one answer said of one folder; kept while the folder's etag stays. */
interface Known {
  readonly etag: string
  readonly listing: DavListing
}

export function createDavSource(parts: DavParts): Source {
  const { ignores } = parts
  const root = rawOf(parts.path.replace(/^\/+|\/+$/g, ''))
  const listings = createListings(parts)
  const at = (path: RawPath) => [root, path].filter((part) => part !== '').join('/')
  let known = new Map<RawPath, Known>()

  async function scan(signal: AbortSignal): Promise<Scanned> {
    const first = await listings.ask(at(''), '0', signal)
    const files = new Map<RawPath, Kept>()
    const unread: { path: RawPath; error: string }[] = []
    const seen = new Map<RawPath, Known>()
    let level: { path: RawPath; self: DavEntry }[] = [{ path: '', self: first.self }]
    while (level.length > 0) {
      const below: typeof level = []
      await inTurns(level, async ({ path, self }) => {
        const listing = await read(path, self, signal).catch((error: unknown) => {
          unread.push({ path, error: reasonOf(error, path) })
        })
        if (listing === undefined) return
        // Only Nextcloud's etags speak of all that lies below.
        if (self.etag !== undefined && self.fileId !== undefined) seen.set(path, { etag: self.etag, listing })
        for (const entry of listing.entries) {
          const inside = path === '' ? entry.name : `${path}/${entry.name}`
          if (ignores(entry.name, inside)) continue
          if (entry.isFolder) below.push({ path: inside, self: entry })
          else files.set(inside, keptOf(inside, entry))
        }
      })
      level = below
    }
    known = seen
    return { root: first.self.fileId ?? `dav:${root}`, files, unread }
  }

  async function read(path: RawPath, self: DavEntry, signal: AbortSignal): Promise<DavListing | undefined> {
    const before = known.get(path)
    if (before !== undefined && before.etag === self.etag && self.fileId !== undefined) return before.listing
    try {
      return await listings.ask(at(path), '1', signal)
    } catch (error) {
      // Gone since its parent was read.
      if (path !== '' && error instanceof FolderTrouble && error.trouble.kind === 'missing') return undefined
      throw error
    }
  }

  return {
    scan,
    async look(path, signal) {
      if (ignoresAny(ignores, path)) return undefined
      try {
        const { self } = await listings.ask(at(path), '0', signal)
        return self.isFolder ? undefined : keptOf(path, self)
      } catch (error) {
        if (error instanceof FolderTrouble && error.trouble.kind === 'missing') return undefined
        throw error
      }
    },
  }
}

/** A folder below the root that may not be read is told as unread; whatever else is in the way is in the way of all. */
function reasonOf(error: unknown, path: RawPath): string {
  const isOwn = path !== '' && error instanceof FolderTrouble && error.trouble.kind === 'unreadable'
  if (!isOwn) throw error
  return error.trouble.error
}

function keptOf(path: RawPath, { sizeBytes, changedAt, fileId, owner }: DavEntry): Kept {
  return {
    // A server without ids: what is called otherwise is another file.
    identity: fileId ?? hash('sha256', path).slice(0, 32),
    sizeBytes,
    changedAt,
    ...(fileId === undefined ? {} : { fileId }),
    ...(owner === undefined ? {} : { owner }),
  }
}

async function inTurns<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const waiting = all.values()
  const runner = async () => {
    for (const one of waiting) await run(one)
  }
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, all.length) }, runner))
}

interface Listings {
  /** `path` from the user's own folder. @throws {FolderTrouble} */
  ask(path: RawPath, depth: '0' | '1', signal: AbortSignal): Promise<DavListing>
}

function createListings(parts: DavParts): Listings {
  const { url, user, password, timeoutMs = patienceMs } = parts
  const home = `${url}/remote.php/dav/files/${encodeURIComponent(user)}`
  return {
    async ask(path, depth, signal) {
      const client = await openClient(parts, password.current()[0]?.reveal() ?? '')
      const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      let text: string
      try {
        const response = await client.customRequest(shown(path), {
          url: `${home}/${encoded(path)}`,
          method: 'PROPFIND',
          headers: { depth, accept: 'application/xml', 'content-type': 'application/xml; charset=utf-8' },
          data: question,
          signal: within,
        })
        const { status, headers } = response
        if (status !== 207) throw new FolderTrouble({ kind: 'refused', error: notDav(status, headers.get('location')) })
        text = await response.text()
      } catch (error) {
        signal.throwIfAborted()
        throw troubleOf(error)
      }
      const listing = await (text.length > largeLength ? parseElsewhere(text) : parseListing(text))
      if (listing === undefined) throw new FolderTrouble({ kind: 'refused', error: 'the answer is not WebDAV' })
      return listing
    },
  }
}

/** Loaded where it is needed: most have no such folder. */
async function openClient(parts: DavParts, password: string): Promise<WebDAVClient> {
  const { url, user, fetch, mostBytes = mostAnswerBytes } = parts
  const { createClient, getPatcher } = await import('webdav')
  // Its own fetch knows no proxy settings and follows redirects, which would carry the password elsewhere.
  getPatcher().patch('fetch', async (...[address, options]: unknown[]) => {
    const given = typeof options === 'object' ? options : {}
    return bounded(await fetch(String(address), { ...given, redirect: 'manual' }), mostBytes)
  })
  return createClient(url, { username: user, password })
}

/** The same answer, read: what is longer is not read to its end. */
async function bounded(response: Response, mostBytes: number): Promise<Response> {
  const { status, statusText, headers } = response
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > mostBytes)
      throw new FolderTrouble({ kind: 'refused', error: `more than ${mostBytes} bytes in one answer` })
    chunks.push(chunk)
  }
  return new Response(length === 0 ? null : Buffer.concat(chunks), { status, statusText, headers })
}

/** Large answers are read in a thread of their own: others have their turn meanwhile. */
async function parseElsewhere(text: string): Promise<DavListing | undefined> {
  const thread = new Worker(new URL('./dav-worker.ts', import.meta.url), { workerData: text, env: {} })
  const [said]: unknown[] = await once(thread, 'message')
  await thread.terminate()
  return isListing(said) ? said : undefined
}

function isListing(said: unknown): said is DavListing {
  return typeof said === 'object' && said !== null && 'entries' in said
}

function notDav(status: number, location: string | null): string {
  return location === null ? `PROPFIND → ${status}` : `PROPFIND → ${status}, redirected to ${location}`
}

/** The library's errors carry a status; the network's a code. */
function troubleOf(error: unknown): FolderTrouble {
  if (error instanceof FolderTrouble) return error
  if (!(error instanceof Error)) return new FolderTrouble({ kind: 'silent', error: String(error) })
  const status = 'status' in error && typeof error.status === 'number' ? error.status : undefined
  if (status === undefined) {
    const cause = error.cause
    const code =
      cause instanceof Error && 'code' in cause
        ? String(cause.code)
        : error.name === 'TimeoutError'
          ? 'timeout'
          : error.message
    return new FolderTrouble({ kind: 'silent', error: code })
  }
  const said = `PROPFIND → ${error.message.replace(/^Invalid response: /, '')}`
  if (status === 404) return new FolderTrouble({ kind: 'missing', error: said })
  if (status === 403) return new FolderTrouble({ kind: 'unreadable', error: said })
  if (status === 408 || status === 429 || status >= 500) return new FolderTrouble({ kind: 'silent', error: said })
  return new FolderTrouble({ kind: 'refused', error: said })
}

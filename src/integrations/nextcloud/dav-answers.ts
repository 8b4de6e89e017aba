// What a WebDAV server says of a folder and what is in it: the multistatus of a PROPFIND (RFC 4918) with Nextcloud's own properties
// (https://docs.nextcloud.com, "Basic APIs", WebDAV), read with the parser of `webdav`.

import type { DAVResult } from 'webdav'
import { z } from 'zod'
import type { RawPath } from './folder.ts'
import { rawOf } from './paths.ts'

export const question = `<?xml version="1.0" encoding="utf-8"?>
<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">
<d:prop><d:resourcetype/><d:getcontentlength/><d:getlastmodified/><d:getetag/><oc:fileid/><oc:owner-display-name/><oc:owner-id/></d:prop>
</d:propfind>`

export interface DavEntry {
  /** The last segment of its address. */
  readonly name: RawPath
  readonly isFolder: boolean
  readonly sizeBytes: number
  /** Milliseconds since 1970; 0 where the server does not say. */
  readonly changedAt: number
  readonly etag?: string
  readonly fileId?: string
  readonly owner?: string
}

export interface DavListing {
  readonly self: DavEntry
  readonly entries: readonly DavEntry[]
}

const words = z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)]).catch('')
const shape = z.object({
  resourcetype: z.unknown(),
  getcontentlength: words,
  getlastmodified: words,
  getetag: words,
  fileid: words,
  'owner-display-name': words,
  'owner-id': words,
})

/** Nothing where the answer is none of WebDAV's. */
export async function parseListing(text: string): Promise<DavListing | undefined> {
  // No server of files declares entities; who does wants them expanded.
  if (/<!DOCTYPE/i.test(text)) return undefined
  // Loaded where it is needed: most have no such folder.
  const { parseXML } = await import('webdav')
  try {
    const options = {
      attributeNamePrefix: '@',
      attributeParsers: [],
      // Names that look like numbers stay what they are.
      tagParsers: [() => undefined],
      entityDecoder: { limit: { maxTotalExpansions: 0, maxExpandedLength: 0 } },
    }
    return readListing(await parseXML(text, options))
  } catch {
    // The parser's errors are many, and mean the same: no XML, or none of WebDAV's.
    return undefined
  }
}

function readListing({ multistatus }: DAVResult): DavListing | undefined {
  const all = multistatus.response.flatMap((response) => {
    const path = typeof response.href === 'string' ? rawPathOf(response.href) : ''
    return path === '' ? [] : [{ path, entry: entryOf(path, response.propstat?.prop) }]
  })
  // The folder asked about stands above all the others, wherever the server lists it.
  const [top] = all.toSorted((one, other) => one.path.length - other.path.length)
  if (top === undefined) return undefined
  const inside = all.flatMap(({ path, entry }) =>
    path.startsWith(top.path === '/' ? '/' : `${top.path}/`) && path !== top.path && isName(entry.name) ? [entry] : [],
  )
  return { self: top.entry, entries: inside }
}

function entryOf(path: RawPath, said: unknown): DavEntry {
  const prop = shape.parse(said ?? {})
  const changedAt = Date.parse(prop.getlastmodified)
  const owner = prop['owner-display-name'] || prop['owner-id']
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    isFolder: isCollection(prop.resourcetype),
    sizeBytes: /^\d{1,15}$/.test(prop.getcontentlength) ? Number(prop.getcontentlength) : 0,
    changedAt: Number.isNaN(changedAt) ? 0 : changedAt,
    ...(prop.getetag === '' ? {} : { etag: prop.getetag }),
    ...(/^\d{1,20}$/.test(prop.fileid) ? { fileId: prop.fileid } : {}),
    ...(owner === '' ? {} : { owner }),
  }
}

function isCollection(type: unknown): boolean {
  return typeof type === 'object' && type !== null && 'collection' in type
}

/** The path of an `href`, which may be a whole address, as bytes; without the slash at its end. */
function rawPathOf(href: string): RawPath {
  const path = href.trim().replace(/^[a-z]+:\/\/[^/]*/i, '')
  const bytes = rawOf(path).replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return bytes === '/' ? bytes : bytes.replace(/\/+$/, '')
}

/** A server that names what no folder can hold is not believed. */
function isName(name: RawPath): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('\0')
}

/** Bytes as a part of an address. */
export function encoded(path: RawPath): string {
  return path.replace(
    /[^A-Za-z0-9/._~-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

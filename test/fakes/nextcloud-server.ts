// Nextcloud's WebDAV, as far as a folder is looked at: answers to PROPFIND in its shape, with its own properties.

import type { RequestListener } from 'node:http'

export interface Node {
  readonly id: number
  readonly etag: string
  /** Absent: a folder. */
  readonly size?: number
  readonly owner?: string
}

/** When every file was last changed. */
export const nodeChangedAt = Date.UTC(2026, 10, 21, 7, 12, 31)

/** Serves a tree by its paths below `home`, which is `''` in it. `asked` gets `<depth> <path>` of every call. */
export function answerAsNextcloud(
  home: string,
  tree: Readonly<Record<string, Node>>,
  asked: string[] = [],
): RequestListener {
  return (request, response) => {
    const path = decodeURIComponent(request.url ?? '')
      .slice(home.length)
      .replace(/^\/|\/$/g, '')
    asked.push(`${request.headers.depth} ${path}`)
    const node = tree[path]
    if (node === undefined) {
      response.writeHead(404).end()
      return
    }
    const inside = Object.entries(tree).filter(
      ([name]) => name !== '' && name.slice(0, Math.max(0, name.lastIndexOf('/'))) === path,
    )
    const told = [[path, node] as const, ...(request.headers.depth === '1' ? inside : [])]
    const answers = told.map(([name, one]) => {
      const href = `${home}/${name}`.split('/').map(encodeURIComponent).join('/')
      return `<d:response><d:href>${href}${one.size === undefined ? '/' : ''}</d:href>${propsOf(one)}</d:response>`
    })
    response.writeHead(207, { 'content-type': 'application/xml; charset=utf-8' })
    response.end(
      `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">${answers.join('')}</d:multistatus>`,
    )
  }
}

function propsOf({ id, etag, size, owner = '1e5' }: Node): string {
  const type = size === undefined ? '<d:collection/>' : ''
  const length = size === undefined ? '' : `<d:getcontentlength>${size}</d:getcontentlength>`
  return `<d:propstat><d:prop><d:resourcetype>${type}</d:resourcetype>${length}
    <d:getlastmodified>${new Date(nodeChangedAt).toUTCString()}</d:getlastmodified><d:getetag>&quot;${etag}&quot;</d:getetag>
    <oc:fileid>${id}</oc:fileid><oc:owner-display-name>${owner}</oc:owner-display-name><oc:owner-id>zoe</oc:owner-id></d:prop>
    <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
    <d:propstat><d:prop><d:quota/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>`
}

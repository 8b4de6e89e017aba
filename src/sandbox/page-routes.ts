// What the web page asks of the stand-in beside REST v4: whom it may speak as, and what the demo can make happen.
import { isIP } from 'node:net'
import { type Answer, reply } from './call.ts'

/** Somebody the page may speak as without typing a password. */
export interface PagePerson {
  id: string
  username: string
  name: string
  /** A session or personal token of theirs. */
  token: string
}

/** Something that a button of the page makes happen. */
export interface PageAction {
  id: string
  label: { fr: string; en: string }
  /** Buttons of one group stand together under its name. */
  group: { fr: string; en: string }
  /** Rejects with the reason that the page shows. */
  run(): Promise<unknown>
}

/** Read at each request, so that both may be filled once the server runs. */
export interface PageOffer {
  people: readonly PagePerson[]
  actions: readonly PageAction[]
}

export interface PageRequest {
  method: string
  path: string
  /** The `Host` header. */
  host: string
  isSignedIn: boolean
}

const actionPath = /^\/page\/actions\/([\w-]+)$/

/** The answer to `GET /page/people`, `GET /page/actions` or `POST /page/actions/:id`; null for any other address. */
export async function answerPage(offer: PageOffer, request: PageRequest): Promise<Answer | null> {
  const { method, path } = request
  if (method === 'GET' && path === '/page/people') {
    if (!isOwnHost(request.host)) return reply({ message: 'This address is not the stand-in’s own.' }, 403)
    return reply(offer.people, 200, { 'Cache-Control': 'no-store' })
  }
  if (method === 'GET' && path === '/page/actions')
    return reply(offer.actions.map(({ id, label, group }) => ({ id, label, group })))
  const id = method === 'POST' ? actionPath.exec(path)?.[1] : undefined
  return id === undefined ? null : await runAction(offer.actions, id, request.isSignedIn)
}

async function runAction(actions: readonly PageAction[], id: string, isSignedIn: boolean): Promise<Answer> {
  if (!isSignedIn) return reply({ message: 'Only the page itself may do this.' }, 401)
  const action = actions.find((one) => one.id === id)
  if (!action) return reply({ message: `No action is called ${id}.` }, 404)
  try {
    await action.run()
    return reply({})
  } catch (error) {
    return reply({ message: error instanceof Error ? error.message : String(error) }, 502)
  }
}

/** The page's file behind an address: permalinks and channels open the page itself. */
export function pagePathOf(path: string): string {
  return /^\/[a-z0-9_-]+\/(pl|channels)\/[A-Za-z0-9_-]+$/.test(path) ? '/' : path
}

/** A name from the DNS could be somebody else's, pointed here to read the tokens (DNS rebinding); addresses and localhost cannot. */
function isOwnHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  return name === 'localhost' || isIP(name) !== 0
}

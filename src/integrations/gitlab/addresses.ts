// Which addresses of a body may become links: those of the GitLab we know, nobody else's (threat T21; interface.md, `GITLAB_URL`).

import type { JsonObject } from '../../event.ts'

/** The origin that links may point to: GITLAB_URL's, else that of the body's `project.web_url`. */
export function linkOrigin(body: JsonObject, gitlabUrl: string | undefined): string | undefined {
  if (gitlabUrl !== undefined) return webAddress(gitlabUrl)?.origin
  const { project } = body
  if (typeof project !== 'object' || project === null || !('web_url' in project)) return undefined
  return typeof project.web_url === 'string' ? webAddress(project.web_url)?.origin : undefined
}

/** Takes every address that leads elsewhere out of the facts, in place, and writes the others in their normal form. */
export function keepOwnAddresses(facts: object, origin: string | undefined): void {
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'object' && value !== null) keepOwnAddresses(value, origin)
    else if (typeof value === 'string' && /(?:^|_)(?:url|homepage)$/.test(name)) {
      const address = ownAddress(value, origin)
      if (address !== value) Reflect.set(facts, name, address)
    }
  }
}

/** The address in its normal form; nothing where it leads elsewhere. */
export function ownAddress(address: string, origin: string | undefined): string | undefined {
  if (isPlainlyOf(address, origin)) return address
  const url = webAddress(address)
  return url?.origin === origin ? url?.href : undefined
}

/** The full path of the project or group a GitLab page belongs to: `group/project` of `https://host/group/project/-/jobs/1`. */
export function pathOfPage(address: string | undefined, gitlabUrl: string | undefined): string | undefined {
  const page = address === undefined ? undefined : webAddress(address)
  if (page === undefined) return undefined
  const root = gitlabUrl === undefined ? '' : (webAddress(gitlabUrl)?.pathname.replace(/\/+$/, '') ?? '')
  const path = page.pathname.startsWith(`${root}/`) ? page.pathname.slice(root.length) : page.pathname
  return path.replace(/\/-\/.*$/, '').replace(/^\/+|\/+$/g, '') || undefined
}

/** An absolute http or https address without credentials. */
function webAddress(address: string): URL | undefined {
  const url = address.length > 2000 ? null : URL.parse(address)
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : undefined
}

/** Whether an address is of this origin and written in its normal form, as nearly all of them are: no need to take it apart. */
function isPlainlyOf(address: string, origin: string | undefined): boolean {
  return (
    origin !== undefined &&
    address.length <= 2000 &&
    address.startsWith(origin) &&
    /^(?:\/[\w~-][\w.~-]*)+\/?$/.test(address.slice(origin.length))
  )
}

// Which projects that a subscription names have no working hook (issue 4): told to Vigie's administrators, to others of public projects
// alone, and only where it can be found out while they wait.

import type { Log } from '../../../event.ts'
import { type Api, GitlabError } from './api.ts'
import { isSameAddress } from './install.ts'
import { covers, type OwnHooks, placeOf } from './own.ts'
import type { Place, Places } from './places.ts'
import { readGlob, type Wanted } from './target.ts'

export interface UnheardParts {
  readonly api: Pick<Api, 'configured'>
  readonly places: Places
  readonly own: OwnHooks
  readonly hookUrl: () => string
  readonly log: Log
}

/** A slash command is answered within 2.5 s. */
const patienceMs = 1800
/** Projects whose hooks are asked for one by one. */
const mostAsked = 20

/** Full paths, in GitLab's order. @throws {StoreUnavailable} */
export async function unheardProjects(
  parts: UnheardParts,
  subject: string | undefined,
  asker: { readonly vigieAdmin: boolean },
): Promise<readonly string[]> {
  if (!parts.api.configured() || subject === undefined) return []
  await parts.own.load()
  const globs = subject.split(' ')
  const wanted = globs.flatMap((glob) => readGlob(glob) ?? [])
  const excluded = globs.flatMap((glob) => (glob.startsWith('!') ? (readGlob(glob.slice(1)) ?? []) : []))
  const signal = AbortSignal.timeout(patienceMs)
  try {
    const projects = (await Promise.all(wanted.map((one) => projectsOf(parts, one, asker, signal)))).flat()
    const asked = projects
      .filter(({ path }) => !excluded.some((one) => matches(one, path)) && !isHeard(parts, path))
      .slice(0, mostAsked)
    const lacking = await Promise.all(asked.map(async (project) => !(await hasHook(parts, project, signal))))
    return asked.filter((_, index) => lacking[index]).map(({ path }) => path)
  } catch (error) {
    if (!(error instanceof GitlabError) && !signal.aborted) throw error
    parts.log.debug({ err: error }, 'hooks of a subscription could not be looked at in time')
    return []
  }
}

/** What the asker may know of: a private project is as unknown as one that is not there (threat T7). */
async function projectsOf(
  { places }: UnheardParts,
  wanted: Wanted,
  { vigieAdmin }: { readonly vigieAdmin: boolean },
  signal: AbortSignal,
): Promise<readonly Place[]> {
  const mayKnow = (place: Place) => vigieAdmin || place.public
  if (wanted.of === 'project') {
    const project = await places.project(wanted.path, signal)
    return project !== undefined && mayKnow(project) ? [project] : []
  }
  const group = await places.group(wanted.path, signal)
  // A group that is not public holds no public project: to ask on would tell by the time it takes that there is such a group.
  if (group === undefined || !mayKnow(group)) return []
  for await (const page of places.projects(group, { deep: wanted.deep, publicOnly: !vigieAdmin }, signal)) {
    return page.filter(mayKnow)
  }
  return []
}

function isHeard({ own }: UnheardParts, path: string): boolean {
  return own.all().some((hook) => hook.state === 'working' && covers(placeOf(hook), path))
}

/** Somebody else's hook that points here does as well. */
async function hasHook({ places, hookUrl }: UnheardParts, project: Place, signal: AbortSignal): Promise<boolean> {
  const hooks = await places.hooks(project, signal)
  return hooks.some(({ url, state }) => state === 'working' && isSameAddress(url, hookUrl()))
}

function matches({ path, of, deep }: Wanted, project: string): boolean {
  const [whole, part] = [path.toLowerCase(), project.toLowerCase()]
  if (of === 'project') return part === whole
  return part.startsWith(`${whole}/`) && (deep || !part.slice(whole.length + 1).includes('/'))
}

// `/vigie gitlab install|check|remove`: one hook a project, or one for a group where the licence has it; each with its own secret,
// recognised by where it points, so that repeating a command changes nothing (issue 4, "Hooks looked after").

import type { Log } from '../../../event.ts'
import type { KeptHook } from '../../../store/store.ts'
import { code, rich } from '../../../text/rich.ts'
import { said } from '../../../text/said.ts'
import type { HookLine } from '../../integration.ts'
import { type Api, GitlabError } from './api.ts'
import { covers, type OwnHooks, placeOf } from './own.ts'
import { type FoundHook, isRefused, type Place, type Places } from './places.ts'
import { asUserError, mostProjects, notConfigured, readTarget, shownPath, unknownPlace, type Wanted } from './target.ts'

export interface InstallParts {
  readonly api: Pick<Api, 'configured'>
  readonly places: Places
  readonly own: OwnHooks
  readonly gitlabUrl: string | undefined
  /** Where hooks point: `https://vigie.example.org/webhook/gitlab`. */
  readonly hookUrl: () => string
  readonly log: Log
}

export type Deed = 'install' | 'check' | 'remove'

/** Asked at the same time. */
const atOnce = 4
/** All of one command. */
const mostMs = 600_000
const lastCalls = 5

/** Does it at every project that is meant. @throws {UserError} */
export async function doToHooks(parts: InstallParts, deed: Deed, target: string): Promise<readonly HookLine[]> {
  if (!parts.api.configured()) throw notConfigured()
  const wanted = readTarget(target, parts.gitlabUrl)
  const signal = AbortSignal.timeout(mostMs)
  try {
    await parts.own.load()
    if (deed === 'remove') return await removeAll(parts, wanted, signal)
    if (wanted.of === 'group') return await doToGroup(parts, deed, wanted, signal)
    const project = await parts.places.project(wanted.path, signal)
    if (project === undefined) throw unknownPlace(wanted)
    return [await doToOne(parts, deed, project, signal)]
  } catch (error) {
    throw asUserError(error)
  }
}

async function doToGroup(parts: InstallParts, deed: Deed, wanted: Wanted, signal: AbortSignal): Promise<HookLine[]> {
  const group = await parts.places.group(wanted.path, signal)
  if (group === undefined) throw unknownPlace(wanted)
  const whole = wanted.deep ? await asGroup(parts, deed, group, signal) : undefined
  if (whole !== undefined) return whole
  const projects: Place[] = []
  for await (const page of parts.places.projects(group, { deep: wanted.deep, publicOnly: false }, signal)) {
    projects.push(...page)
    if (projects.length >= mostProjects) break
  }
  return await inTurns(projects, (project) => doToOne(parts, deed, project, signal))
}

/** One hook for the whole group. Nothing where GitLab offers none here: every project then gets its own. */
async function asGroup(
  parts: InstallParts,
  deed: Deed,
  group: Place,
  signal: AbortSignal,
): Promise<HookLine[] | undefined> {
  try {
    if (deed === 'check' && parts.own.find(group) === undefined) return undefined
    const line = await (deed === 'check' ? look(parts, group, signal) : install(parts, group, signal))
    if (deed === 'check') return [line]
    const beneath = parts.own.all().filter((hook) => placeOf(hook).kind === 'project' && covers(group, hook.path))
    return [line, ...(await inTurns(beneath, (hook) => remove(parts, hook, signal)))]
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

async function doToOne(parts: InstallParts, deed: Deed, project: Place, signal: AbortSignal): Promise<HookLine> {
  const group = parts.own.all().find((hook) => placeOf(hook).kind === 'group' && covers(placeOf(hook), project.path))
  if (group?.state === 'working') return { path: project.path, did: 'covered', state: group.state }
  try {
    return await (deed === 'check' ? look(parts, project, signal) : install(parts, project, signal))
  } catch (error) {
    // One project that refuses must not keep the others from getting theirs.
    if (!(error instanceof GitlabError) || error.status === undefined || error.status === 401) throw error
    return failedLine(project, error)
  }
}

async function install(parts: InstallParts, place: Place, signal: AbortSignal): Promise<HookLine> {
  const { places, own } = parts
  const url = parts.hookUrl()
  const before = own.find(place)
  const [first, ...others] = pointingHere(await places.hooks(place, signal), url, before)
  const secrets = before === undefined ? undefined : own.secretsOf(before)
  // Kept before GitLab knows it: the first call may come before the answer to ours.
  const kept = before !== undefined && secrets !== undefined ? before : await own.add(place)
  const { token, signing } = own.secretsOf(kept) ?? { token: '', signing: '' }
  try {
    const made = await (first === undefined
      ? places.make(place, { url, token, signing }, signal)
      : places.change(place, first.id, { url, token, signing }, signal))
    const isSame = first !== undefined && kept.hook === first.id && secrets !== undefined
    // What a hook could not deliver before it was ours is nobody's news.
    const seen = isSame ? kept.seen : first === undefined ? 0 : await newestCall(places, place, made.id, signal)
    await own.change(kept.key, {
      path: place.path,
      hook: made.id,
      seen,
      state: made.state,
      until: made.until,
      told: false,
    })
    for (const other of others) await places.remove(place, other.id, signal)
    const isWhole = isSame && others.length === 0 && first.off.length === 0 && isSameAddress(first.url, url)
    parts.log.info({ path: place.path, hook: made.id, kept: isWhole }, 'a GitLab hook was installed')
    return {
      path: shownPath(place),
      did: first === undefined ? 'made' : isWhole ? 'kept' : 'repaired',
      ...standing(made),
    }
  } catch (error) {
    // Refused for certain: nothing was made that could call. An unknown outcome keeps the secret, and the next try finds the hook.
    const isCertain = error instanceof GitlabError && error.status !== undefined && error.status < 500
    if (first === undefined && isCertain) await own.remove(kept.key)
    throw error
  }
}

async function look(parts: InstallParts, place: Place, signal: AbortSignal): Promise<HookLine> {
  const { places, own } = parts
  const kept = own.find(place)
  const url = parts.hookUrl()
  const [hook] = pointingHere(await places.hooks(place, signal), url, kept)
  const path = shownPath(place)
  if (hook === undefined) return { path, did: 'looked', state: 'missing' }
  const last: string[] = []
  for await (const page of places.calls(place, hook.id, signal)) {
    last.push(...page.slice(0, lastCalls).map(({ trigger, status }) => `${trigger} ${status}`))
    break
  }
  if (!isSameAddress(hook.url, url)) return { path, did: 'looked', state: 'elsewhere', url: hook.url, last }
  return { path, did: 'looked', ...standing(hook), last }
}

/** What Vigie made within, as far as it knows; GitLab is asked about nothing else. */
async function removeAll(parts: InstallParts, wanted: Wanted, signal: AbortSignal): Promise<HookLine[]> {
  const whole = wanted.path.toLowerCase()
  const within = parts.own.all().filter((hook) => {
    const path = hook.path.toLowerCase()
    if (wanted.of === 'project') return path === whole && hook.key.startsWith('p')
    const rest = path.startsWith(`${whole}/`) ? path.slice(whole.length + 1) : undefined
    if (hook.key.startsWith('g')) return wanted.deep && (path === whole || rest !== undefined)
    return rest !== undefined && (wanted.deep || !rest.includes('/'))
  })
  return await inTurns(within, (hook) => remove(parts, hook, signal))
}

async function remove({ places, own, log }: InstallParts, hook: KeptHook, signal: AbortSignal): Promise<HookLine> {
  const place = placeOf(hook)
  const path = shownPath(place)
  try {
    if (hook.hook !== undefined) await places.remove(place, hook.hook, signal)
  } catch (error) {
    // A place that is no longer ours to change keeps a hook whose secret proves nothing any more.
    if (!isRefused(error)) throw error
  }
  await own.remove(hook.key)
  log.info({ path: hook.path, hook: hook.hook }, 'a GitLab hook was removed')
  return { path, did: 'removed', state: 'missing' }
}

/** Ours among a place's hooks: the one we know first, then those that point here. */
function pointingHere(hooks: readonly FoundHook[], url: string, kept: KeptHook | undefined): FoundHook[] {
  const known = hooks.filter(({ id }) => id === kept?.hook)
  return [...known, ...hooks.filter((hook) => hook.id !== kept?.hook && isSameAddress(hook.url, url))]
}

export function isSameAddress(one: string, other: string): boolean {
  const plain = (address: string) => (URL.canParse(address) ? new URL(address).href : address).replace(/\/+$/, '')
  return plain(one) === plain(other)
}

async function newestCall(places: Places, place: Place, id: number, signal: AbortSignal): Promise<number> {
  for await (const page of places.calls(place, id, signal)) return Math.max(0, ...page.map((call) => call.id))
  return 0
}

function standing({ state, until }: FoundHook): { state: FoundHook['state']; until?: number } {
  return { state, ...(until === undefined ? {} : { until }) }
}

function failedLine(place: Place, error: GitlabError): HookLine {
  return {
    path: shownPath(place),
    did: 'failed',
    state: 'missing',
    error: error.message,
    ...(error.status === 422 || error.status === 400 ? { hint: outbound } : {}),
    ...(error.status === 403 ? { hint: role } : {}),
  }
}

const outbound = said({
  fr: rich`Si Vigie a une adresse privée\u00a0: GitLab, Admin → Paramètres → Réseau → Requêtes sortantes\u202f; ou changez ${code('VIGIE_URL')}.`,
  en: rich`If Vigie has a private address: GitLab, Admin → Settings → Network → Outbound requests; or change ${code('VIGIE_URL')}.`,
})
const role = said({
  fr: rich`Le jeton doit avoir le rôle Maintainer du projet et la portée ${code('api')}.`,
  en: rich`The token needs the project's Maintainer role and the scope ${code('api')}.`,
})

/** A few at a time, answers in order. */
async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let from = 0; from < all.length; from += atOnce) {
    results.push(...(await Promise.all(all.slice(from, from + atOnce).map(work))))
  }
  return results
}

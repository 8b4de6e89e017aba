// Projects, groups and their hooks as GitLab's API tells of them (docs.gitlab.com/api: projects, groups, project_webhooks,
// group_webhooks). What a hook's event list keeps is read here too.

import * as z from 'zod'
import type { Json } from '../../../event.ts'
import { type Api, GitlabError } from './api.ts'

export interface Place {
  readonly kind: 'project' | 'group'
  readonly id: number
  /** The full path, as GitLab writes it. */
  readonly path: string
  readonly public: boolean
}

export interface FoundHook {
  readonly id: number
  readonly url: string
  readonly state: 'working' | 'paused' | 'disabled'
  /** Milliseconds since 1970. */
  readonly until?: number
  /** Triggers of ours that are switched off. */
  readonly off: readonly string[]
}

/** One call of a hook, as GitLab remembers it for seven days. */
export interface HookCall {
  readonly id: number
  readonly trigger: string
  /** `200`, `503`, `internal error`. */
  readonly status: string
  readonly headers: Readonly<Record<string, string>>
  /** Absent where GitLab found it too large to keep. */
  readonly body?: Readonly<Record<string, Json>>
  /** When it was made, milliseconds since 1970, where GitLab or the answer to it says so. */
  readonly at?: number
}

export interface HookSettings {
  readonly url: string
  readonly token: string
  readonly signing: string
}

/** The kinds that are relayed, as triggers (project_webhooks). */
const projectTriggers = [
  'push_events',
  'tag_push_events',
  'issues_events',
  'confidential_issues_events',
  'note_events',
  'confidential_note_events',
  'merge_requests_events',
  'pipeline_events',
  'job_events',
  'wiki_page_events',
  'deployment_events',
  'feature_flag_events',
  'releases_events',
  'milestone_events',
  'emoji_events',
  'resource_access_token_events',
  'vulnerability_events',
] as const
const groupTriggers = [...projectTriggers, 'member_events', 'project_events', 'subgroup_events'] as const

/** A list page holds 20 bodies at most, each up to 25 MB: far more than that is no list of ours. */
const mostListBytes = 64 * 1024 * 1024
const callsOnAPage = 20

export interface Places {
  /** Nothing where there is none, or none that the token may see. */
  project(path: string | number, signal: AbortSignal): Promise<Place | undefined>
  group(path: string | number, signal: AbortSignal): Promise<Place | undefined>
  /** Projects of a group that are not archived, page by page. */
  projects(group: Place, which: { deep: boolean; publicOnly: boolean }, signal: AbortSignal): AsyncGenerator<Place[]>
  hooks(place: Place, signal: AbortSignal): Promise<readonly FoundHook[]>
  hook(place: Place, id: number, signal: AbortSignal): Promise<FoundHook | undefined>
  make(place: Place, settings: HookSettings, signal: AbortSignal): Promise<FoundHook>
  change(place: Place, id: number, settings: HookSettings, signal: AbortSignal): Promise<FoundHook>
  remove(place: Place, id: number, signal: AbortSignal): Promise<void>
  /** A hook's calls, newest first, page by page. Nothing at all where this GitLab keeps no such list (before 17.3). */
  calls(place: Place, id: number, signal: AbortSignal): AsyncGenerator<readonly HookCall[]>
  /** Has GitLab call the hook with a sample; resolves whether that was answered well. */
  test(place: Place, id: number, signal: AbortSignal): Promise<boolean>
}

const hookShape = z.looseObject({
  id: z.number(),
  url: z.string(),
  alert_status: z.string().optional(),
  disabled_until: z.string().nullish(),
})
const projectShape = z.object({ id: z.number(), path_with_namespace: z.string(), visibility: z.string().optional() })
const groupShape = z.object({ id: z.number(), full_path: z.string(), visibility: z.string().optional() })
const callShape = z.object({
  id: z.number(),
  trigger: z.string().catch(''),
  request_headers: z.record(z.string(), z.unknown()).catch({}),
  request_data: z.record(z.string(), z.json()).nullish().catch(null),
  response_headers: z.record(z.string(), z.unknown()).catch({}),
  response_status: z.union([z.string(), z.number().transform(String)]).catch(''),
  created_at: z.string().nullish().catch(null),
})

export function createPlaces(api: Api): Places {
  const found = async <T>(asked: Promise<T>): Promise<T | undefined> => {
    try {
      return await asked
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }
  const write = async (
    method: 'POST' | 'PUT',
    place: Place,
    below: string,
    settings: HookSettings,
    signal: AbortSignal,
  ) => hookOf(await api.call({ method, path: `${pathOf(place)}/hooks${below}`, body: bodyOf(place, settings) }, signal))

  return {
    async project(path, signal) {
      const json = await found(api.call({ path: `/projects/${encodeURIComponent(path)}` }, signal))
      return json === undefined ? undefined : projectOf(json)
    },
    async group(path, signal) {
      const query = { with_projects: false }
      const json = await found(api.call({ path: `/groups/${encodeURIComponent(path)}`, query }, signal))
      if (json === undefined) return undefined
      const { id, full_path, visibility } = read(groupShape, json)
      return { kind: 'group', id, path: full_path, public: visibility === 'public' }
    },
    async *projects(group, { deep, publicOnly }, signal) {
      const query = {
        include_subgroups: deep,
        with_shared: false,
        archived: false,
        order_by: 'id',
        sort: 'asc',
        per_page: 100,
        ...(publicOnly ? { visibility: 'public' } : {}),
      }
      for await (const page of api.pages({ path: `${pathOf(group)}/projects`, query }, signal))
        yield page.map(projectOf)
    },
    async hooks(place, signal) {
      const hooks: FoundHook[] = []
      const request = { path: `${pathOf(place)}/hooks`, query: { per_page: 100 } }
      for await (const page of api.pages(request, signal)) hooks.push(...page.map(hookOf))
      return hooks
    },
    async hook(place, id, signal) {
      const json = await found(api.call({ path: `${pathOf(place)}/hooks/${id}` }, signal))
      return json === undefined ? undefined : hookOf(json)
    },
    make: (place, settings, signal) => write('POST', place, '', settings, signal),
    change: (place, id, settings, signal) => write('PUT', place, `/${id}`, settings, signal),
    async remove(place, id, signal) {
      await found(api.call({ method: 'DELETE', path: `${pathOf(place)}/hooks/${id}` }, signal))
    },
    async *calls(place, id, signal) {
      const path = `${pathOf(place)}/hooks/${id}/events`
      const request = { path, query: { per_page: callsOnAPage }, mostBytes: mostListBytes }
      try {
        for await (const page of api.pages(request, signal)) yield page.map(callOf)
      } catch (error) {
        if (!isAbsent(error)) throw error
      }
    },
    async test(place, id, signal) {
      try {
        await api.call({ method: 'POST', path: `${pathOf(place)}/hooks/${id}/test/push_events` }, signal)
        return true
      } catch (error) {
        if (error instanceof GitlabError && error.status !== undefined) return false
        throw error
      }
    },
  }
}

/** Not there, or not for this token: GitLab tells no difference. */
export function isAbsent(error: unknown): boolean {
  return error instanceof GitlabError && error.status === 404
}

/** Group hooks need a licence and an owner: without either, a project's own hooks do. */
export function isRefused(error: unknown): boolean {
  return error instanceof GitlabError && (error.status === 403 || error.status === 404)
}

function triggersOf({ kind }: Pick<Place, 'kind'>): readonly string[] {
  return kind === 'project' ? projectTriggers : groupTriggers
}

function pathOf({ kind, id }: Place): string {
  return kind === 'project' ? `/projects/${id}` : `/groups/${id}`
}

function bodyOf(place: Place, { url, token, signing }: HookSettings): object {
  return {
    url,
    token,
    // GitLab 19 signs with it; older ones leave it out.
    signing_token: signing,
    name: 'Vigie',
    ...Object.fromEntries(triggersOf(place).map((trigger) => [trigger, true])),
  }
}

function hookOf(json: unknown): FoundHook {
  const hook = read(hookShape, json)
  const until = hook.disabled_until ? Date.parse(hook.disabled_until) : Number.NaN
  const state =
    hook.alert_status === 'disabled' ? 'disabled' : hook.alert_status === 'temporarily_disabled' ? 'paused' : 'working'
  return {
    id: hook.id,
    url: hook.url,
    state,
    ...(Number.isFinite(until) ? { until } : {}),
    off: groupTriggers.filter((trigger) => hook[trigger] === false),
  }
}

function projectOf(json: unknown): Place {
  const { id, path_with_namespace, visibility } = read(projectShape, json)
  return { kind: 'project', id, path: path_with_namespace, public: visibility === 'public' }
}

function callOf(json: unknown): HookCall {
  const call = read(callShape, json)
  const headers = words(call.request_headers)
  const at = Date.parse(call.created_at ?? words(call.response_headers).date ?? '')
  const data = call.request_data
  return {
    id: call.id,
    trigger: call.trigger,
    status: call.response_status,
    headers,
    ...(data === null || data === undefined || isOversize(data) ? {} : { body: data }),
    ...(Number.isFinite(at) ? { at } : {}),
  }
}

/** GitLab keeps `{"oversize": true}` in place of a body too large for its log. */
function isOversize(data: Readonly<Record<string, Json>>): boolean {
  return data.oversize === true && Object.keys(data).length === 1
}

/** Headers by their names in lower case. */
function words(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  )
}

function read<T>(shape: z.ZodType<T>, json: unknown): T {
  const parsed = shape.safeParse(json)
  if (!parsed.success) {
    throw new GitlabError('GitLab answered in a shape that is not documented', {}, { cause: parsed.error })
  }
  return parsed.data
}

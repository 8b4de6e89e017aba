// What GitLab kept no call of, since the hook was switched off or the body too large: read from the project itself (docs.gitlab.com/api:
// events, merge_requests, issues) and told in the shape of the webhook it would have been. Pushes of one branch or tag, merge requests
// and issues; what was told already is left out.

import * as z from 'zod'
import type { Emit, Json, JsonObject, Log } from '../../../event.ts'
import type { KeptHook, StoredEvent } from '../../../store/store.ts'
import type { Reader } from '../reader.ts'
import { type Api, GitlabError } from './api.ts'
import { placeOf, speaksFor } from './own.ts'
import { isAbsent } from './places.ts'

export interface GapParts {
  readonly api: Pick<Api, 'call' | 'pages'>
  readonly reader: Reader
  readonly gitlabUrl: string | undefined
  readonly emit: Emit
  readonly recentEvents: (source: string, subject: string, limit: number) => Promise<readonly StoredEvent[]>
  readonly log: Log
}

export interface Gaps {
  /** Tells what happened since the hook was last looked at and nobody told. @throws {GitlabError} @throws {StoreUnavailable} */
  fill(hook: KeptHook, signal: AbortSignal): Promise<void>
}

const day = 86_400_000
/** GitLab notes an activity a moment after it happened. */
const slackMs = 120_000
/** A project's `last_activity_at` is up to an hour late. */
const activitySlackMs = 2 * 3_600_000
const mostRecent = 1000

const projectShape = z.object({
  id: z.number(),
  name: z.string().catch(''),
  path_with_namespace: z.string(),
  web_url: z.string().catch(''),
  visibility: z.string().catch('private'),
  last_activity_at: z.string().nullish().catch(null),
})
type Project = z.output<typeof projectShape>

const activityShape = z.object({
  id: z.number(),
  action_name: z.string().catch(''),
  target_type: z.string().nullish().catch(null),
  target_iid: z.number().nullish().catch(null),
  created_at: z.string(),
  author: z.object({ name: z.string(), username: z.string() }).nullish().catch(null),
  push_data: z
    .object({
      commit_count: z.number().catch(0),
      ref_type: z.string().catch(''),
      commit_from: z.string().nullish().catch(null),
      commit_to: z.string().nullish().catch(null),
      ref: z.string().nullish().catch(null),
      commit_title: z.string().nullish().catch(null),
    })
    .nullish()
    .catch(null),
})
type Activity = z.output<typeof activityShape>

/** Ours for GitLab's words; others are left alone. */
const actions: Readonly<Record<string, string>> = {
  opened: 'open',
  closed: 'close',
  reopened: 'reopen',
  accepted: 'merge',
  merged: 'merge',
}

export function createGaps(parts: GapParts): Gaps {
  return {
    async fill(hook, signal) {
      for (const project of await projectsOf(parts, hook, signal)) {
        try {
          await fillProject(parts, hook, project, signal)
        } catch (error) {
          if (!isAbsent(error)) throw error
        }
      }
    },
  }
}

async function projectsOf({ api }: GapParts, hook: KeptHook, signal: AbortSignal): Promise<readonly Project[]> {
  const { kind, id } = placeOf(hook)
  if (kind === 'project') return [read(projectShape, await api.call({ path: `/projects/${id}` }, signal))]
  const query = {
    include_subgroups: true,
    with_shared: false,
    order_by: 'last_activity_at',
    sort: 'desc',
    per_page: 100,
  }
  const projects: Project[] = []
  for await (const page of api.pages({ path: `/groups/${id}/projects`, query }, signal)) {
    const active = page
      .map((json) => read(projectShape, json))
      .filter(({ last_activity_at: at }) => Date.parse(at ?? '') >= hook.lookedAt - activitySlackMs)
    projects.push(...active)
    if (active.length < page.length) break
  }
  return projects
}

async function fillProject(parts: GapParts, hook: KeptHook, project: Project, signal: AbortSignal): Promise<void> {
  const since = hook.lookedAt - slackMs
  // `after` takes a date and leaves that day out.
  const query = { after: new Date(since - day).toISOString().slice(0, 10), sort: 'asc', per_page: 100 }
  const told = await parts.recentEvents('gitlab', project.path_with_namespace, mostRecent)
  let count = 0
  for await (const page of parts.api.pages({ path: `/projects/${project.id}/events`, query }, signal)) {
    for (const activity of page.map((json) => read(activityShape, json))) {
      if (Date.parse(activity.created_at) < since) continue
      const body = await bodyOf(parts.api, project, activity, signal)
      if (body !== undefined && (await tell(parts, { hook, activity, body, told }))) count += 1
    }
  }
  if (count > 0) parts.log.info({ path: project.path_with_namespace, count }, 'GitLab events were read from a project')
}

interface Found {
  readonly hook: KeptHook
  readonly activity: Activity
  readonly body: JsonObject
  readonly told: readonly StoredEvent[]
}

async function tell(parts: GapParts, { hook, activity, body, told }: Found): Promise<boolean> {
  const at = Date.parse(activity.created_at)
  const read = await parts.reader.read(Buffer.from(JSON.stringify(body)), {
    header: undefined,
    gitlabUrl: parts.gitlabUrl,
    receivedAt: at,
  })
  if ('refusal' in read || !speaksFor(hook, read.draft.subject, read.home)) return false
  const { draft } = read
  if (told.some(({ event }) => isSame(event, draft, at))) return false
  const key = `gitlab:activity:${read.home}:${activity.id}`
  const { repeated } = await parts.emit(draft, { dedupe: [{ key, lifeMs: 14 * day }] })
  return !repeated
}

/** A push by where it led, a merge request or issue by what was done to it and when. */
function isSame(event: StoredEvent['event'], draft: Omit<StoredEvent['event'], 'id'>, at: number): boolean {
  if (event.type !== draft.type) return false
  if (draft.card === undefined) {
    return event.data.ref === draft.data.ref && event.data.after === draft.data.after
  }
  return event.card === draft.card && Math.abs(Date.parse(event.time) - at) <= slackMs
}

/** The webhook it would have been, as far as the API tells; nothing for what is not told from here. */
async function bodyOf(
  api: GapParts['api'],
  project: Project,
  activity: Activity,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const { id, name, path_with_namespace, web_url, visibility } = project
  const common = { project: { id, name, path_with_namespace, web_url, visibility } }
  if (activity.push_data) return pushOf(common, activity)
  const action = actions[activity.action_name]
  const [kind, list] =
    activity.target_type === 'MergeRequest'
      ? ['merge_request', 'merge_requests']
      : activity.target_type === 'Issue'
        ? ['issue', 'issues']
        : []
  if (kind === undefined || action === undefined || !activity.target_iid) return undefined
  const thing = await thingOf(api, `/projects/${id}/${list}/${activity.target_iid}`, signal)
  if (thing === undefined) return undefined
  const { labels, ...attributes } = thing
  return {
    ...common,
    object_kind: kind,
    user: activity.author ?? null,
    labels: Array.isArray(labels) ? labels.map((title: Json) => ({ title })) : [],
    object_attributes: { ...attributes, url: thing.web_url, action, updated_at: activity.created_at },
  }
}

function pushOf(common: JsonObject, { push_data: pushed, author }: Activity): JsonObject | undefined {
  // A push of many refs at once names none of them.
  if (!pushed?.ref) return undefined
  const none = '0'.repeat(40)
  const isTag = pushed.ref_type === 'tag'
  const after = pushed.commit_to ?? none
  return {
    ...common,
    object_kind: isTag ? 'tag_push' : 'push',
    before: pushed.commit_from ?? none,
    after,
    ref: `refs/${isTag ? 'tags' : 'heads'}/${pushed.ref}`,
    user_name: author?.name ?? null,
    user_username: author?.username ?? null,
    total_commits_count: pushed.commit_count,
    commits: pushed.commit_title && pushed.commit_to ? [{ id: pushed.commit_to, title: pushed.commit_title }] : [],
  }
}

/** A merge request or issue; nothing where it is gone. Only it says whether it is confidential. */
async function thingOf(api: GapParts['api'], path: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  try {
    return read(z.record(z.string(), z.json()), await api.call({ path }, signal))
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function read<T>(shape: z.ZodType<T>, json: unknown): T {
  const parsed = shape.safeParse(json)
  if (!parsed.success) {
    throw new GitlabError('GitLab answered in a shape that is not documented', { status: 502 }, { cause: parsed.error })
  }
  return parsed.data
}

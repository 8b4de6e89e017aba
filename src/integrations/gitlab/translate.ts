// A GitLab body as an event: its type, subject, audience, card and facts (interface.md, "Event types", "Who may"). Pure.

import type { Draft, Json, JsonObject } from '../../event.ts'
import { linkOrigin, ownAddress, pathOfPage } from './addresses.ts'
import type { Place } from './kinds/kind.ts'
import { kinds } from './kinds/list.ts'
import { asObject, isConfidential, visibilityOf } from './standing.ts'

/** What is known besides the body. */
export interface Hint {
  /** `X-Gitlab-Event`: never decides the kind, only that something is confidential. */
  readonly header: string | undefined
  /** GITLAB_URL. */
  readonly gitlabUrl: string | undefined
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  /** True where the same body may be read again out of the hook's event list. */
  readonly logged?: boolean
}

export interface Translated {
  readonly draft: Draft
  /** False for a kind we do not relay: stored, told to nobody. */
  readonly relayed: boolean
  /** Whether an equal body a moment later tells the same thing again. */
  readonly timed: boolean
  /** The project's id, else the full path: whose cards and states it may change. */
  readonly home: string | undefined
}

/** @throws never: what is wrongly typed in the body is left out. */
export function translate(body: JsonObject, hint: Hint): Translated {
  const name = kindName(body)
  const kind = kinds.get(name)
  const subject = subjectOf(body, hint.gitlabUrl)
  const place = placeOf(body, subject, hint)
  const visibility = visibilityOf(body)
  const { facts, reading } = kind?.take(body, place) ?? { facts: {}, reading: { byDefault: false } }
  const action = reading.action ?? asWord(body.event_name) ?? name
  return {
    relayed: kind !== undefined,
    timed: kind?.timed ?? false,
    home: place.home,
    draft: {
      source: 'gitlab',
      type: `gitlab.${name}.${action}`,
      ...(subject === undefined ? {} : { subject }),
      time: reading.time ?? new Date(hint.receivedAt).toISOString(),
      data: facts,
      severity: reading.severity ?? 'info',
      ...(reading.url === undefined ? {} : { url: reading.url }),
      audience: visibility === 'public' && kind?.closed === false ? 'open' : 'closed',
      ...(visibility === undefined ? {} : { visibility }),
      ...(isConfidential(body, hint.header) ? { confidential: true } : {}),
      ...(reading.card === undefined ? {} : { card: reading.card }),
      ...(reading.facets === undefined ? {} : { facets: reading.facets }),
      byDefault: reading.byDefault ?? false,
      ...(reading.byDefaultAfter === undefined ? {} : { byDefaultAfter: reading.byDefaultAfter }),
      ...(reading.track === undefined ? {} : { track: reading.track }),
    },
  }
}

function kindName(body: JsonObject): string {
  return asWord(body.object_kind) ?? asWord(body.event_name) ?? 'unknown'
}

/** A word that may stand in a type. */
function asWord(value: Json | undefined): string | undefined {
  return typeof value === 'string' && /^[a-z][a-z0-9_]{0,60}$/i.test(value) ? value : undefined
}

/** The full path of the project, else of the group. */
function subjectOf(body: JsonObject, gitlabUrl: string | undefined): string | undefined {
  const group = asObject(body.group)
  const said = [
    asObject(body.project)?.path_with_namespace,
    body.path_with_namespace,
    body.project_path_with_namespace,
    group?.full_path,
    group?.group_path,
    body.full_path,
    body.group_full_path,
    body.group_path,
  ]
  for (const path of said) if (isPath(path)) return path
  if (isGroupEvent(body) && isPath(body.path)) return body.path
  // Job events of older servers and vulnerabilities name their project by its pages alone.
  const pages = [asObject(body.repository)?.homepage, asObject(body.object_attributes)?.url]
  for (const page of pages) {
    const path = pathOfPage(typeof page === 'string' ? page : undefined, gitlabUrl)
    if (isPath(path)) return path
  }
  return undefined
}

function isGroupEvent(body: JsonObject): boolean {
  return typeof body.event_name === 'string' && body.event_name.startsWith('group_')
}

function isPath(value: Json | undefined): value is string {
  return typeof value === 'string' && value.length <= 500 && /^[^\s/]+(?:\/[^\s/]+)*$/.test(value)
}

function placeOf(body: JsonObject, subject: string | undefined, hint: Hint): Place {
  const origin = linkOrigin(body, hint.gitlabUrl)
  const project = asObject(body.project)
  const id = [project?.id, body.project_id, asObject(body.object_attributes)?.project_id].find(
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0,
  )
  const pages = [project?.web_url, asObject(body.repository)?.homepage]
  return {
    home: typeof id === 'number' ? String(id) : subject,
    origin,
    webUrl: pages.flatMap((page) => (typeof page === 'string' ? (ownAddress(page, origin) ?? []) : [])).at(0),
  }
}

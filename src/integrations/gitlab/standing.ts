// Who may hear of an event, judged on the raw body so that nothing doubtful counts as public (threat T8; interface.md, "Who may").

import type { Json, JsonObject } from '../../event.ts'

export type Visibility = 'public' | 'internal' | 'private'

const levels: Readonly<Record<string, Visibility>> = {
  20: 'public',
  10: 'internal',
  0: 'private',
  public: 'public',
  internal: 'internal',
  private: 'private',
}

/** What the body says of its project as a whole; where it says it twice, the more private. Nothing where it says nothing we know. */
export function visibilityOf(body: JsonObject): Visibility | undefined {
  const project = asObject(body.project)
  const repository = asObject(body.repository)
  const said = [
    project?.visibility_level,
    project?.visibility,
    repository?.visibility_level,
    repository?.visibility,
    body.project_visibility,
  ].filter((word) => word !== undefined && word !== null)
  const known = said.map(visibility)
  if (known.length === 0 || known.includes(undefined)) return undefined
  return (['private', 'internal', 'public'] as const).find((level) => known.includes(level))
}

/** `20`, `"public"` or `"visibilitylevel|public"`; a number as text is wrongly typed, and so said nothing. */
function visibility(said: Json | undefined): Visibility | undefined {
  if (typeof said !== 'number' && typeof said !== 'string') return undefined
  if (typeof said === 'string' && /^\d/.test(said)) return undefined
  const word = String(said)
    .toLowerCase()
    .replace(/^visibilitylevel\|/, '')
  return Object.hasOwn(levels, word) ? levels[word] : undefined
}

/**
 * Whether only subscriptions with `--confidential` may hear of it. Anything but a clear "no" where GitLab states it is a yes;
 * the header alone is enough too.
 */
export function isConfidential(body: JsonObject, header: string | undefined): boolean {
  if (/^\s*confidential/i.test(header ?? '')) return true
  const attributes = asObject(body.object_attributes)
  const kind = attributes?.event_type ?? body.event_type
  if (typeof kind === 'string' && kind.startsWith('confidential')) return true
  const states = [
    attributes?.confidential,
    attributes?.internal,
    ...['issue', 'work_item', 'epic', 'note'].flatMap((name) => {
      const parent = asObject(body[name])
      return [parent?.confidential, parent?.internal]
    }),
  ]
  return states.some((state) => state !== undefined && state !== null && state !== false)
}

export function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

// From the facts of a call to the event that is told, and what makes a repeated one recognisable (interface.md, "A repeated webhook").

import { hash } from 'node:crypto'
import type { DedupeKey, Draft, Now, Severity } from '../../event.ts'
import type { KeyHolder } from '../integration.ts'
import { severityIn } from './cloud-event.ts'
import { dataOf, type Facts } from './facts.ts'

const keptMs = 14 * 86_400_000

export interface DraftParts {
  readonly now: Now
  /** Of servers that Vigie works with: an address of theirs may become a link. */
  readonly linkOrigins: ReadonlySet<string>
}

export type MakeDraft = (facts: Facts, holder: KeyHolder, severity?: Severity) => Draft

export function createDrafts({ now, linkOrigins }: DraftParts): MakeDraft {
  return (facts, holder, severity = severityIn(facts.extensions)) => {
    const { type, subject, time, url, extensions } = facts
    const card = extensions !== undefined && Object.hasOwn(extensions, 'vigiecard') ? extensions.vigiecard : undefined
    const isOurs = url !== undefined && linkOrigins.has(new URL(url).origin)
    return {
      source: 'hook',
      type: `hook.${type}`,
      topic: type,
      ...(subject === undefined ? {} : { subject }),
      time: time ?? new Date(now()).toISOString(),
      data: dataOf(facts),
      severity,
      ...(isOurs ? { url } : {}),
      audience: 'closed',
      // Nobody edits what another key tells.
      ...(card === undefined ? {} : { card: `hook ${hash('sha256', `${holder.id}\n${card}`).slice(0, 32)}` }),
      byDefault: true,
    }
  }
}

/** The origin's own name of a CloudEvent: what a key of one channel says hides nothing from the others. */
export function ownKeys({ source, id }: Facts, { channel = '' }: KeyHolder): DedupeKey[] {
  if (source === undefined || id === undefined) return []
  return [{ key: `hook:event:${hash('sha256', JSON.stringify([channel, source, id]))}`, lifeMs: keptMs }]
}

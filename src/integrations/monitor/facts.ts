// What an incident's event carries, read back as it was written: events outlive the Vigie that wrote them.

import { z } from 'zod'
import type { Event } from '../../event.ts'

const stricken = z.object({
  monitor: z.string(),
  name: z.string(),
  target: z.string(),
  failingSince: z.number(),
  upSince: z.number().optional(),
  isBehind: z.boolean().optional(),
  isGone: z.boolean().optional(),
})

const failure = z.object({ kind: z.string(), detail: z.string() })

const incident = z.object({
  id: z.string(),
  cause: z.enum(['down', 'degraded', 'flapping']),
  isGroup: z.boolean().optional(),
  monitors: z.array(stricken).min(1),
  openedAt: z.number(),
  closedAt: z.number().optional(),
  closedAs: z.enum(['up', 'worse', 'ended']).optional(),
  acknowledged: z.object({ by: z.string(), name: z.string(), at: z.number() }).optional(),
  mute: z.object({ until: z.number(), by: z.string(), reason: z.string().optional() }).optional(),
  text: z.string().optional(),
  failure: failure.optional(),
})

const result = z.object({
  at: z.number(),
  tookMs: z.number(),
  status: z.number().optional(),
  failure: failure.optional(),
})

const point = z.object({ at: z.number(), tookMs: z.number().optional() })

const shape = z.object({
  kind: z.string(),
  at: z.number(),
  incident,
  type: z.string(),
  everyMs: z.number(),
  failures: z.number(),
  result: result.optional(),
  lastGood: z.object({ at: z.number(), tookMs: z.number() }).optional(),
  byName: z.string().optional(),
  called: z.object({ names: z.array(z.string()), isWorse: z.boolean().optional() }).optional(),
  /** Share of the last 30 days in which the first monitor was up, 0 to 1. */
  availability: z.number().optional(),
  chart: z.array(point).optional(),
})

export type Facts = z.infer<typeof shape>
export type StrickenFacts = Facts['incident']['monitors'][number]
export type FailureFacts = z.infer<typeof failure>
export type ResultFacts = NonNullable<Facts['result']>

/** @throws {z.ZodError} for what no Vigie wrote. */
export function readFacts({ data }: Event): Facts {
  return shape.parse(data)
}

// What an event of this source holds, as facts (`data`): written by keeper.ts, read by describe.ts.

import { z } from 'zod'
import { niveaux } from '../../text/niveau.ts'

export const deeds = ['created', 'scored', 'removed'] as const
export type Deed = (typeof deeds)[number]

export const typePrefix = 'personnage.'

export const factsShape = z.object({
  nom: z.string(),
  score: z.number(),
  niveau: z.enum(niveaux),
  /** The score and niveau before; absent for a new one. */
  before: z.number().optional(),
  niveauBefore: z.enum(niveaux).optional(),
  /** Who did it: a key's id and name (events of the first days lack it), or somebody's Mattermost user id and username. */
  by: z.union([
    z.object({ key: z.string(), name: z.string().optional() }),
    z.object({ person: z.string(), name: z.string() }),
  ]),
})
export type Facts = z.infer<typeof factsShape>

/** @throws {z.ZodError} for what no Vigie wrote. */
export function deedOf(type: string): Deed {
  return z.enum(deeds).parse(type.slice(typePrefix.length))
}

// What an event of this source holds, as facts (`data`): written by telling.ts, read by describe.ts.

import { z } from 'zod'
import type { ChangeKind } from './folder.ts'

export const changeKinds = ['created', 'modified', 'moved', 'deleted'] as const satisfies readonly ChangeKind[]

export const factsShape = z.object({
  /** The watched folder's name. */
  folder: z.string(),
  title: z.string(),
  /** Below the watched folder, as shown. */
  path: z.string(),
  name: z.string(),
  /** As shown; empty at the root. */
  directory: z.string(),
  /** Of file: whose icon it bears. */
  kind: z.string(),
  extension: z.string(),
  /** What a category's `contains` says, else the folder's own name. */
  category: z.string(),
  /** Whether it is about human resources. */
  isAboutPeople: z.boolean(),
  sizeBytes: z.number().optional(),
  /** Milliseconds since 1970. */
  changedAt: z.number().optional(),
  fileId: z.string().optional(),
  owner: z.string().optional(),
  /** Where it was, as shown. */
  from: z.string().optional(),
  /** The watched folder where it was, by its title, where that is another one. */
  fromTitle: z.string().optional(),
  /** It happened while nobody looked: told with all else of its kind that did, wherever it lies. */
  isMissed: z.boolean().optional(),
})
export type Facts = z.infer<typeof factsShape>

export const typePrefix = 'nextcloud.file.'

/** @throws {z.ZodError} for what no Vigie wrote. */
export function changeKindOf(type: string): ChangeKind {
  return z.enum(changeKinds).parse(type.slice(typePrefix.length))
}

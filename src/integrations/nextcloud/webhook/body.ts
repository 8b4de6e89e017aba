// What Nextcloud's `webhook_listeners` sends (Nextcloud 30 and later: apps/webhook_listeners, and `getWebhookSerializable` of its file
// events): an event class, one file or two, who did it and when. A file's id is missing where the file is gone or its name was given up.

import { z } from 'zod'
import { type FieldProblem, HttpProblem } from '../../../errors.ts'
import { parseJson, type Unreadable, unreadableWords } from '../../../text/exact-json.ts'
import type { Said } from '../../../text/locale.ts'

/** `OCP\Files\Events\Node\NodeCreatedEvent` and the others we tell; what else Nextcloud sends is `other`. */
export type CallKind = 'created' | 'written' | 'renamed' | 'deleted' | 'other'

export interface Node {
  readonly id?: string
  /** `/admin/files/Documents_RH/a.pdf` */
  readonly path: string
}

export interface NextcloudCall {
  readonly kind: CallKind
  /** `NodeCreatedEvent` */
  readonly className: string
  /** As it is now; of what was deleted, as it was. */
  readonly node?: Node
  readonly from?: Node
  /** Who did it, by display name. */
  readonly user?: string
  /** Milliseconds since 1970. */
  readonly at: number
}

const longestPath = 4096
const latest = 32_503_680_000

const id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,20}$/)]).transform(String)
const node = z.object({
  id: id.nullish(),
  path: z
    .string()
    .min(1)
    .max(longestPath)
    .refine((path) => !path.includes('\0')),
})
const name = z.string().max(255)
const common = {
  user: z.object({ uid: name.nullish(), displayName: name.nullish() }).nullish(),
  time: z.int().positive().max(latest).nullish(),
}
const classOnly = z.object({ event: z.object({ class: z.string().min(1).max(255) }) })
const oneNode = z.object({ event: z.object({ node }), ...common })
const twoNodes = z.object({ event: z.object({ source: node, target: node }), ...common })

const kinds: Readonly<Record<string, CallKind>> = {
  NodeCreatedEvent: 'created',
  NodeWrittenEvent: 'written',
  NodeRenamedEvent: 'renamed',
  NodeDeletedEvent: 'deleted',
}
const fileEvents = 'OCP\\Files\\Events\\Node\\'

const notJson: Said = { fr: 'Le corps n’est pas du JSON.', en: 'The body is not JSON.' }
const unreadable: Readonly<Record<Unreadable, Said>> = { ...unreadableWords, empty: notJson, blank: notJson, notJson }
const problems = {
  notObject: { fr: 'Le corps doit être un objet JSON.', en: 'The body must be a JSON object.' },
  wrong: {
    fr: 'Ce n’est pas ce que Nextcloud envoie\u00a0: voir les champs.',
    en: 'This is not what Nextcloud sends: see the fields.',
  },
} satisfies Record<string, Said>

/** @throws {HttpProblem} 400 for what is no JSON object, 422 for what is none of Nextcloud's. */
export function readCall(bytes: Uint8Array, receivedAt: number): NextcloudCall {
  const parsed = parseJson(bytes)
  if ('unreadable' in parsed) throw new HttpProblem(400, unreadable[parsed.unreadable])
  const body = parsed.value
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new HttpProblem(400, problems.notObject)
  const said = read(classOnly, body).event.class.replace(/^\\/, '')
  const className = said.slice(said.lastIndexOf('\\') + 1)
  const kind = said.startsWith(fileEvents) ? (kinds[className] ?? 'other') : 'other'
  if (kind === 'other') return { kind, className, at: receivedAt }
  if (kind === 'renamed') {
    const { event, user, time } = read(twoNodes, body)
    return {
      ...callOf(user, time, receivedAt),
      kind,
      className,
      node: nodeOf(event.target),
      from: nodeOf(event.source),
    }
  }
  const { event, user, time } = read(oneNode, body)
  return { ...callOf(user, time, receivedAt), kind, className, node: nodeOf(event.node) }
}

function callOf(
  user: z.infer<typeof oneNode>['user'],
  time: number | null | undefined,
  receivedAt: number,
): Pick<NextcloudCall, 'user' | 'at'> {
  const shown = user?.displayName || user?.uid
  return { ...(shown ? { user: shown } : {}), at: time ? time * 1000 : receivedAt }
}

function nodeOf({ id: known, path }: z.infer<typeof node>): Node {
  return { path, ...(known == null || known === '0' ? {} : { id: known }) }
}

function read<T>(shape: z.ZodType<T>, body: unknown): T {
  const english = shape.safeParse(body, { error: z.locales.en().localeError })
  if (english.success) return english.data
  const french = shape.safeParse(body, { error: z.locales.fr().localeError })
  const fields = english.error.issues.map(({ path, message }, index): FieldProblem => {
    const fr = french.error?.issues[index]?.message ?? message
    return { field: path.join('.'), said: { fr, en: message } }
  })
  throw new HttpProblem(422, problems.wrong, undefined, { fields })
}

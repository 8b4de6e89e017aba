// The checker of the ledger (issue 4, "Done when"): what was accepted against what was told. Pure; each defect is one line.

import type { TestPost } from '../e2e/house.ts'
import { wordsOf } from '../e2e/house.ts'

/** An event that was answered with 200. */
export interface Accepted {
  readonly event: string
  readonly mark: string
  /** Where it belongs; nowhere for what must not be told. */
  readonly channel: string | undefined
}

export interface Defect {
  readonly kind: 'lost' | 'doubled' | 'reordered' | 'leaked'
  readonly channel: string
  readonly words: string
}

type ToldPost = Pick<TestPost, 'id' | 'root_id' | 'message' | 'props'>

/** `accepted` in the order of their answers; `told` holds each channel's posts, oldest first. */
export function checkLedger(
  accepted: readonly Accepted[],
  told: ReadonlyMap<string, readonly ToldPost[]>,
): readonly Defect[] {
  const byEvent = new Map(accepted.map((one) => [one.event, one]))
  const byMark = new Map(accepted.map((one) => [one.mark, one]))
  return [...told].flatMap(([channel, posts]) => {
    const own = posts.filter(({ props }) => props.vigie !== undefined)
    const due = accepted.filter((one) => one.channel === channel)
    const found =
      (kind: Defect['kind']) =>
      (words: string): Defect => ({ kind, channel, words })
    return [
      ...lost(due, own).map(found('lost')),
      ...doubled(own).map(found('doubled')),
      ...reordered(due, own).map(found('reordered')),
      ...leaked(channel, posts, byEvent, byMark).map(found('leaked')),
    ]
  })
}

const eventsOf = ({ props }: ToldPost): readonly string[] => props.vigie?.events ?? []
const deliveriesOf = ({ props }: ToldPost): readonly string[] => props.vigie?.deliveries ?? []

/** No post bears the event; or a card bears it and its thread does not tell it. */
function lost(due: readonly Accepted[], posts: readonly ToldPost[]): string[] {
  const told = new Set(posts.flatMap(eventsOf))
  const missing = due.filter(({ event }) => !told.has(event)).map(({ event, mark }) => `${event} ${mark}`)
  const unsaid = posts
    .filter(({ root_id, props }) => root_id === '' && props.vigie?.card !== undefined)
    .flatMap((card) => {
      const lines = posts.filter(({ root_id }) => root_id === card.id).flatMap(deliveriesOf).length
      const owed = eventsOf(card).length - 1
      // A card names its newest 50 events only.
      return lines < owed ? [`${owed - lines} lines in the thread of ${card.id}`] : []
    })
  return [...missing, ...unsaid]
}

function doubled(posts: readonly ToldPost[]): string[] {
  return [...twice(posts, eventsOf, 'event'), ...twice(posts, deliveriesOf, 'delivery')]
}

function twice(posts: readonly ToldPost[], of: (post: ToldPost) => readonly string[], what: string): string[] {
  const seen = new Set<string>()
  return posts.flatMap((post) =>
    of(post).flatMap((id) => {
      const again = seen.has(id) ? [`${what} ${id} again in ${post.id}`] : []
      seen.add(id)
      return again
    }),
  )
}

/** A post's place is its first event's; a line's its delivery's, unless it tells several at once: a folded card stands where its first did. */
function reordered(due: readonly Accepted[], posts: readonly ToldPost[]): string[] {
  const rank = new Map(due.map(({ event }, index) => [event, index]))
  const roots = posts.filter(({ root_id }) => root_id === '')
  const placed = roots.flatMap((post) => eventsOf(post).slice(0, post.props.vigie?.card === undefined ? undefined : 1))
  const sequences = [placed, ...roots.map(eventsOf)].map((events) =>
    events.flatMap((event) => {
      const at = rank.get(event)
      return at === undefined ? [] : [{ id: event, at }]
    }),
  )
  const lines = posts.flatMap((post) => {
    const ids = deliveriesOf(post)
    return post.root_id !== '' && ids.length > 1 ? [] : ids.slice(0, 1).map((id) => ({ id, at: idNumber(id) }))
  })
  return [...sequences, lines].flatMap((sequence) =>
    sequence.flatMap(({ id, at }, index) => {
      const before = sequence[index - 1]
      return before !== undefined && at < before.at ? [`${id} after ${before.id}`] : []
    }),
  )
}

/** Ids sort as they were given (interface.md): in base 32, without `i`, `l`, `o`, `u`. */
function idNumber(id: string): number {
  return [...id].reduce((sum, letter) => sum * 32 + '0123456789abcdefghjkmnpqrstvwxyz'.indexOf(letter), 0)
}

/** Told where it does not belong: by its id, by an id that was never answered, or by its words. */
function leaked(
  channel: string,
  posts: readonly ToldPost[],
  byEvent: ReadonlyMap<string, Accepted>,
  byMark: ReadonlyMap<string, Accepted>,
): string[] {
  return posts.flatMap((post) => {
    const ids = eventsOf(post).filter((event) => byEvent.get(event)?.channel !== channel)
    const marks = [...wordsOf(post).matchAll(/zq\d+n\d{5}/g)].map(([mark]) => mark)
    const words = marks.filter((mark) => byMark.get(mark)?.channel !== channel)
    return [...new Set([...ids, ...words])].map((what) => `${what} in ${post.id}`)
  })
}

// The contract of everything that carries a message out of Vigie (design.md, "Notifier"). Retry, back-off, digests and metrics
// live in the outbox: a notifier sends once and tells what happened.

import type { Description, Event, Receipt } from '../event.ts'
import type { Locale } from '../text/locale.ts'

export interface Message {
  /** Names this delivery everywhere: the post's `pending_post_id` and an entry of its `props.vigie.deliveries`. */
  readonly deliveryId: string
  /** The deliveries it tells, one for each event, where it is a digest; absent: itself alone. */
  readonly deliveries?: readonly string[]
  /** 1 for the first try. */
  readonly attempt: number
  /** True when an earlier try may have arrived: look for `deliveryId` before sending anything. */
  readonly unsure: boolean
  /** When the first try began, milliseconds since 1970: no earlier post can be ours. */
  readonly firstTriedAt: number
  /** In the order they were accepted; one, or many in a digest. */
  readonly events: readonly Event[]
  readonly description: Description
  /** Who is mentioned in the new post or thread line: Mattermost user ids, `here`, `channel`. */
  readonly mentions?: readonly string[]
  /** A new post is marked urgent. */
  readonly isUrgent?: boolean
  readonly locale: Locale
  readonly card?: Card
}

/** The live post this message belongs to. */
export interface Card {
  readonly key: string
  /** The delivery that made the post (this one's id where there is none yet): what the post's buttons are bound to. */
  readonly deliveryId: string
  /** Where the post stands; absent: this message makes it. */
  readonly receipt?: Receipt
  /** Ids of the events it tells, oldest first, this message's included; at most 50. */
  readonly events: readonly string[]
  /** True for an event older than what the card shows: a thread line and the card's list of events, nothing else changes. */
  readonly late: boolean
  /**
   * A burst's: the post bears its own delivery and no event, and every message, the one that makes it too, adds a line that bears the
   * message's events and deliveries. `events` is empty.
   */
  readonly inThread?: true
  /** The card that this one continues (it was quiet for 24 h): linked to. */
  readonly continues?: Receipt
}

export interface Sent {
  /** Of the post that carries this delivery. */
  readonly receipt: Receipt
  /** Of the live post where the message has a card: the same as before, or another one where somebody had deleted it. */
  readonly card?: Receipt
}

/** A post of ours as it stands. */
export interface Standing {
  readonly receipt: Receipt
  readonly deliveries: readonly string[]
  /** Ids of the events it tells; none for a thread line, unless it tells those of a burst. */
  readonly events: readonly string[]
  /** `origin` of those that have one. */
  readonly origins: readonly string[]
  /** The card it is. */
  readonly card?: string
}

export interface Notifier {
  readonly name: string
  /** Each of its targets is a server of its own: one that is away is no reason to give its deliveries up before their time. */
  readonly apart?: true
  /** How many messages a second the target takes at most; absent: as fast as it answers. */
  readonly perSecond?: number
  /** @throws {DeliveryError} when it was not taken, or may not have been. */
  send(message: Message, address: string, signal: AbortSignal): Promise<Sent>
  /** Goes as far as it can without telling anybody anything, for the doctor. @throws {DeliveryError} that says what to do. */
  knock?(signal: AbortSignal): Promise<void>
  /**
   * What stands at an address since a moment (milliseconds since 1970), and these posts, whenever they were made: what a restored
   * database is compared with. Absent where it cannot be read back. @throws {DeliveryError}
   */
  standing?(
    address: string,
    request: { readonly from: number; readonly cards: readonly Receipt[] },
    signal: AbortSignal,
  ): Promise<readonly Standing[]>
}

/** One POST that follows no redirect and reads no body; the address is judged and pinned as it connects. */
export type PostOutside = (
  request: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  signal: AbortSignal,
) => Promise<OutsideAnswer>

export type OutsideAnswer =
  | { readonly status: number; readonly retryAfter?: string }
  /** No answer came. `unsure`: what was sent may have arrived. */
  | {
      readonly failed: 'forbidden' | 'network' | 'timeout' | 'cancelled'
      readonly detail: string
      readonly unsure: boolean
    }

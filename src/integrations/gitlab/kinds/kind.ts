// The contract of one kind of GitLab webhook: the facts it keeps of a body, what routing needs of them, and how they are told.
// One file per family, one line per kind in list.ts.

import type { Description, Facets, JsonObject, Severity, Telling, Track } from '../../../event.ts'
import { keepOwnAddresses } from '../addresses.ts'
import { type Facts, type Pieces, shape } from '../fields.ts'

/** What routing needs; what is absent has a plain default. */
export interface Reading {
  /** The last part of the type: an action, or the status where a kind has no action. Absent: `event_name`, else the kind itself. */
  readonly action?: string | undefined
  /** When it happened, ISO 8601; absent: when it came in. */
  readonly time?: string | undefined
  readonly url?: string | undefined
  /** What identifies the thing whose live card this changes. */
  readonly card?: string | undefined
  readonly facets?: Facets
  readonly severity?: Severity
  readonly byDefault?: boolean
  readonly byDefaultAfter?: string
  readonly track?: Track | undefined
}

/** Where the event belongs. */
export interface Place {
  /** The project's id, else the full path of project or group: what keys of cards begin with. */
  readonly home: string | undefined
  /** Links lead to this origin and nowhere else. */
  readonly origin: string | undefined
  /** The project's own page, where links may lead there. */
  readonly webUrl: string | undefined
}

/** A card without what all kinds have in common: its menu, and where it comes from. */
export type Card = Omit<Description, 'actions' | 'footer'>

/** What a card may know besides its facts. */
export interface CardTelling extends Telling {
  /** The event's own page. */
  readonly url: string | undefined
  /** The project's or group's full path. */
  readonly subject: string | undefined
}

export interface Definition<S extends Pieces> {
  /** GitLab's `object_kind`, else `event_name`. */
  readonly name: string
  /** What `--events` may name after the kind. */
  readonly actions?: readonly string[]
  /** Never open, whatever the project's visibility: members, tokens, vulnerabilities, the instance itself. */
  readonly closed?: boolean
  /** False: it carries no time or hash of its own, so that equal bodies soon after each other are honest. */
  readonly timed?: boolean
  /** Its message says where it comes from: no footer. */
  readonly bare?: boolean
  readonly facts: S
  readonly read: (facts: Facts<S>, place: Place) => Reading
  /** Less than all facts, where only some are told. */
  readonly keep?: (facts: Facts<S>) => JsonObject
  readonly tell: (facts: Facts<S>, telling: CardTelling) => Card
}

export interface Kind {
  readonly name: string
  readonly actions: readonly string[]
  readonly closed: boolean
  readonly timed: boolean
  readonly bare: boolean
  /** The facts of a body, with links to nowhere else, and their reading. @throws never */
  readonly take: (body: JsonObject, place: Place) => { readonly facts: JsonObject; readonly reading: Reading }
  readonly tell: (facts: JsonObject, telling: CardTelling) => Card
}

export function defineKind<S extends Pieces>(definition: Definition<S>): Kind {
  const read = shape(definition.facts)
  return {
    name: definition.name,
    actions: definition.actions ?? [],
    closed: definition.closed ?? false,
    timed: definition.timed ?? true,
    bare: definition.bare ?? false,
    take(body, place) {
      const facts = read(body)
      keepOwnAddresses(facts, place.origin)
      return { facts: definition.keep?.(facts) ?? facts, reading: definition.read(facts, place) }
    },
    tell: (facts, telling) => definition.tell(read(facts), telling),
  }
}

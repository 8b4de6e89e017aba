// A row of the table of rights, and what the world of a try holds.

import type { Role } from '../src/commands/command.ts'
import type { Json } from '../src/event.ts'

export interface Held {
  readonly subscription: string
  readonly event: string
  readonly parked: string
  /** Of the monitor `shop`, which `maker` added and muted for long; nobody has it. */
  readonly incident: string
  /** Of the monitor `db`, which `maker` added and has taken. */
  readonly taken: string
  /** Of a planned maintenance of `shop`. */
  readonly maintenance: string
}

export interface Row {
  /** As the command list names it: `subscribe`, `subscribe list`, `subscribe.mute`, `subscribe --confidential`. */
  readonly what: string
  /** Who may, by interface.md. */
  readonly by: Role
  /** The rule it declares, where that says it in another way. */
  readonly declared?: Role
  /** Typed as a slash command. */
  readonly line?: (held: Held) => string
  /** Filled in as a form, which a button opens too. */
  readonly fields?: (held: Held) => Readonly<Record<string, Json>>
  /** What was typed before the form asked for the rest. */
  readonly typed?: string
  /** Pressed as a button. */
  readonly object?: (held: Held) => string
}

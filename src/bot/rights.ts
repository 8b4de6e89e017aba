// Who may (interface.md, "Who may"): the order of roles, what a rule asks, and the check that nothing is without one.

import type { CallContext, Command, Role } from '../commands/command.ts'
import type { Locale, Said } from '../text/locale.ts'

const order: readonly Role[] = ['guest', 'member', 'maker', 'channel_admin', 'vigie_admin']

/** True when a role reaches a rule by itself. For `maker` that is a channel administrator; who made the thing is judged per object. */
export function reaches(role: CallContext['role'], rule: Role): boolean {
  const asked = rule === 'maker' ? 'channel_admin' : rule
  return order.indexOf(role) >= order.indexOf(asked)
}

/** True when a role may use a form on some object: for `maker` rules every member, on what they made themselves or what is new. */
export function mayTry(role: CallContext['role'], rule: Role): boolean {
  return reaches(role, rule === 'maker' ? 'member' : rule)
}

/** Who a rule lets in, as the subject of a sentence. */
export const whoMay: Readonly<Record<Role, Said>> = {
  guest: { fr: 'tout le monde ici', en: 'everybody here' },
  member: { fr: 'les membres du canal, sauf les invités', en: 'members of the channel who are not guests' },
  maker: {
    fr: 'les membres du canal, sauf les invités ; ce qu’un autre a fait, lui-même et les administrateurs du canal',
    en: 'members of the channel who are not guests; what somebody else made, themselves and the channel administrators',
  },
  channel_admin: { fr: 'les administrateurs du canal', en: 'the channel administrators' },
  vigie_admin: { fr: 'les administrateurs de Vigie', en: 'the administrators of Vigie' },
}

/** What a person reads who may not: who may. */
export function refusal(rule: Role, locale: Locale): string {
  const who = whoMay[rule][locale]
  return locale === 'fr'
    ? `Vous n’en avez pas le droit. Qui peut\u00a0: ${who}.`
    : `You may not do that. Who may: ${who}.`
}

/** What a person reads who may not because somebody else made the thing. */
export function notYours(locale: Locale): string {
  return locale === 'fr'
    ? 'Vous n’en avez pas le droit. Quelqu’un d’autre l’a fait. Qui peut\u00a0: cette personne et les administrateurs du canal.'
    : 'You may not do that. Somebody else made it. Who may: they and the channel administrators.'
}

/**
 * @throws {Error} when a form, a button or a guarded flag declares no known rule, a rule asks for a maker that nothing names, or two
 * commands answer to one word: such a Vigie does not start.
 */
export function requireRules(commands: readonly Command[]): void {
  const faults: string[] = []
  const taken = new Set<string>()
  for (const command of commands) {
    for (const name of new Set([command.name, command.twin ?? command.name])) {
      if (taken.has(name)) faults.push(`${name} is said twice`)
      taken.add(name)
    }
    const { name, verbs = [], buttons = {} } = command
    faults.push(...faultsOf(name, command), ...verbs.flatMap((verb) => faultsOf(`${name} ${verb.name}`, verb)))
    faults.push(...Object.entries(buttons).flatMap(([button, handler]) => faultsOf(`${name}.${button}`, handler)))
  }
  if (faults.length > 0) throw new Error(`commands: ${faults.join('; ')}`)
}

function faultsOf(what: string, { allow, maker, flags = {} }: Ruled): readonly string[] {
  const guarded = Object.entries(flags).filter(([, flag]) => flag.allow !== undefined)
  return [
    ...(order.includes(allow) ? [] : [`${what} has no rule`]),
    ...(allow === 'maker' && maker === undefined ? [`${what} names no maker`] : []),
    // A flag is nobody's in particular: who made what, the form itself says.
    ...guarded.flatMap(([name, flag]) =>
      flag.allow !== undefined && flag.allow !== 'maker' && order.includes(flag.allow)
        ? []
        : [`${what} --${name} has no rule`],
    ),
  ]
}

interface Ruled {
  readonly allow: Role
  readonly maker?: unknown
  readonly flags?: Readonly<Record<string, { readonly allow?: Role }>>
}

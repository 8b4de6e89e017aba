// `--without` of `/monitor edit`: what was set is taken back, by whoever may set it (interface.md, "Who may").

import { UserError } from '../../errors.ts'
import type { MonitorWish, Unset } from '../../integrations/integration.ts'
import { code, join, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import { fold, nearest } from '../../text/suggest.ts'
import type { Call, Flag, FlagValue, Role } from '../command.ts'

/** By their flags, in the order in which they are told. */
const unsettable = {
  slow: true,
  remind: true,
  escalate: true,
  after: true,
  mention: true,
  'no-email': true,
  public: true,
  status: true,
  contains: true,
  json: true,
  header: true,
  'secret-header': true,
  body: true,
  prompt: true,
  cron: true,
} as const satisfies Readonly<Record<Unset | 'after' | 'mention', true>>

type Name = keyof typeof unsettable

const isName = (word: string): word is Name => Object.hasOwn(unsettable, word)

/** `flags`: those of the same form, whose rules hold here too. */
export function withoutFlag(flags: Readonly<Record<string, Flag>>): Flag {
  return {
    kind: 'list',
    title: { fr: 'Sans', en: 'Without' },
    help: {
      fr: `enlève ce qui était demandé\u00a0: ${Object.keys(unsettable).join(', ')}`,
      en: `takes back what was asked for: ${Object.keys(unsettable).join(', ')}`,
    },
    // A flag's own rule is a Vigie administrator's or none.
    allowValue: (value) =>
      wordsOf(value)
        .map((word): Role | undefined => (isName(word) ? flags[word]?.allow : undefined))
        .find((rule) => rule !== undefined),
  }
}

/** What is named, once each. @throws {UserError} for what cannot be taken back, or is given a value as well. */
export function readWithout({ flags }: Pick<Call, 'flags'>, known: Readonly<Record<string, Flag>>): readonly Name[] {
  if (flags.without === undefined) return []
  const names = wordsOf(flags.without).map((word) => {
    if (isName(word)) return word
    throw Object.hasOwn(known, word) ? fixed(word) : unknown(word)
  })
  for (const name of names) {
    const given = [name, ...(name === 'escalate' ? ['escalate-after'] : [])].find((flag) => flags[flag] !== undefined)
    if (given !== undefined) throw both(name, given)
  }
  return [...new Set(names)]
}

/** As the keeper takes it. */
export function withoutWish(names: readonly Name[]): Pick<Partial<MonitorWish>, 'without' | 'after' | 'mention'> {
  return {
    without: names.flatMap((name): readonly Unset[] => (name === 'after' || name === 'mention' ? [] : [name])),
    ...(names.includes('after') ? { after: '' } : {}),
    ...(names.includes('mention') ? { mention: [] } : {}),
  }
}

/** `--public` as well as `public`. */
function wordsOf(value: FlagValue): readonly string[] {
  const words = Array.isArray(value) ? value : [String(value)]
  return words.map((word: string) => fold(word.replace(/^--/, '')))
}

const all: Rich = join(
  Object.keys(unsettable).map((name) => [code(name)]),
  ', ',
)

function fixed(name: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(`--${name}`)} ne s’enlève pas\u00a0: donnez-lui une autre valeur. ${code('--without')} enlève ${all}.`,
      en: rich`${code(`--${name}`)} cannot be taken back: give it another value. ${code('--without')} takes back ${all}.`,
    }),
  )
}

function unknown(word: string): UserError {
  const guess = nearest(word, Object.keys(unsettable))
  if (guess === undefined) {
    return new UserError(
      said({
        fr: rich`${code(word)} n’est pas connu. ${code('--without')} enlève ${all}.`,
        en: rich`${code(word)} is not known. ${code('--without')} takes back ${all}.`,
      }),
    )
  }
  return new UserError(
    said({
      fr: rich`${code(word)} n’est pas connu. Vouliez-vous dire ${code(`--without ${guess}`)}\u202f? Il enlève ${all}.`,
      en: rich`${code(word)} is not known. Did you mean ${code(`--without ${guess}`)}? It takes back ${all}.`,
    }),
  )
}

function both(name: string, given: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(`--without ${name}`)} et ${code(`--${given}`)} se contredisent\u00a0: gardez l’un des deux.`,
      en: rich`${code(`--without ${name}`)} and ${code(`--${given}`)} contradict each other: keep one of them.`,
    }),
  )
}

// Whether our slash commands are still ours (threat T2): at start and every hour each of them must stand once in every team of the bot,
// under the id it had when we first saw it. Where it leads, who made it and its token are blank in the list that a member may read; a
// command made anew has another id, and Mattermost lists of several with one trigger the one that answers.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { LiveSecrets } from '../env.ts'
import type { Log, Now } from '../event.ts'
import type { MarkStore } from '../store/store.ts'
import type { Calls, ListedCommand, Team } from './calls.ts'
import { parseCommandTokens } from './provision-commands.ts'

/** `unknown`: it stands there, but VIGIE_COMMAND_TOKENS has no token of it, so that it is nobody's we know. */
export type TroubleKind = 'missing' | 'doubled' | 'replaced' | 'unknown'

export interface Trouble {
  /** Of the team: `main`. */
  readonly team: string
  /** Without its slash. */
  readonly trigger: string
  readonly kind: TroubleKind
}

export interface Triggers {
  /** Compares when it is time to: at first, every hour, sooner while something is wrong, and when the tokens changed. @throws {MattermostError} @throws {StoreUnavailable} */
  look(signal: AbortSignal): Promise<void>
  /** What was wrong at the last look. */
  troubles(): readonly Trouble[]
}

export interface TriggersParts {
  /** Of the manifest. */
  readonly triggers: readonly string[]
  /** VIGIE_COMMAND_TOKENS. */
  readonly commandTokens: LiveSecrets
  readonly calls: Pick<Calls, 'myTeams' | 'listedCommands'>
  readonly marks: Pick<MarkStore, 'get' | 'set'>
  /** Tells the administrators, of each change once. Resolves whether there was anybody to tell. */
  readonly tell: (troubles: readonly Trouble[]) => Promise<boolean>
  readonly now: Now
  readonly log: Log
}

const lookEveryMs = 3_600_000
const lookSoonMs = 300_000
const markName = 'commands'

/** `known` by `team_id/trigger`: the id, and the digest of the token it was learned with. `told`: troubles by their keys. */
const markShape = z.object({
  known: z.record(z.string(), z.object({ id: z.string(), token: z.string() })).default({}),
  told: z.array(z.string()).default([]),
})
type Known = z.infer<typeof markShape>['known']

interface Found extends Trouble {
  /** The same for the same state of affairs. */
  readonly key: string
}

export function createTriggers(parts: TriggersParts): Triggers {
  const { triggers, commandTokens, calls, marks, tell, now, log } = parts
  let lookedAt: number | undefined
  let lookedWith = ''
  let found: readonly Found[] = []
  let isPartial = false

  const isTime = (tokens: string) =>
    lookedAt === undefined ||
    tokens !== lookedWith ||
    now() - lookedAt >= (found.length > 0 || isPartial ? lookSoonMs : lookEveryMs)

  const compare = async (signal: AbortSignal): Promise<void> => {
    const words = commandTokens.current().map((secret) => secret.reveal())
    const digests = new Map([...parseCommandTokens(words)].map(([name, token]) => [name, digestOf(token)]))
    const { known, told } = markShape.parse((await marks.get(markName)) ?? {})
    // Who has no token uses no slash commands: mentions do without.
    if (digests.size === 0 && Object.keys(known).length === 0) {
      found = []
      return
    }
    const learned: Known = { ...known }
    const seen: Found[] = []
    let failure: unknown
    for (const team of await calls.myTeams(signal)) {
      try {
        const listed = await calls.listedCommands(team.id, signal)
        for (const trigger of triggers) {
          const name = `${team.id}/${trigger}`
          const holders = listed.filter((command) => command.trigger.toLowerCase() === trigger)
          const token = digests.get(name)
          const kind = judge(holders, known[name], token)
          const [holder] = holders
          if (kind !== undefined) seen.push(trouble(team, trigger, kind, holders))
          else if (holder !== undefined && token !== undefined) learned[name] = { id: holder.id, token }
        }
      } catch (error) {
        failure = error
        seen.push(...found.filter(({ key }) => key.startsWith(`${team.id}/`)))
      }
    }
    await report(seen, known, learned, told)
    if (failure !== undefined) throw failure
  }

  const report = async (seen: readonly Found[], known: Known, learned: Known, told: readonly string[]) => {
    const keys = seen.map(({ key }) => key)
    if (found.length > 0 && seen.length === 0) log.info({}, 'the slash commands are ours again')
    if (seen.some(({ key }) => !found.some((before) => before.key === key)))
      log.warn({ commands: seen.map(plainly) }, 'slash commands are not as they were registered: run vigie provision')
    found = seen
    const news = seen.filter(({ key }) => !told.includes(key))
    const isTold = news.length > 0 && (await tell(news.map(plainly)))
    const next = isTold ? keys : keys.filter((key) => told.includes(key))
    if (JSON.stringify([known, told]) !== JSON.stringify([learned, next]))
      await marks.set(markName, { known: learned, told: next })
  }

  return {
    troubles: () => found.map(plainly),
    async look(signal) {
      const tokens = digestOf(
        commandTokens
          .current()
          .map((secret) => secret.reveal())
          .join(),
      )
      if (!isTime(tokens)) return
      lookedAt = now()
      lookedWith = tokens
      isPartial = true
      await compare(signal)
      isPartial = false
    },
  }
}

/** What is wrong with a trigger of a team, if anything is. A token we did not know tells that provision made or mended the command. */
function judge(
  holders: readonly ListedCommand[],
  known: Known[string] | undefined,
  token: string | undefined,
): TroubleKind | undefined {
  const [holder] = holders
  if (holder === undefined) return 'missing'
  if (holders.length > 1) return 'doubled'
  if (holder.id === '' || holder.plugin_id !== '') return 'replaced'
  if (token === undefined) return 'unknown'
  return known === undefined || known.token !== token || known.id === holder.id ? undefined : 'replaced'
}

function trouble(team: Team, trigger: string, kind: TroubleKind, holders: readonly ListedCommand[]): Found {
  const ids = holders.map(({ id, plugin_id }) => id || plugin_id).toSorted()
  return { team: team.name, trigger, kind, key: `${team.id}/${trigger} ${kind} ${ids.join(' ')}` }
}

function plainly({ team, trigger, kind }: Found): Trouble {
  return { team, trigger, kind }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

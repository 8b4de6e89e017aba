// The bot's life: first contact, the websocket, catching up whenever events may have been missed, and what is looked at now and then
// because hints get lost (design.md, "bot/"; threats F4, F5, T7). Without Mattermost it waits, and everything else goes on.

import { ConfigError } from '../errors.ts'
import type { Log, Now } from '../event.ts'
import type { Admins } from './admins.ts'
import type { Calls } from './calls.ts'
import type { Listener } from './listen.ts'
import type { Membership } from './membership.ts'
import { pause } from './pause.ts'
import { answered } from './rest.ts'
import type { Bot, Self } from './self.ts'
import type { Socket, SocketEvent } from './socket.ts'
import type { Teams } from './teams.ts'
import type { Triggers } from './triggers.ts'

export interface Life {
  /** Until the signal. @throws {ConfigError} at first contact, for a VIGIE_ADMINS name that nobody bears, or a MATTERMOST_TEAM the bot is not in. */
  run(signal: AbortSignal): Promise<void>
  /** Whether Mattermost answered when it was last asked. */
  answers(): boolean
  /** Since when it refuses our token, where it does. */
  refusedSince(): number | undefined
}

export interface LifeParts {
  readonly self: Self
  readonly calls: Pick<Calls, 'me'>
  /** The bot's token now: a new one ends a wait. */
  readonly token: () => string
  readonly admins: Admins
  readonly teams: Pick<Teams, 'require'>
  readonly membership: Membership
  readonly triggers: Pick<Triggers, 'look'>
  /** Called once, when it is known who we are. */
  readonly listenAs: (bot: Bot) => Listener
  /** Called once, with what the socket reports to. */
  readonly connect: (ears: { onEvent: (event: SocketEvent) => void; onGap: () => void }) => Socket
  readonly now: Now
  readonly log: Log
  readonly timing?: Partial<LifeTiming>
}

/** Milliseconds. */
export interface LifeTiming {
  /** Whether Mattermost answers, and what is asked of it now and then. */
  readonly refreshEveryMs: number
  /** Membership is compared even when no event told of a change. */
  readonly reconcileEveryMs: number
  readonly firstRetryMs: number
  /** While Mattermost is away. */
  readonly lastRetryMs: number
  /** A refused token is not tried more often. */
  readonly revokedRetryMs: number
}

const usual: LifeTiming = {
  refreshEveryMs: 20_000,
  reconcileEveryMs: 3_600_000,
  firstRetryMs: 1000,
  lastRetryMs: 5000,
  revokedRetryMs: 60_000,
}

export function createLife(parts: LifeParts): Life {
  const { self, calls, token, admins, teams, membership, triggers, listenAs, connect, now, log } = parts
  const { refreshEveryMs, reconcileEveryMs, firstRetryMs, lastRetryMs, revokedRetryMs } = { ...usual, ...parts.timing }
  let answering = false
  let refusedSince: number | undefined
  /** What failed when it was last tried. */
  const failing = new Set<string>()

  /** Tries a thing and resolves whether it worked. Only what makes going on impossible is thrown. */
  const tried = async (what: string, work: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> => {
    try {
      await work()
      failing.delete(what)
      return true
    } catch (error) {
      if (error instanceof ConfigError) throw error
      log[failing.has(what) || signal.aborted ? 'debug' : 'warn']({ err: error }, `${what}: not yet`)
      failing.add(what)
      return false
    }
  }

  /** The one question that says whether anything else is worth asking. */
  const reach = (signal: AbortSignal): Promise<boolean> =>
    tried(
      'reaching Mattermost',
      async () => {
        try {
          await calls.me(signal)
          answering = true
          refusedSince = undefined
        } catch (error) {
          // Asked to be patient is answered.
          answering = answered(error, 429)
          refusedSince = answered(error, 401) ? (refusedSince ?? now()) : undefined
          throw error
        }
      },
      signal,
    )

  /** How long to wait after so many failures in a row. */
  const retryMs = (failures: number, mostMs: number) =>
    refusedSince === undefined ? Math.min(mostMs, firstRetryMs * 2 ** Math.min(failures - 1, 10)) : revokedRetryMs

  /** Ends early with the signal, with a new token after a refused one, and with what `sooner` tells of. */
  const wait = async (durationMs: number, signal: AbortSignal, sooner?: Promise<void>): Promise<void> => {
    const before = token()
    let isSooner = false
    const early = sooner?.then(() => {
      isSooner = true
    })
    for (let leftMs = durationMs; leftMs > 0 && !isSooner && !signal.aborted; leftMs -= firstRetryMs) {
      if (refusedSince !== undefined && token() !== before) return
      const second = pause(Math.min(leftMs, firstRetryMs), signal)
      await (early === undefined ? second : Promise.race([early, second]))
    }
  }

  const live = async (signal: AbortSignal): Promise<void> => {
    const listener = listenAs(await self())
    let gap = Promise.withResolvers<void>()
    const doubts = new Set<string>()

    const socket = connect({
      onEvent(event) {
        listener.hear(event)
        const doubt = membership.hint(event)
        if (doubt === undefined) return
        doubts.add(doubt)
        gap.resolve()
      },
      onGap() {
        listener.lost()
        doubts.add('all')
        gap.resolve()
      },
    })

    const catchUp = async (): Promise<void> => {
      const { inside, open } = await membership.reconcile(signal)
      for (const channel of open) doubts.add(channel)
      if (!(await listener.catchUp(inside, signal))) doubts.add('unread')
    }

    /** What each kind of doubt asks for; it comes back as a doubt where it failed. */
    const settle = async (doubt: string): Promise<void> => {
      if (doubt === 'all') await catchUp()
      else if (doubt !== 'unread') await membership.check(doubt, signal)
      else if (!(await listener.readOn(signal))) doubts.add('unread')
    }

    /** One after another, so that a later look never overtakes an earlier one; what fails leaves the others their turn. */
    const lookAround = async (): Promise<void> => {
      const asked = doubts.has('all') ? ['all'] : [...doubts]
      doubts.clear()
      for (const doubt of asked) {
        if (!(await tried(doubt === 'all' ? 'catching up' : `channel ${doubt}`, () => settle(doubt), signal)))
          doubts.add(doubt)
      }
      await tried('the administrators', () => admins.refresh(signal), signal)
      await tried('the slash commands', () => triggers.look(signal), signal)
    }

    const lookAgain = async (): Promise<void> => {
      let comparedAt = 0
      let failures = 0
      let waitMs = refreshEveryMs
      while (!signal.aborted) {
        await wait(waitMs, signal, gap.promise)
        if (signal.aborted) return
        gap = Promise.withResolvers()
        const reached = await reach(signal)
        if (reached) {
          if (now() - comparedAt > reconcileEveryMs) doubts.add('all')
          if (doubts.has('all')) comparedAt = now()
          await lookAround()
        }
        failures = reached && doubts.size === 0 ? 0 : failures + 1
        waitMs = failures === 0 ? refreshEveryMs : retryMs(failures, reached ? refreshEveryMs : lastRetryMs)
      }
    }
    await Promise.all([socket.run(signal), listener.run(signal), lookAgain()])
  }

  return {
    answers: () => answering,
    refusedSince: () => refusedSince,
    async run(signal) {
      const meet = async () => {
        await self()
        await admins.resolve(signal)
        await teams.require()
      }
      for (let failures = 1; !signal.aborted; failures += 1) {
        if ((await reach(signal)) && (await tried('first contact with Mattermost', meet, signal))) break
        await wait(retryMs(failures, lastRetryMs), signal)
      }
      if (!signal.aborted) await live(signal)
    },
  }
}

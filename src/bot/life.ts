// The bot's life: first contact, the websocket, catching up whenever events may have been missed, and what is looked at now and then
// because hints get lost (design.md, "bot/"; threats F4, F5, T7). Without Mattermost it waits, and everything else goes on.

import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from '../errors.ts'
import type { Log, Now } from '../event.ts'
import type { Admins } from './admins.ts'
import type { Listener } from './listen.ts'
import type { Membership } from './membership.ts'
import { answered, MattermostError } from './rest.ts'
import type { Bot, Self } from './self.ts'
import type { Socket, SocketEvent } from './socket.ts'

export interface Life {
  /** Until the signal. @throws {ConfigError} at first contact, for a VIGIE_ADMINS name that nobody bears. */
  run(signal: AbortSignal): Promise<void>
  /** Whether Mattermost answered when it was last asked. */
  answers(): boolean
}

export interface LifeParts {
  readonly self: Self
  /** The bot's token now: a new one ends a wait. */
  readonly token: () => string
  readonly admins: Admins
  readonly membership: Membership
  /** Called once, when it is known who we are. */
  readonly listenAs: (bot: Bot) => Listener
  /** Called once, with what the socket reports to. */
  readonly connect: (ears: { onEvent: (event: SocketEvent) => void; onGap: () => void }) => Socket
  readonly now: Now
  readonly log: Log
}

/** Administrators and, after them, whether Mattermost answers. */
const refreshEveryMs = 20_000
/** Membership is compared even when no event told of a change. */
const reconcileEveryMs = 3_600_000
const firstRetryMs = 1000
const lastRetryMs = 5000
/** A refused token is not tried more often. */
const revokedRetryMs = 60_000

export function createLife({ self, token, admins, membership, listenAs, connect, now, log }: LifeParts): Life {
  let answering = false

  const asked = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      const answer = await question()
      answering = true
      return answer
    } catch (error) {
      if (error instanceof MattermostError) answering = false
      throw error
    }
  }

  /** Until it works: nothing here is worth giving up for, and nothing is asked faster than Mattermost can say no. */
  const persistently = async (what: string, work: () => Promise<void>, signal: AbortSignal): Promise<void> => {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        return await asked(work)
      } catch (error) {
        if (error instanceof ConfigError || signal.aborted) throw error
        log[attempt === 0 ? 'warn' : 'debug']({ err: error }, `${what}: not yet`)
        const waitMs = answered(error, 401) ? revokedRetryMs : Math.min(lastRetryMs, firstRetryMs * 2 ** attempt)
        const refused = token()
        for (let leftMs = waitMs; leftMs > 0 && token() === refused && !signal.aborted; leftMs -= firstRetryMs)
          await pause(Math.min(leftMs, firstRetryMs), signal)
      }
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

    /** One at a time, so that a later look never overtakes an earlier one. */
    const lookAgain = async () => {
      let comparedAt = 0
      while (!signal.aborted) {
        await Promise.race([gap.promise, pause(refreshEveryMs, signal)])
        gap = Promise.withResolvers()
        if (now() - comparedAt > reconcileEveryMs) doubts.add('all')
        const channels = [...doubts]
        doubts.clear()
        if (channels.includes('all')) {
          await persistently('catching up', async () => listener.catchUp(await membership.reconcile(), signal), signal)
          comparedAt = now()
        } else for (const channel of channels) await persistently('a channel', () => membership.check(channel), signal)
        await admins.refresh()
      }
    }
    await Promise.all([socket.run(signal), listener.run(signal), lookAgain()])
  }

  return {
    answers: () => answering,
    async run(signal) {
      const meet = async () => {
        await self()
        await admins.resolve()
      }
      await persistently('first contact with Mattermost', meet, signal)
      if (!signal.aborted) await live(signal)
    },
  }
}

/** Resolves early with the signal. */
async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

// The bot's life goes on whatever Mattermost or the store answer, and says how they stand (design.md, "bot/"; threats F4, F8, F11).

import { afterEach, expect, test } from 'vitest'
import { createLife, type LifeParts } from '../../src/bot/life.ts'
import { MattermostError } from '../../src/bot/rest.ts'
import { ConfigError } from '../../src/errors.ts'
import { log, until } from './parts.ts'

const ending: AbortController[] = []
afterEach(() => {
  for (const stop of ending.splice(0)) stop.abort()
})

const away = () => new MattermostError('GET /users/me: network', { failure: 'network', unsure: false })
const refusal = (status: number) =>
  new MattermostError(`GET: ${status}`, { failure: 'answered', status, unsure: false })
const user = { id: 'b', username: 'vigie', delete_at: 0, roles: '', locale: '', is_bot: true }
const whole = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

interface Doing {
  me(): Promise<void>
  reconcile(signal?: AbortSignal): Promise<readonly string[]>
  check(channel: string): Promise<void>
  catchUp(): Promise<boolean>
  readOn(): Promise<boolean>
  refresh(): Promise<void>
  look(): Promise<void>
  resolve(): Promise<void>
}

/** A life whose every question is answered by `doing`, and counted. */
function living(doing: Partial<Doing> = {}) {
  const asked: string[] = []
  const ask = async <T>(what: keyof Doing, answer: Promise<T> | undefined, usual: T): Promise<T> => {
    asked.push(what)
    return answer === undefined ? usual : answer
  }
  let token = 'one'
  let ears: Parameters<LifeParts['connect']>[0] | undefined
  const life = createLife({
    self: async () => ({ id: 'b', username: 'vigie' }),
    calls: {
      me: async () => {
        await ask('me', doing.me?.(), undefined)
        return user
      },
    },
    token: () => token,
    teams: { require: async () => undefined },
    admins: {
      load: async () => undefined,
      resolve: () => ask('resolve', doing.resolve?.(), undefined),
      refresh: () => ask('refresh', doing.refresh?.(), undefined),
      has: () => false,
      judge: async () => false,
      all: () => [],
    },
    membership: {
      hint: ({ data }) => (typeof data.channel === 'string' ? data.channel : undefined),
      check: (channel) => ask('check', doing.check?.(channel), undefined),
      reconcile: async (signal) => ({ inside: [], open: await ask('reconcile', doing.reconcile?.(signal), []) }),
    },
    triggers: { look: () => ask('look', doing.look?.(), undefined) },
    listenAs: () => ({
      hear: () => undefined,
      lost: () => undefined,
      catchUp: () => ask('catchUp', doing.catchUp?.(), true),
      readOn: () => ask('readOn', doing.readOn?.(), true),
      run: whole,
      idle: async () => undefined,
    }),
    connect: (given) => {
      ears = given
      return { run: whole, state: () => ({ as: 'connected', since: 0, serverVersion: '' }) }
    },
    now: Date.now,
    log,
    timing: { refreshEveryMs: 5, firstRetryMs: 1, lastRetryMs: 2 },
  })
  const stop = new AbortController()
  ending.push(stop)
  const count = (what: keyof Doing) => asked.filter((one) => one === what).length
  return {
    life,
    run: life.run(stop.signal),
    stop: () => stop.abort(),
    change: (changed: string) => {
      token = changed
    },
    count,
    /** Once so many more of these were asked. */
    after: (what: keyof Doing, more: number) => {
      const most = count(what) + more
      return until(() => count(what) >= most)
    },
    doubt: (channel: string) =>
      ears?.onEvent({ event: 'x', data: { channel }, broadcast: { channel_id: '', team_id: '', user_id: '' } }),
  }
}

test('whether Mattermost answers is asked now and then, also when nothing else is to be asked', async () => {
  let isUp = true
  const { life, run, stop, after } = living({ me: async () => (isUp ? undefined : Promise.reject(away())) })
  await after('me', 3)
  expect(life.answers()).toBe(true)
  isUp = false
  await after('me', 2)
  expect(life.answers()).toBe(false)
  isUp = true
  await after('me', 2)
  expect(life.answers()).toBe(true)
  stop()
  await run
})

test.each(['refresh', 'look', 'reconcile', 'catchUp', 'resolve'] as const)(
  'an odd answer or a failed write at %s ends nothing, and is asked again',
  async (what) => {
    const errors = [new TypeError('odd'), Object.assign(new Error('disk full'), { name: 'StoreUnavailable' })]
    const fail = async () => {
      const error = errors.shift()
      if (error) throw error
    }
    const { life, run, stop, after } = living({
      [what]: async () => {
        await fail()
        return what === 'reconcile' ? [] : true
      },
    })
    await after(what, 3)
    await after('me', 2)
    expect(life.answers()).toBe(true)
    stop()
    await run
  },
)

test('a channel that cannot be asked about keeps neither the others nor the administrators waiting', async () => {
  const checked: string[] = []
  const { run, stop, after, doubt, count } = living({
    check: async (channel) => {
      checked.push(channel)
      if (channel === 'bad') throw refusal(500)
    },
  })
  await after('reconcile', 1)
  await after('refresh', 1)
  doubt('bad')
  doubt('good')
  await after('check', 4)
  await after('refresh', 2)
  expect(checked.filter((channel) => channel === 'good')).toHaveLength(1)
  expect(checked.filter((channel) => channel === 'bad').length).toBeGreaterThan(1)
  expect(count('reconcile')).toBe(1)
  stop()
  await run
})

test('what the comparison left open is checked again, what was not read is read on, and nothing else is repeated', async () => {
  const checked: string[] = []
  let tries = 0
  const { run, stop, after, count } = living({
    reconcile: async () => ['open'],
    check: async (channel) => void checked.push(channel),
    catchUp: async () => false,
    readOn: async () => {
      tries += 1
      return tries === 3
    },
  })
  await after('readOn', 3)
  await after('me', 3)
  expect([checked, count('reconcile'), count('catchUp'), tries]).toEqual([['open'], 1, 1, 3])
  stop()
  await run
})

test('a token refused before first contact is said to be refused, until another is taken up', async () => {
  let token = 'one'
  const { life, run, stop, change, after } = living({
    me: async () => {
      if (token === 'one') throw refusal(401)
    },
  })
  await until(() => life.refusedSince() !== undefined)
  expect(life.answers()).toBe(false)
  token = 'two'
  change('two')
  await after('resolve', 1)
  expect([life.refusedSince(), life.answers()]).toEqual([undefined, true])
  stop()
  await run
})

test('only settings that name nobody end it', async () => {
  const problem = new ConfigError([{ fr: 'VIGIE_ADMINS', en: 'VIGIE_ADMINS' }])
  const { run } = living({ resolve: () => Promise.reject(problem) })
  await expect(run).rejects.toBe(problem)
})

test('it stops although Mattermost has not answered', async () => {
  const { run, stop, after } = living({
    reconcile: (signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(refusal(499)))),
  })
  await after('reconcile', 1)
  stop()
  await run
})

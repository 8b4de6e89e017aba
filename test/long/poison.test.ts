// F8: one message in a hundred that Mattermost will never take, and a token that it takes no more.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { eventually, type Someone, standIn } from '../e2e/house.ts'
import { type Ledger, openLedger } from '../ledger/ledger.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'
import { isPost } from '../ledger/storm.ts'

const channels = 5
const eventsOfOne = 100

it('F8: one poisoned message in 100 is parked, listed and replayed, and the 99 others are told in order', async () => {
  const seed = seedOfRun('F8')
  const ledger = await openLedger(await standIn(), { channels, random: createRandom(seed) })
  try {
    await ledger.start()
    let refused = 0
    ledger.proxy.judge(({ method, path, body }) => {
      if (method !== 'POST' || path !== '/api/v4/posts' || !/zq\dn00050/.test(body)) return undefined
      refused += 1
      return { as: 'answer', status: 400, body: '{"id":"api.post.poison.app_error","status_code":400}' }
    })
    await ledger.feed(eventsOfOne, 50)
    const defects = await ledger.settle(120_000)
    const poisoned = ledger.accepted.filter(({ mark, channel }) => /n00050$/.test(mark) && channel !== undefined)
    const lost = defects.map(({ kind, words }) => `${kind} ${words}`).toSorted()
    expect(lost).toEqual(poisoned.map(({ event, mark }) => `lost ${event} ${mark}`).toSorted())

    ledger.proxy.judge(undefined)
    const root = await administrator(ledger)
    for (const channel of ledger.channels) {
      const listed = await root.type(channel, '/vigie deliveries failed')
      const ids = [...listed.matchAll(/\b0[0-9a-hjkmnp-tv-z]{10}\b/g)].map(([id]) => id)
      const replayed = await Promise.all([...new Set(ids)].map((id) => root.type(channel, `/vigie replay ${id}`)))
      expect(replayed.filter((words) => /Remise en file|Back in line/.test(words))).toHaveLength(1)
    }
    const after = await ledger.settle(60_000)
    expect(after.filter(({ kind }) => kind !== 'reordered')).toEqual([])
    console.log(
      `F8 ${ledger.accepted.length} events, ${poisoned.length} poisoned: ${refused} refusals, ${poisoned.length} parked, listed and replayed, the rest told in order, seed ${seed}`,
    )
  } finally {
    await ledger.close()
  }
})

it('F8: while the token is refused, no more than one try a minute; afterwards all is told', async () => {
  const seed = seedOfRun('F8 token')
  const ledger = await openLedger(await standIn(), { channels, random: createRandom(seed) })
  const minutes = 4
  try {
    await ledger.start()
    await ledger.feed(2, 50)
    expect(await ledger.settle()).toEqual([])
    const before = ledger.proxy.exchanges.length
    const began = Date.now()
    ledger.proxy.judge(() => ({
      as: 'answer',
      status: 401,
      body: '{"id":"api.context.session_expired.app_error","status_code":401}',
    }))
    await ledger.feed(5, 1000)
    await sleep(minutes * 60_000 - (Date.now() - began))
    const calls = ledger.proxy.exchanges.slice(before)
    const tries = calls.filter(({ method, path }) => isPost(method, path))
    ledger.proxy.judge(undefined)
    const defects = await ledger.settle(180_000)
    console.log(
      `F8 token refused for ${minutes} min: ${tries.length} tries to post (${calls.length} calls in all), then ${ledger.accepted.length} events told, ${defects.length} defects, seed ${seed}`,
    )
    // What was sent in the same moment as the first refused one comes on top.
    const first = tries[0]?.beganAt ?? 0
    expect(tries.filter(({ beganAt }) => beganAt > first + 500).length).toBeLessThanOrEqual(minutes)
    expect(defects).toEqual([])
  } finally {
    await ledger.close()
  }
})

/** A Vigie administrator who reads every channel. */
async function administrator({ house, alice, channels }: Ledger): Promise<Someone> {
  const root = await house.person('root')
  await house.admin.put(`/users/${root.id}/roles`, { roles: 'system_user system_admin' })
  for (const channel of channels) await alice.post(`/channels/${channel}/members`, { user_id: root.id })
  await eventually(async () => {
    const said = await root.type(channels[0] ?? '', '/vigie audit')
    return /administrat/.test(said) ? undefined : said
  }, 'the new administrator known')
  return root
}

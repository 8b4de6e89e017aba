// Threats T7, T8 and T13 at their figures: what nobody may know is not told by the time it takes to say so either, 10,000 events leak
// nowhere, and one person's flood of commands is nobody else's wait.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { standIn } from '../e2e/house.ts'
import { watchStreams } from '../flow/access-stream.ts'
import { openStage, type Stage } from '../threats/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage(await standIn())
})
afterAll(() => stage?.close())

test('T8: 10,000 generated events leak nowhere', async () => {
  let [events, told] = [0, 0]
  while (events < 10_000) {
    const tried = await watchStreams(200)
    events += tried.events
    told += tried.told
  }
  console.log(`T8: ${events} events, told ${told} times, 0 leaks`)
})

test('T7: what is forbidden takes as long to refuse as what is unknown', async () => {
  const { house, people } = stage
  const hidden = await house.channel(house.admin, { type: 'P' })
  await house.admin.post(`/channels/${hidden}/members`, { user_id: house.botId })
  const command = '/subscribe gitlab canary/secret'
  await house.admin.post('/commands/execute', { channel_id: hidden, team_id: house.team.id, command })
  const project = { path_with_namespace: 'canary/secret', visibility_level: 0, web_url: 'https://g/canary/secret' }
  const push = { object_kind: 'push', ref: 'refs/heads/main', before: '0'.repeat(40), after: 'a'.repeat(40), project }
  const happen = (after: string) =>
    house.gitlab({ ...push, after: after.repeat(40), commits: [], total_commits_count: 1 })
  // There is something before it and after it, as there is in any house.
  await happen('a')
  const { body } = await happen('b')
  await happen('c')
  const told = await house.told(hidden, 3)
  const event = body.event ?? ''
  const delivery = told.find(({ props }) => props.vigie?.events?.includes(event))?.props.vigie?.deliveries[0] ?? ''
  const pairs: readonly (readonly [string, string])[] = [
    [`explain ${event}`, `explain ${event.slice(0, -2)}zz`],
    [`explain ${delivery}`, `explain ${delivery.slice(0, -2)}zz`],
    // Not posts: Mattermost itself says 403 of what may not be read and 404 of what is not there, and its time is its own.
    [`unsubscribe gitlab canary/secret`, `unsubscribe gitlab canary/absent`],
    [`replay ${delivery}`, `replay ${delivery.slice(0, -2)}zz`],
    ['allow gitlab canary/secret', 'allow gitlab canary/absent'],
    ['gitlab check canary/secret', 'gitlab check canary/absent'],
  ]
  for (const pair of pairs) {
    const t = await compare(pair.map((words) => () => stage.type(people.member.id, words)))
    console.log(`T7: t = ${t.toFixed(2)} for ${pair[0]}`)
    expect(Math.abs(t), pair[0]).toBeLessThan(4.5)
  }
})

test('T13: of 1,000 subscriptions that one person asks for in 10 s a minute’s worth is made, and nobody else waits', async () => {
  const { people, type, rowsOf } = stage
  const flood = Array.from({ length: 1000 }, async (_, index) => {
    await sleep(index * 10)
    await type(people.member.id, `subscribe gitlab flood/p${index}`)
  })
  const waitsMs: number[] = []
  const others = [people.maker, people.chanadmin, people.teamadmin].map(async ({ id }, person) => {
    for (let index = 0; index < 100; index += 1) {
      const words = index % 10 === 0 ? `subscribe gitlab other/p${person}-${index}` : 'subscribe list'
      const startedAt = performance.now()
      const { text } = await type(id, words)
      waitsMs.push(performance.now() - startedAt)
      expect(text).not.toContain('réessayez')
      await sleep(Math.max(0, 100 - (performance.now() - startedAt)))
    }
  })
  await Promise.all([...flood, ...others])
  const [made] = rowsOf("select count(*) as made from subscriptions where subject like 'flood/%'")
  const p99Ms = waitsMs.toSorted((one, other) => one - other)[Math.floor(waitsMs.length * 0.99)] ?? 0
  console.log(
    `T13: ${made?.made} made of 1,000; the others' p99 ${p99Ms.toFixed(0)} ms over ${waitsMs.length} commands`,
  )
  expect(made?.made).toBeLessThanOrEqual(30)
  expect(p99Ms).toBeLessThanOrEqual(500)
})

/** Welch's t of the times two requests take, asked in turns that change at random; the slowest tenth, which the machine makes, aside. */
async function compare(requests: readonly (() => Promise<unknown>)[]): Promise<number> {
  const timesMs: number[][] = [[], []]
  for (let index = 0; index < 4000; index += 1) {
    const which = index % 2 === 0 ? Math.round(Math.random()) : 1 - last
    last = which
    const startedAt = performance.now()
    await requests[which]?.()
    // The first are slower: nothing is warm.
    if (index >= 500) timesMs[which]?.push(performance.now() - startedAt)
  }
  const all = timesMs.flat().toSorted((one, other) => one - other)
  const most = all[Math.floor(all.length * 0.9)] ?? Number.POSITIVE_INFINITY
  const [one, other] = timesMs.map((times) => momentsOf(times.filter((time) => time <= most)))
  if (one === undefined || other === undefined) throw new Error('nothing was measured')
  return (one.mean - other.mean) / Math.sqrt(one.variance / one.count + other.variance / other.count)
}
let last = 0

function momentsOf(times: readonly number[]) {
  const count = times.length
  const mean = times.reduce((sum, time) => sum + time, 0) / count
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (count - 1)
  return { count, mean, variance }
}

// F6, F7: GitLab that says the same thing many times, and GitLab that could not say it at all.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { type House, openHouse, type Someone, standIn } from '../e2e/house.ts'
import { startGitlab } from '../fakes/gitlab-server.ts'
import { pushTo } from '../integrations/gitlab/hooks-stage.ts'
import { createHappenings } from '../ledger/events.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'

it('F6: the same event 50 times at once, by two hooks, and again a day later is told once; 200 others are told too', async () => {
  const seed = seedOfRun('F6')
  let laterMs = 0
  const now = () => Date.now() + laterMs
  const house = await openHouse(await standIn(), {}, now)
  try {
    const alice = await house.person('alice', { teamAdmin: true })
    const channel = await house.channel(alice)
    await alice.type(channel, '/subscribe gitlab acme/app --cards each')
    const next = createHappenings({ path: 'acme/app', visibility: 20 }, 1, createRandom(seed))
    const ids = new Set<string | undefined>()
    let answers = 0
    for (let count = 0; count < 20; count += 1) {
      const { mark, body } = next(now())
      // A project's hook and its group's: one body, two keys.
      const keys = [`${mark}-project`, `${mark}-group`]
      const times = (of: string | undefined) =>
        Array.from({ length: 25 }, () => house.gitlab(body, { 'idempotency-key': of ?? '' }))
      const all = await Promise.all(keys.flatMap(times))
      laterMs += 86_400_000
      all.push(await house.gitlab(body, { 'idempotency-key': keys[0] ?? '' }))
      answers += all.length
      const own = new Set(all.map((answer) => answer.body.event))
      expect(own.size).toBe(1)
      for (const id of own) ids.add(id)
    }
    for (let count = 0; count < 200; count += 1) ids.add((await house.gitlab(next(now()).body)).body.event)
    expect(ids.size).toBe(220)
    const told = (await eventsOf(house, channel, 220)).toSorted()
    console.log(`F6 20 events said ${answers} times, 200 others once: ${told.length} told, seed ${seed}`)
    expect(told).toEqual([...ids].toSorted())
  } finally {
    await house.close()
  }
})

it('F7: 200 events of half an hour without Vigie are told within 10 min of its return, and so is a hook that was switched off', async () => {
  const gitlab = await startGitlab()
  gitlab.ways.autoDisables = true
  const project = gitlab.project('acme/app')
  // Half an hour by Vigie's and GitLab's clock.
  let laterMs = 0
  const now = () => Date.now() + laterMs
  const settings = { GITLAB_URL: gitlab.url, GITLAB_API_TOKEN: gitlab.token }
  const house = await openHouse(await createSandbox({ now }), settings, now)
  try {
    const alice = await house.person('alice')
    await house.admin.put(`/users/${alice.id}/roles`, { roles: 'system_user system_admin' })
    const channel = await house.channel(alice)
    await alice.type(channel, '/subscribe gitlab acme/app')
    expect(await alice.type(channel, '/vigie gitlab install acme/app')).toContain('créé')
    await house.stopApp()
    const count = 200
    for (let number = 1; number <= count; number += 1) {
      const body = pushTo(project, number)
      await gitlab.happen(project.path, body)
      laterMs += 1_800_000 / count
      const at = new Date(now()).toISOString()
      project.activities.push(activityOf(number, at, 'after' in body ? body.after : ''))
    }
    const began = Date.now()
    await house.startApp()
    const told = await eventsOf(house, channel, count)
    const tookMs = Date.now() - began
    const notice = await noticeTo(house, alice)
    console.log(
      `F7 ${count} events while away: ${told.length} told, ${told.length - new Set(told).size} twice, within ${tookMs} ms; the hook switched off told: ${notice}`,
    )
    expect(new Set(told).size).toBe(told.length)
    expect(told).toHaveLength(count)
    expect(tookMs).toBeLessThan(600_000)
    expect(notice).toContain('n’appelle plus Vigie')
  } finally {
    await house.close()
    await gitlab.close()
  }
})

/** Ids told in a channel, once there are so many, and a while after. */
async function eventsOf(house: House, channel: string, count: number): Promise<string[]> {
  const until = Date.now() + 600_000
  for (;;) {
    const told: string[] = []
    for (let page = 0; ; page += 1) {
      const { order, posts } = (await house.admin.get(`/channels/${channel}/posts?per_page=200&page=${page}`)).body as {
        order: string[]
        posts: Record<string, { props: { vigie?: { events?: string[] } } }>
      }
      told.push(...order.flatMap((id) => posts[id]?.props.vigie?.events ?? []))
      if (order.length < 200) break
    }
    if (told.length >= count || Date.now() > until) return told
    await sleep(500)
  }
}

async function noticeTo(house: House, someone: Someone): Promise<string | undefined> {
  const direct = (await someone.post('/channels/direct', [house.botId, someone.id])).body as { id: string }
  return (await house.told(direct.id, 1))[0]?.props.attachments?.[0]?.title
}

function activityOf(id: number, at: string, to: unknown): object {
  const push = { action: 'pushed', ref_type: 'branch', ref: 'main', commit_count: 1, commit_title: `commit ${id}` }
  return {
    id,
    action_name: 'pushed to',
    created_at: at,
    author: { name: 'Jeanne', username: 'jeanne' },
    push_data: { ...push, commit_from: 'a'.repeat(40), commit_to: to },
  }
}

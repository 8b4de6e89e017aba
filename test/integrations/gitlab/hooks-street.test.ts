// The whole of Vigie, a stand-in Mattermost and a small GitLab (fault F7): what happened while Vigie was away stands in the channel once.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually, type House, openHouse, type Someone, standIn } from '../../e2e/house.ts'
import { type FakeGitlab, type FakeProject, startGitlab } from '../../fakes/gitlab-server.ts'
import { pushTo } from './hooks-stage.ts'

const count = 15

let gitlab: FakeGitlab
let house: House
let project: FakeProject
let alice: Someone

beforeAll(async () => {
  gitlab = await startGitlab()
  gitlab.ways.autoDisables = true
  project = gitlab.project('acme/app')
  house = await openHouse(await standIn(), { GITLAB_URL: gitlab.url, GITLAB_API_TOKEN: gitlab.token })
  alice = await house.person('alice')
  await house.admin.put(`/users/${alice.id}/roles`, { roles: 'system_user system_admin' })
})
afterAll(async () => {
  await house?.close()
  await gitlab?.close()
})

it('tells once what GitLab could not deliver, and tells the administrators that the hook was switched off', async () => {
  const channel = await house.channel(alice)
  const subscribed = await alice.type(channel, '/subscribe gitlab acme/app')
  expect(subscribed).toContain('Sans webhook en marche')
  expect(await alice.type(channel, '/vigie gitlab install acme/app')).toContain('créé')
  expect(await gitlab.happen(project.path, pushTo(project, 0))).toEqual(['200'])

  await house.stopApp()
  // The fourth failure switches the hook off; the rest is known to the project alone.
  for (let number = 1; number <= count; number += 1) {
    const body = pushTo(project, number)
    await gitlab.happen(project.path, body)
    project.activities.push(activityOf(number, 'after' in body ? body.after : ''))
  }
  await house.startApp()

  const told = await eventually(async () => {
    const all = await house.told(channel, 1)
    const events = all.flatMap(({ props }) => props.vigie?.events ?? [])
    return events.length > count ? events : undefined
  }, 'every push')
  expect(new Set(told).size).toBe(count + 1)
  expect(told).toHaveLength(count + 1)
  expect(gitlab.hooksOf(project.path)[0]?.status).toBe('executable')
  expect(await gitlab.happen(project.path, pushTo(project, 99))).toEqual(['200'])
  expect(await alice.type(channel, '/statut gitlab')).toContain('1 webhook')

  const direct = (await alice.post('/channels/direct', [house.botId, alice.id])).body as { id: string }
  const news = await house.told(direct.id, 2)
  expect(news.map(({ props }) => props.attachments?.[0]?.title)).toEqual([
    'GitLab n’appelle plus Vigie pour 1 webhook.',
    'GitLab appelle de nouveau Vigie pour 1 webhook.',
  ])
})

function activityOf(id: number, to: unknown): object {
  return {
    id,
    action_name: 'pushed to',
    created_at: new Date().toISOString(),
    author: { name: 'Jeanne', username: 'jeanne' },
    push_data: {
      commit_count: 1,
      action: 'pushed',
      ref_type: 'branch',
      commit_from: 'a'.repeat(40),
      commit_to: to,
      ref: 'main',
      commit_title: `commit ${id}`,
    },
  }
}

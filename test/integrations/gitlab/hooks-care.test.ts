// Fault F7: what GitLab could not deliver while Vigie was away is told once; a hook that was switched off is told and mended.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeProject } from '../../fakes/gitlab-server.ts'
import { admin, byHand, type HookStage, openHookStage, pushTo } from './hooks-stage.ts'

describe('a project whose hook Vigie installed', () => {
  let stage: HookStage
  let project: FakeProject

  beforeEach(async () => {
    stage = await openHookStage()
    project = stage.gitlab.project('acme/app')
    await stage.keeper.keeper.install('acme/app')
  })
  afterEach(() => stage.close())

  const titles = async () =>
    (await stage.facts()).map(({ commits }) => (Array.isArray(commits) ? commits[0]?.title : undefined))

  it('is told live, and no more when its list is read', async () => {
    expect(await stage.gitlab.happen(project.path, pushTo(project, 1))).toEqual(['200'])
    await stage.pass()
    expect(await titles()).toEqual(['commit 1'])
  })

  it('is told once of each of 200 events that happened while Vigie was away, in order', async () => {
    await stage.gitlab.happen(project.path, pushTo(project, 0))
    await stage.leave()
    for (let count = 1; count <= 200; count += 1) await stage.gitlab.happen(project.path, pushTo(project, count))
    await stage.comeBack()
    await stage.gitlab.happen(project.path, pushTo(project, 201))
    await stage.pass()
    await stage.pass()
    const expected = [0, 201, ...Array.from({ length: 200 }, (_, index) => index + 1)]
    expect(await titles()).toEqual(expected.map((count) => `commit ${count}`))
  })

  it('is told nothing twice where Vigie took an event and GitLab heard no answer', async () => {
    await stage.gitlab.happen(project.path, pushTo(project, 1))
    const [hook] = stage.gitlab.hooksOf(project.path)
    const [call] = hook?.calls ?? []
    if (hook && call) hook.calls[0] = { ...call, response_status: 'internal error' }
    // Later than equal bodies are taken for one.
    stage.clock.now += 3_600_000
    await stage.pass()
    expect(await titles()).toEqual(['commit 1'])
  })

  it('goes on where a pass was cut off, after a restart too', async () => {
    await stage.leave()
    await stage.gitlab.happen(project.path, pushTo(project, 1))
    await stage.comeBack()
    await stage.pass()
    await stage.leave()
    await stage.gitlab.happen(project.path, pushTo(project, 2))
    await stage.comeBack()
    await stage.pass()
    expect(await titles()).toEqual(['commit 1', 'commit 2'])
  })

  it('is told nothing that its list holds of another project', async () => {
    await stage.leave()
    await stage.gitlab.happen(project.path, pushTo({ id: project.id, path: 'acme/secret' }, 1))
    await stage.gitlab.happen(project.path, pushTo({ id: 99, path: project.path }, 2))
    await stage.comeBack()
    await stage.pass()
    expect(await titles()).toEqual([])
  })

  it('works with a GitLab that keeps no list of calls', async () => {
    stage.gitlab.ways.keepsCalls = false
    await stage.gitlab.happen(project.path, pushTo(project, 1))
    await stage.pass()
    expect(await titles()).toEqual(['commit 1'])
    expect((await stage.keeper.keeper.known()).map(({ state }) => state)).toEqual(['working'])
  })

  it('tells the administrators once that its hook was switched off, and switches it on again', async () => {
    stage.gitlab.ways.autoDisables = true
    await stage.leave()
    for (let count = 1; count <= 5; count += 1) await stage.gitlab.happen(project.path, pushTo(project, count))
    expect(stage.gitlab.hooksOf(project.path)[0]?.status).toBe('disabled')
    await stage.comeBack()
    await stage.pass()
    await stage.pass()
    expect(stage.gitlab.hooksOf(project.path)[0]?.status).toBe('executable')
    const types = (await stage.facts(`@${admin}`)).map(({ hooks }) => hooks)
    expect(types).toEqual([[{ path: 'acme/app', state: 'disabled' }], [{ path: 'acme/app', state: 'working' }]])
    // The sample of the test call is nobody's news.
    expect(await titles()).toEqual(['commit 1', 'commit 2', 'commit 3', 'commit 4'])
  })

  it('tells of a hook that stays off once, and never of the samples that test calls leave in its list', async () => {
    const [hook] = stage.gitlab.hooksOf(project.path)
    if (hook) hook.status = 'disabled'
    const { url = '' } = hook ?? {}
    // GitLab cannot reach this address.
    if (hook) hook.url = 'http://127.0.0.1:9/webhook/gitlab'
    await stage.pass()
    stage.clock.now += 2 * 3_600_000
    await stage.pass()
    await stage.pass()
    expect((await stage.facts(`@${admin}`)).length).toBe(1)
    expect(await titles()).toEqual([])
    if (hook) Object.assign(hook, { status: 'executable', url })
    await stage.pass()
    expect((await stage.facts(`@${admin}`)).map(({ hooks }) => hooks)).toEqual([
      [{ path: 'acme/app', state: 'disabled' }],
      [{ path: 'acme/app', state: 'working' }],
    ])
  })

  it('tells the administrators when somebody deleted its hook', async () => {
    stage.gitlab.hooksOf(project.path).length = 0
    await stage.pass()
    await stage.pass()
    expect((await stage.facts(`@${admin}`)).map(({ hooks }) => hooks)).toEqual([
      [{ path: 'acme/app', state: 'missing' }],
    ])
  })

  it('reads from the project what GitLab called nobody about, and leaves out what was told', async () => {
    const [hook] = stage.gitlab.hooksOf(project.path)
    await stage.gitlab.happen(project.path, pushTo(project, 1))
    if (hook) hook.status = 'disabled'
    const at = new Date(stage.clock.now).toISOString()
    const author = { name: 'Jeanne', username: 'jeanne' }
    const pushed = { commit_count: 1, action: 'pushed', ref_type: 'branch', commit_from: 'a'.repeat(40), ref: 'main' }
    const { after } = pushTo(project, 1) as { after: string }
    project.activities.push(
      { id: 1, action_name: 'pushed to', created_at: at, author, push_data: { ...pushed, commit_to: after } },
      {
        id: 2,
        action_name: 'pushed to',
        created_at: at,
        author,
        push_data: { ...pushed, commit_to: 'd'.repeat(40), commit_title: 'missed' },
      },
      { id: 3, action_name: 'opened', target_type: 'MergeRequest', target_iid: 7, created_at: at, author },
      { id: 4, action_name: 'opened', target_type: 'Issue', target_iid: 8, created_at: at, author },
      { id: 5, action_name: 'commented on', target_type: 'Note', target_iid: 8, created_at: at, author },
    )
    project.things.set('merge_requests/7', {
      id: 70,
      iid: 7,
      title: 'New',
      state: 'opened',
      source_branch: 'x',
      target_branch: 'main',
      web_url: 'https://gitlab.example.org/acme/app/-/merge_requests/7',
    })
    project.things.set('issues/8', {
      id: 80,
      iid: 8,
      title: 'Hidden',
      state: 'opened',
      confidential: true,
      labels: ['bug'],
    })
    await stage.pass()
    await stage.pass()
    const events = await Promise.all(
      (await stage.told()).flatMap((delivery) => delivery.events.map((id) => stage.store.events.find(id))),
    )
    expect(events.map((stored) => [stored?.event.type, stored?.event.confidential ?? false])).toEqual([
      ['gitlab.push.push', false],
      ['gitlab.push.push', false],
      ['gitlab.merge_request.open', false],
      ['gitlab.issue.open', true],
    ])
  })

  it('is believed again after it was renamed, and told what was refused meanwhile', async () => {
    project.path = 'acme/renamed'
    expect(await stage.gitlab.happen('acme/renamed', pushTo(project, 1))).toEqual(['401'])
    await stage.pass()
    expect(await stage.gitlab.happen('acme/renamed', pushTo(project, 2))).toEqual(['200'])
    await stage.pass()
    expect(await titles()).toEqual(['commit 1', 'commit 2'])
  })

  it('gives up a pass where GitLab is away, and the next one makes up for it', async () => {
    await stage.leave()
    await stage.gitlab.happen(project.path, pushTo(project, 1))
    await stage.comeBack()
    stage.gitlab.ways.answer = (_asked, response) => {
      response.writeHead(502).end('<html>')
      return true
    }
    await expect(stage.pass()).rejects.toThrow('HTTP 502')
    delete stage.gitlab.ways.answer
    await stage.pass()
    expect(await titles()).toEqual(['commit 1'])
  })

  it('is told of an event once that a hook made by hand tells too', async () => {
    stage.gitlab.addHook(project.path, `${stage.vigieUrl}/webhook/gitlab`, byHand)
    expect(await stage.gitlab.happen(project.path, pushTo(project, 1))).toEqual(['200', '200'])
    expect(await titles()).toEqual(['commit 1'])
  })
})

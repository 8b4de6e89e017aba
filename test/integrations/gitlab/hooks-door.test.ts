// A secret made by `gitlab install` proves only its own project's or group's events (interface.md, `POST /webhook/gitlab`).

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeProject } from '../../fakes/gitlab-server.ts'
import { byHand, type HookStage, openHookStage, pushTo } from './hooks-stage.ts'

describe('a secret that Vigie made', () => {
  let stage: HookStage
  let project: FakeProject
  beforeEach(async () => {
    stage = await openHookStage()
    project = stage.gitlab.project('acme/app')
    await stage.keeper.keeper.install('acme/app')
  })
  afterEach(() => stage.close())

  const token = (path = 'acme/app') => stage.gitlab.hooksOf(path)[0]?.token ?? ''
  const post = async (body: object, headers: Record<string, string>) => {
    const response = await fetch(`${stage.vigieUrl}/webhook/gitlab`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: response.status, text: await response.text() }
  }
  const statusOf = async (body: object, secret = token()) => (await post(body, { 'x-gitlab-token': secret })).status

  it('is believed for its project, without regard to case', async () => {
    expect(await statusOf(pushTo(project, 1))).toBe(200)
    expect(await statusOf(pushTo({ id: project.id, path: 'Acme/App' }, 2))).toBe(200)
  })

  it.each([
    ['acme/other', undefined],
    ['acme/app-evil', undefined],
    ['acme/app/below', undefined],
    ['acme', undefined],
    ['acme/app', 99],
  ])('is refused for %s (project %s), in the words for every wrong token', async (path, id) => {
    const stray = await post(pushTo({ id: id ?? project.id, path }, 1), { 'x-gitlab-token': token() })
    const wrong = await post(pushTo(project, 1), { 'x-gitlab-token': 'wrong' })
    expect(stray).toEqual(wrong)
    expect(stray.status).toBe(401)
    expect(await stage.told()).toEqual([])
  })

  it('is refused for what names no project at all', async () => {
    expect(await statusOf({ object_kind: 'push', ref: 'refs/heads/main' })).toBe(401)
    expect(await statusOf({ event_name: 'user_create', username: 'x' })).toBe(401)
  })

  it('is refused with any part of it changed, and under another hook’s name', async () => {
    const other = stage.gitlab.project('acme/other')
    await stage.keeper.keeper.install('acme/other')
    const forged = token().replace(`p${project.id}`, `p${other.id}`)
    for (const secret of [`${token()}x`, token().slice(0, -1), forged, `vigie.p${project.id}.`, 'vigie.p1.x', ''])
      expect(await statusOf(pushTo(project, 1), secret), secret).toBe(401)
    expect(await statusOf(pushTo(other, 1), forged)).toBe(401)
  })

  it('needs a good signature where one is sent', async () => {
    const signed = { 'webhook-id': '1', 'webhook-timestamp': String(Math.floor(stage.clock.now / 1000)) }
    const wrong = { ...signed, 'webhook-signature': 'v1,AAAA', 'x-gitlab-token': token() }
    expect((await post(pushTo(project, 1), wrong)).status).toBe(401)
    // GitLab 19 signs what it sends.
    expect(await stage.gitlab.happen('acme/app', pushTo(project, 2))).toEqual(['200'])
  })

  it('of a group is believed for every project beneath, and for no neighbour', async () => {
    stage.gitlab.ways.licence = true
    stage.gitlab.group('acme')
    await stage.keeper.keeper.install('acme/**')
    const [hook] = stage.gitlab.hooksOf('acme')
    const secret = hook?.token ?? ''
    expect(await statusOf(pushTo({ id: 5, path: 'acme/deep/app' }, 1), secret)).toBe(200)
    expect(await statusOf(pushTo({ id: 6, path: 'acme-evil/app' }, 2), secret)).toBe(401)
  })

  it('leaves the tokens of the settings as they were', async () => {
    expect(await statusOf(pushTo({ id: 7, path: 'any/where' }, 1), byHand)).toBe(200)
  })

  it('is believed after a restart', async () => {
    await stage.leave()
    await stage.comeBack()
    expect(await statusOf(pushTo(project, 1))).toBe(200)
  })

  it('makes a repeated call one event: the same id, the same body, at the same time', async () => {
    const headers = { 'x-gitlab-token': token(), 'idempotency-key': 'again' }
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(pushTo(project, 1), headers)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(await stage.told()).toHaveLength(1)
    expect((await post(pushTo(project, 2), headers)).text).not.toBe(answers[0]?.text)
  })
})

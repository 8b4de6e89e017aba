// `/vigie gitlab install|check|remove` against GitLab's documented routes (issue 4, "Hooks looked after").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { byHand, type HookStage, openHookStage, pushTo } from './hooks-stage.ts'

describe('installing hooks', () => {
  let stage: HookStage
  beforeEach(async () => {
    stage = await openHookStage()
  })
  afterEach(() => stage.close())

  const install = (target: string) => stage.keeper.keeper.install(target)
  const check = (target: string) => stage.keeper.keeper.check(target)
  const remove = (target: string) => stage.keeper.keeper.remove(target)
  const hookUrl = () => `${stage.vigieUrl}/webhook/gitlab`

  it('makes one hook a project, with a secret of its own and everything that is relayed', async () => {
    stage.gitlab.project('acme/app')
    stage.gitlab.project('acme/site')
    await install('acme/app')
    await install('https://gitlab.example.org/acme/site')
    const hooks = ['acme/app', 'acme/site'].flatMap((path) => stage.gitlab.hooksOf(path))
    expect(hooks.map(({ url }) => url)).toEqual([hookUrl(), hookUrl()])
    expect(new Set(hooks.map(({ token }) => token)).size).toBe(2)
    expect(hooks[0]?.signing).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect([...(hooks[0]?.flags.values() ?? [])]).not.toContain(false)
  })

  it('changes nothing when it is repeated', async () => {
    stage.gitlab.project('acme/app')
    expect(await install('acme/app')).toEqual([{ path: 'acme/app', did: 'made', state: 'working' }])
    const [before] = stage.gitlab.hooksOf('acme/app').map((hook) => ({ ...hook }))
    expect(await install('acme/app')).toEqual([{ path: 'acme/app', did: 'kept', state: 'working' }])
    expect(stage.gitlab.hooksOf('acme/app')).toEqual([before])
  })

  it('repairs what was switched off, and a token that was changed', async () => {
    const project = stage.gitlab.project('acme/app')
    await install('acme/app')
    const [hook] = stage.gitlab.hooksOf('acme/app')
    hook?.flags.set('issues_events', false)
    if (hook) hook.token = 'changed by hand'
    expect(await stage.gitlab.happen('acme/app', pushTo(project, 1))).toEqual(['401'])
    expect(await install('acme/app')).toMatchObject([{ did: 'repaired' }])
    expect(hook?.flags.get('issues_events')).toBe(true)
    expect(await stage.gitlab.happen('acme/app', pushTo(project, 2))).toEqual(['200'])
  })

  it('takes over a hook made by hand that points here, and ends its doubles', async () => {
    const project = stage.gitlab.project('acme/app')
    stage.gitlab.addHook('acme/app', 'https://elsewhere.example.org/hook')
    const byHandHook = stage.gitlab.addHook('acme/app', `${hookUrl()}/`, byHand)
    stage.gitlab.addHook('acme/app', hookUrl(), byHand)
    await stage.leave()
    await stage.gitlab.happen('acme/app', pushTo(project, 1))
    await stage.comeBack()
    expect(await install('acme/app')).toMatchObject([{ did: 'repaired' }])
    expect(stage.gitlab.hooksOf('acme/app').map(({ id, url }) => [id === byHandHook.id, url])).toEqual([
      [false, 'https://elsewhere.example.org/hook'],
      [true, hookUrl()],
    ])
    // What it could not deliver before it was ours is nobody's news.
    await stage.pass()
    expect(await stage.facts()).toEqual([])
  })

  it('makes one hook for a group where the licence has it, and takes its projects’ own away', async () => {
    stage.gitlab.group('acme')
    const project = stage.gitlab.project('acme/deep/app')
    await install('acme/deep/app')
    stage.gitlab.ways.licence = true
    expect(await install('acme/**')).toEqual([
      { path: 'acme/**', did: 'made', state: 'working' },
      { path: 'acme/deep/app', did: 'removed', state: 'missing' },
    ])
    expect(stage.gitlab.hooksOf('acme/deep/app')).toEqual([])
    expect(await stage.gitlab.happen(project.path, pushTo(project, 1))).toEqual(['200'])
    expect(await install('acme/deep/app')).toEqual([{ path: 'acme/deep/app', did: 'covered', state: 'working' }])
  })

  it('makes one a project where the licence has no group hooks', async () => {
    stage.gitlab.group('acme')
    for (let count = 0; count < 120; count += 1) stage.gitlab.project(`acme/p${count}`)
    stage.gitlab.project('acme-evil/app')
    const lines = await install('acme/**')
    expect(lines.map(({ did }) => did)).toEqual(Array.from({ length: 120 }, () => 'made'))
    expect(stage.gitlab.hooksOf('acme-evil/app')).toEqual([])
  })

  it('leaves the projects of subgroups alone where one star says so', async () => {
    stage.gitlab.ways.licence = true
    stage.gitlab.group('acme')
    stage.gitlab.project('acme/app')
    stage.gitlab.project('acme/deep/app')
    expect((await install('acme/*')).map(({ path }) => path)).toEqual(['acme/app'])
  })

  it('says why GitLab refuses one, does the others, and keeps nothing of what was not made', async () => {
    stage.gitlab.group('acme')
    stage.gitlab.project('acme/app')
    stage.gitlab.ways.refusesHooks = 'is blocked: Requests to the local network are not allowed'
    const [line] = await install('acme/**')
    expect(line).toMatchObject({ path: 'acme/app', did: 'failed', error: expect.stringContaining('local network') })
    expect(line?.hint?.en).toContain('Outbound requests')
    expect(await stage.keeper.keeper.known()).toEqual([])
  })

  it('finds the hook again where the answer to its making was lost', async () => {
    stage.gitlab.project('acme/app')
    let cut = true
    stage.gitlab.ways.answer = (asked, response) => {
      if (!cut || !asked.startsWith('POST')) return false
      cut = false
      stage.gitlab.addHook('acme/app', hookUrl())
      response.destroy()
      return true
    }
    await expect(install('acme/app')).rejects.toThrow(UserError)
    expect(await install('acme/app')).toMatchObject([{ did: 'repaired' }])
    expect(stage.gitlab.hooksOf('acme/app')).toHaveLength(1)
  })

  it('checks: there, elsewhere, switched off, not there, and what it was last called for', async () => {
    const project = stage.gitlab.project('acme/app')
    stage.gitlab.project('acme/none')
    stage.gitlab.group('acme')
    await install('acme/app')
    await stage.gitlab.happen('acme/app', pushTo(project, 1))
    const [hook] = stage.gitlab.hooksOf('acme/app')
    expect(await check('acme/**')).toEqual([
      { path: 'acme/app', did: 'looked', state: 'working', last: ['push_hooks 200'] },
      { path: 'acme/none', did: 'looked', state: 'missing' },
    ])
    if (hook) Object.assign(hook, { status: 'temporarily_disabled', until: '2026-11-21T10:00:00.000Z' })
    expect(await check('acme/app')).toMatchObject([{ state: 'paused', until: Date.UTC(2026, 10, 21, 10) }])
    if (hook) hook.url = 'https://elsewhere.example.org/webhook/gitlab'
    expect(await check('acme/app')).toMatchObject([{ state: 'elsewhere', url: hook?.url }])
  })

  it('removes what it made and nothing else; the secret proves nothing any more', async () => {
    const project = stage.gitlab.project('acme/app')
    stage.gitlab.addHook('acme/app', 'https://elsewhere.example.org/hook')
    await install('acme/app')
    const token = stage.gitlab.hooksOf('acme/app')[1]?.token ?? ''
    expect(await remove('acme/**')).toEqual([{ path: 'acme/app', did: 'removed', state: 'missing' }])
    expect(stage.gitlab.hooksOf('acme/app').map(({ url }) => url)).toEqual(['https://elsewhere.example.org/hook'])
    stage.gitlab.addHook('acme/app', hookUrl(), token)
    expect(await stage.gitlab.happen('acme/app', pushTo(project, 1))).toContain('401')
    expect(await remove('acme/**')).toEqual([])
  })

  it.each(['acme/nothing', '**', 'acme/*x', 'acme/** other', ''])('refuses %s in words', async (target) => {
    await expect(install(target)).rejects.toThrow(UserError)
  })

  it('keeps secrets sealed at rest', async () => {
    stage.gitlab.project('acme/app')
    await install('acme/app')
    const [hook] = stage.gitlab.hooksOf('acme/app')
    const kept = JSON.stringify(await stage.store.hooks.all())
    expect(kept).not.toContain(hook?.token?.split('.')[2] ?? 'no token')
    expect(JSON.stringify(stage.logged)).not.toContain(hook?.token?.split('.')[2] ?? 'no token')
    expect(JSON.stringify(stage.logged)).not.toContain(stage.gitlab.token)
  })
})

describe('projects that nobody is told about', () => {
  let stage: HookStage
  beforeEach(async () => {
    stage = await openHookStage()
    stage.gitlab.group('acme')
    stage.gitlab.project('acme/heard')
    stage.gitlab.project('acme/by-hand')
    stage.gitlab.project('acme/silent')
    stage.gitlab.project('acme/hidden', 'private')
    stage.gitlab.addHook('acme/by-hand', `${stage.vigieUrl}/webhook/gitlab`, byHand)
    await stage.keeper.keeper.install('acme/heard')
  })
  afterEach(() => stage.close())

  const unheard = (subject: string | undefined, vigieAdmin: boolean) =>
    stage.keeper.keeper.unheard(subject, { vigieAdmin })

  it('are all named to an administrator, the public ones to others', async () => {
    expect(await unheard('acme/**', true)).toEqual(['acme/silent', 'acme/hidden'])
    expect(await unheard('acme/**', false)).toEqual(['acme/silent'])
  })

  it('stay unknown where they are private, by their own name too', async () => {
    expect(await unheard('acme/hidden', false)).toEqual(await unheard('acme/not-there', false))
    expect(await unheard('acme/hidden', true)).toEqual(['acme/hidden'])
  })

  it('are asked for no longer in a private group than in one that is not there', async () => {
    stage.gitlab.group('secret', 'private')
    stage.gitlab.project('secret/one', 'private')
    const askedFor = async (subject: string) => {
      const before = stage.gitlab.asked.length
      expect(await unheard(subject, false)).toEqual([])
      return stage.gitlab.asked.slice(before).map((line) => line.replace(/(secret|nobody)$/, 'X'))
    }
    expect(await askedFor('secret/**')).toEqual(await askedFor('nobody/**'))
    expect(await askedFor('secret/one')).toHaveLength((await askedFor('secret/two')).length)
    expect(await unheard('secret/**', true)).toEqual(['secret/one'])
  })

  it('are not named where the subscription leaves them out', async () => {
    expect(await unheard('acme/** !acme/silent', false)).toEqual([])
  })

  it('count a hook that GitLab switched off as none', async () => {
    const [hook] = stage.gitlab.hooksOf('acme/by-hand')
    if (hook) hook.status = 'disabled'
    expect(await unheard('acme/*', false)).toEqual(['acme/by-hand', 'acme/silent'])
  })

  it('keep nobody waiting where GitLab does not answer', async () => {
    await stage.gitlab.close()
    expect(await unheard('acme/**', true)).toEqual([])
  })

  it('are not looked for where everything is meant', async () => {
    const before = stage.gitlab.asked.length
    expect(await unheard(undefined, true)).toEqual([])
    expect(await unheard('**', true)).toEqual([])
    expect(stage.gitlab.asked.length).toBe(before)
  })
})

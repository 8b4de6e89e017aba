// Who may, on a whole Vigie before a Mattermost (threats T4, T6): its own routes, roles as Mattermost knows them, and a button that a member
// made.

import { expect, it } from 'vitest'
import type { TestPost } from '../e2e/house.ts'
import { type Credential, credentials, type Kind, kinds, type Stage } from './stage.ts'

/** interface.md, "HTTP routes": who is let in where. A route that is not here fails. */
const letIn: Readonly<Record<string, readonly Credential[]>> = {
  'POST /mattermost/command': ['command'],
  'POST /mattermost/action': ['seal'],
  'POST /mattermost/dialog': ['state'],
  'POST /webhook/gitlab': ['gitlab'],
  'POST /webhook/nextcloud': ['nextcloud'],
  'POST /webhook/personnage': ['key'],
  'POST /scores': ['key'],
  'GET /personnages': ['key'],
  'GET /personnages/:nom': ['key'],
  'DELETE /personnages/:nom': ['key'],
  'GET /health': credentials,
  'GET /ready': credentials,
  'GET /health/delivery': credentials,
  'GET /metrics': ['metrics'],
  'GET /statut': credentials,
  'GET /docs': credentials,
  'GET /openapi.json': credentials,
  'GET /feed.atom': credentials,
  'GET /badge/:monitor/:file': [],
  // A job's own address; none of these is one.
  'GET /heartbeat/:token': [],
  'POST /heartbeat/:token': [],
  'GET /heartbeat/:token/:word': [],
  'POST /heartbeat/:token/:word': [],
  // A key alone, without a body, is let in nowhere; with one: test/e2e/hook.test.ts.
  'POST /webhook/events': [],
  'POST /webhook/in/:name': [],
  'POST /subscribe': [],
  'DELETE /subscribe': [],
}

export function whoSuite(stage: () => Stage): void {
  const type: Stage['type'] = (...asked) => stage().type(...asked)
  const press: Stage['press'] = (...asked) => stage().press(...asked)
  const submit: Stage['submit'] = (...asked) => stage().submit(...asked)
  const ask: Stage['ask'] = (...asked) => stage().ask(...asked)
  const sealOf: Stage['sealOf'] = (...asked) => stage().sealOf(...asked)
  const rowsOf: Stage['rowsOf'] = (...asked) => stage().rowsOf(...asked)

  it('lets each credential in at its own routes alone, and knows no other route', async () => {
    // HEAD is GET without its body; a command by another method than POST is refused as a forgery is.
    const known = [...stage().routes].filter(
      (route) => !route.startsWith('HEAD ') && !/^(?!POST )\S+ \/mattermost\/command$/.test(route),
    )
    expect(known.toSorted()).toEqual(Object.keys(letIn).toSorted())
    const said: Record<string, Credential[]> = {}
    for (const route of known) {
      const [method = '', path = ''] = route.split(' ')
      said[route] = []
      for (const held of credentials) if (await isIn(method, path, stage().secrets[held])) said[route].push(held)
    }
    expect(said).toEqual(letIn)
    for (const route of [...stage().routes].filter((one) => !known.includes(one) && !one.startsWith('HEAD '))) {
      const [method = '', path = ''] = route.split(' ')
      if (method === 'TRACE' || method === 'OPTIONS') continue
      expect(
        (await ask(method, path, { authorization: `Token ${stage().secrets.command}` })).status,
        route,
      ).toBeGreaterThanOrEqual(400)
    }
  })

  const isIn = async (method: string, path: string, secret: string): Promise<boolean> => {
    if (path === '/mattermost/command') return (await type(stage().member.id, 'about', secret)).status === 200
    if (path === '/mattermost/action') return !(await press(stage().member.id, secret)).text.includes('plus valable')
    if (path === '/mattermost/dialog')
      return !(await submit(stage().member.id, secret, { what: 'x' })).text.includes('plus valable')
    if (path === '/webhook/gitlab')
      return (
        (
          await ask(
            method,
            path,
            { 'content-type': 'application/json', 'x-gitlab-token': secret },
            '{"object_kind":"nothing"}',
          )
        ).status === 200
      )
    if (path === '/webhook/nextcloud') {
      const body = '{"event":{"class":"Nothing"}}'
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` }
      return (await ask(method, path, headers, body)).status === 200
    }
    if (
      path === '/personnages' ||
      path.startsWith('/personnages/') ||
      path === '/webhook/personnage' ||
      path === '/scores'
    ) {
      const headers = {
        authorization: `Bearer ${secret}`,
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      }
      const body = method === 'POST' ? '{"nom":"Naruto","score":85}' : undefined
      const { status } = await ask(method, path.replace(':nom', 'Sakura'), headers, body)
      // Who is in learns that there is no Sakura.
      return status === 200 || status === 404
    }
    if (path.startsWith('/heartbeat/')) return (await ask(method, path.replace(':token', secret), {})).status === 200
    if (path === '/metrics') return (await ask(method, path, { authorization: `Bearer ${secret}` })).status === 200
    return (await ask(method, path, { authorization: `Bearer ${secret}` })).status === 200
  }

  const refused = /pas le droit|may not do that|Je ne peux rien faire|cannot do anything/
  const admins = ['sysadmin', 'teamadmin', 'chanadmin'] as const
  it.each([
    ['about', [...admins, 'maker', 'member', 'guest'], (who: string) => type(who, 'about')],
    ['a list', [...admins, 'maker', 'member', 'guest'], (who: string) => type(who, 'subscribe list')],
    ['one’s own audit', [...admins, 'maker', 'member'], (who: string) => type(who, 'audit')],
    [
      'a mute, by a button',
      [...admins, 'maker', 'member'],
      (who: string) => press(who, sealOf(who, 'subscribe.mute', 'gitlab acme/muted 1h')),
    ],
    [
      'what somebody made',
      [...admins, 'maker'],
      async (who: string) => {
        await type(stage().people.maker.id, 'subscribe gitlab acme/made')
        return type(who, 'unsubscribe gitlab acme/made')
      },
    ],
    ['settings', [...admins], (who: string) => type(who, 'settings')],
    [
      'a setting, by a form',
      [...admins],
      (who: string) =>
        submit(
          who,
          stage().sealer.sealDialog({ person: who, channel: stage().town, command: 'settings', commandVerb: 'lang' }),
          {
            lang: 'fr',
          },
        ),
    ],
    ['what is closed', ['sysadmin'], (who: string) => type(who, 'deny gitlab acme/closed')],
  ] as const)('%s', async (_, may, tries) => {
    const allowed: Kind[] = []
    for (const kind of kinds) {
      const { status, text } = await tries(stage().people[kind].id)
      expect(status).toBe(200)
      if (!refused.test(text)) allowed.push(kind)
    }
    expect(allowed.toSorted()).toEqual([...may].toSorted())
  })

  it('does nothing for a button that a member aimed at Vigie and an administrator pressed, and writes it down once (T4)', async () => {
    const url = `http://127.0.0.1:${stage().house.environment.PORT}/mattermost/action`
    const made = postsOf()
    const contexts = [
      { vigie: sealOf(stage().member.id, 'subscribe.mute', 'gitlab acme/app 1h') },
      {
        vigie: stage().sealer.stamp({ channel: stage().town, delivery: '06g0a1b2c3d' })([
          { verb: 'unsubscribe.stop', object: 'gitlab acme/app push' },
        ]).context.vigie,
      },
      { vigie: 'A'.repeat(80), verb: 'unsubscribe.stop', object: 'gitlab acme/app push' },
      { action: 'go' },
    ]
    await type(stage().people.maker.id, 'subscribe gitlab acme/app')
    const before = stateOf()
    for (const context of contexts) {
      const attachments = [
        { text: 'x', actions: [{ id: 'go', name: 'Go', type: 'button', integration: { url, context } }] },
      ]
      const props = { attachments, vigie: { events: [], deliveries: ['06g0a1b2c3d'] } }
      const post = (await stage().member.post('/posts', { channel_id: stage().town, message: 'click me', props }))
        .body as TestPost
      const lines = refusals(stage().people.sysadmin.id)
      const clicked = await stage().house.admin.post(`/posts/${post.id}/actions/go`, {})
      expect(clicked.status).toBe(200)
      expect(refusals(stage().people.sysadmin.id)).toBe(lines + 1)
    }
    expect(stateOf()).toEqual(before)
    expect(postsOf()).toEqual(made)
  })
  // That Vigie started is told once its administrators are known, tried again after 10 s: in the middle of this on a slow machine.
  const postsOf = () =>
    rowsOf(
      "select post from deliveries where post <> '' and event not in (select id from events where source = 'vigie')",
    )
  const refusals = (person: string) =>
    rowsOf("select id from audit where person = ? and outcome = 'refused' and verb = 'button'", person).length
  const stateOf = () => ({
    subscriptions: rowsOf('select * from subscriptions'),
    mutes: rowsOf('select * from mutes'),
    done: rowsOf("select * from audit where outcome = 'done'"),
  })
}

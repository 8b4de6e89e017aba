// What the page asks of the stand-in beside REST v4.
import { describe, expect, it } from 'vitest'
import { answerPage, type PageAction, type PageOffer, pagePathOf } from '../../src/sandbox/page-routes.ts'

const alice = { id: 'a', username: 'alice', name: 'Alice', token: 'secret' }
const said: string[] = []
const push: PageAction = {
  id: 'push',
  label: { fr: 'Pousser', en: 'Push' },
  group: { fr: 'GitLab', en: 'GitLab' },
  run: async () => said.push('pushed'),
}
const broken: PageAction = { ...push, id: 'broken', run: () => Promise.reject(new Error('GitLab is away')) }
const offer: PageOffer = { people: [alice], actions: [push, broken] }
const ask = (method: string, path: string, request: { host?: string; isSignedIn?: boolean } = {}) =>
  answerPage(offer, { method, path, host: '127.0.0.1:8065', isSignedIn: true, ...request })

describe('whom the page may speak as', () => {
  it.each(['127.0.0.1:8065', 'localhost:8065', '[::1]:8065', '192.168.1.4'])('is told at %s', async (host) => {
    expect(await ask('GET', '/page/people', { host, isSignedIn: false })).toMatchObject({ status: 200, body: [alice] })
  })

  it.each(['evil.example', 'evil.example:8065', 'localhost.evil.example', ''])(
    'is not told at %j, a name that could be pointed here from elsewhere',
    async (host) => {
      const answer = await ask('GET', '/page/people', { host })
      expect(answer?.status).toBe(403)
      expect(JSON.stringify(answer?.body)).not.toContain('secret')
    },
  )
})

describe('what the demo can make happen', () => {
  it('is listed with its words', async () => {
    const answer = await ask('GET', '/page/actions')
    expect(answer?.body).toEqual([
      { id: 'push', label: { fr: 'Pousser', en: 'Push' }, group: { fr: 'GitLab', en: 'GitLab' } },
      expect.objectContaining({ id: 'broken' }),
    ])
  })

  it('happens on request', async () => {
    said.length = 0
    expect((await ask('POST', '/page/actions/push'))?.status).toBe(200)
    expect(said).toEqual(['pushed'])
  })

  it('does not happen for another site, which has no token', async () => {
    said.length = 0
    expect((await ask('POST', '/page/actions/push', { isSignedIn: false }))?.status).toBe(401)
    expect(said).toEqual([])
  })

  it('says why it failed', async () => {
    expect(await ask('POST', '/page/actions/broken')).toMatchObject({
      status: 502,
      body: { message: 'GitLab is away' },
    })
  })

  it('is refused where it is unknown', async () => {
    expect((await ask('POST', '/page/actions/nothing'))?.status).toBe(404)
  })
})

describe('addresses of the page', () => {
  it('opens permalinks and channels with the page itself', () => {
    expect(pagePathOf('/taaf/pl/abc123')).toBe('/')
    expect(pagePathOf('/taaf/channels/town-square')).toBe('/')
  })

  it('leaves files alone', () => {
    expect(pagePathOf('/main.js')).toBe('/main.js')
    expect(pagePathOf('/page/vendor/markdown-it.js')).toBe('/page/vendor/markdown-it.js')
  })

  it('leaves everything else to the page’s files', async () => {
    expect(await ask('GET', '/main.js')).toBeNull()
    expect(await ask('POST', '/page/people')).toBeNull()
  })
})

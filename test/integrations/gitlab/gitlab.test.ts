import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../src/errors.ts'
import { createGitlab } from '../../../src/integrations/gitlab/gitlab.ts'
import { integrations } from '../../../src/integrations/index.ts'
import { plain } from '../../../src/text/rich.ts'
import { fixture, receivedAt } from './fixtures.ts'
import { createRelay } from './relay.ts'

const settings = { GITLAB_WEBHOOK_TOKEN: 'token' }

describe('the GitLab integration', () => {
  it('stands in the list', () => {
    expect(integrations).toContain(createGitlab)
  })

  it('is off while neither secret is set, and says which to set', async () => {
    const part = await createRelay({}).gitlab.status()
    expect([part.name, part.state]).toEqual(['gitlab', 'off'])
    expect(plain(part.glance.fr)).toBe('non configuré\u00a0: renseignez GITLAB_WEBHOOK_TOKEN')
    expect(plain(part.glance.en)).toBe('not configured: set GITLAB_WEBHOOK_TOKEN')
  })

  it('says when it last heard something', async () => {
    const relay = createRelay(settings)
    expect(plain((await relay.gitlab.status()).glance.fr)).toBe('aucun événement reçu')
    relay.lastEventAt(receivedAt - 180_000)
    const part = await relay.gitlab.status()
    expect([part.state, plain(part.glance.fr)]).toEqual(['ok', 'dernier événement il y a 3\u00a0min'])
    expect(plain(part.glance.en)).toBe('last event 3\u00a0min ago')
  })

  it('warns for an hour while calls are refused, until one is taken', async () => {
    const relay = createRelay(settings)
    await relay.post(fixture('push'), { 'x-gitlab-token': 'wrong' })
    expect((await relay.gitlab.status()).state).toBe('warning')
    await relay.post(fixture('push'), { 'x-gitlab-token': 'token' })
    expect((await relay.gitlab.status()).state).toBe('ok')
    await relay.post(fixture('push'), { 'x-gitlab-token': 'wrong' })
    relay.at(receivedAt + 3_600_000)
    expect((await relay.gitlab.status()).state).toBe('ok')
    await relay.http.close()
  })

  it('says how GitLab itself does, and why its health page may be closed to us', async () => {
    const relay = createRelay({ GITLAB_WEBHOOK_TOKEN: 'a-token', GITLAB_URL: 'https://git.example.org' })
    const said = async (locale: 'fr' | 'en') => {
      const { state, glance, details } = await relay.gitlab.status()
      return [state, plain(glance[locale]), ...(details?.[locale] ?? []).map(plain)].join(' | ')
    }
    expect(await said('fr')).toContain('ok | /-/health 42\u00a0ms · ')
    relay.healthIs({ tookMs: 9, status: 404 })
    expect(await said('fr')).toMatch(/^ok .*fermé à Vigie.*liste d’adresses de surveillance/)
    expect(await said('en')).toMatch(/^ok .*closed to Vigie.*monitoring allowlist lacks the address of Vigie/)
    relay.healthIs({ tookMs: 9, status: 503 })
    expect(await said('en')).toMatch(/^down .*answers 503/)
    relay.healthIs({ tookMs: 1500, error: 'timeout' })
    expect(await said('en')).toMatch(/^down .*does not answer \(timeout\)/)
  })

  it('names what --events takes: kinds, and kinds with their actions', () => {
    const { events } = createRelay(settings).gitlab
    expect(events).toEqual(
      expect.arrayContaining([
        'merge_request',
        'merge_request.open',
        'push',
        'pipeline.failed',
        'build',
        'user_add_to_group',
      ]),
    )
    expect(new Set(events).size).toBe(events.length)
  })

  it.each(['secret', 'whsec_', 'whsec_AAAA,plain'])(
    'does not start with a signing secret that is none: %s',
    (value) => {
      expect(() => createRelay({ GITLAB_SIGNING_SECRET: value })).toThrow(ConfigError)
    },
  )

  it('does not start with a GITLAB_URL that is no address', () => {
    expect(() => createRelay({ ...settings, GITLAB_URL: 'git.example.org' })).toThrow(ConfigError)
  })
})

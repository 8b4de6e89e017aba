// What is said of hooks that do not work: to the administrators, and by `/statut`.

import { describe, expect, it } from 'vitest'
import type { Event, Telling } from '../../../src/event.ts'
import { hookWords } from '../../../src/integrations/gitlab/hooks/words.ts'
import { createVigie } from '../../../src/integrations/vigie/vigie.ts'
import type { KeptHook } from '../../../src/store/store.ts'
import { plain } from '../../../src/text/rich.ts'
import { createHooksInMemory } from '../../fakes/hooks.ts'
import { createRelay } from './relay.ts'

const at = Date.UTC(2026, 10, 21, 9)
const telling = (locale: Telling['locale']): Telling => ({ locale, timeZone: 'Europe/Paris', now: at })
const event = (type: string, hooks: object[]): Event => ({
  id: 'e1',
  source: 'vigie',
  type,
  time: new Date(at).toISOString(),
  data: { hooks: hooks.map((hook) => ({ ...hook })) },
  severity: 'warning',
  audience: 'closed',
  byDefault: false,
})

describe('hooks that were switched off', () => {
  const vigie = createVigie(createRelay({}).parts)
  const told = (type: string, hooks: object[], locale: Telling['locale']) => {
    const description = vigie?.describe(event(type, hooks), telling(locale))
    return plain([...(description?.title ?? []), { own: '\n' }, ...(description?.text ?? [])])
  }

  it('are named with how they are, in both languages', () => {
    const hooks = [
      { path: 'acme/app', state: 'paused', until: at + 3_600_000 },
      { path: 'acme/**', state: 'disabled' },
    ]
    const french = told('vigie.gitlab_hook_disabled', hooks, 'fr')
    expect(french).toContain('GitLab n’appelle plus Vigie pour 2 webhooks.')
    expect(french).toContain('- acme/app\u00a0: suspendu après des échecs (→ 11:00)')
    expect(told('vigie.gitlab_hook_disabled', hooks, 'en')).toContain('- acme/**: switched off for good')
  })

  it('are told when they work again', () => {
    const hooks = [{ path: 'acme/app', state: 'working' }]
    expect(told('vigie.gitlab_hook_recovered', hooks, 'fr')).toContain('appelle de nouveau Vigie pour 1 webhook.')
    expect(told('vigie.gitlab_hook_recovered', hooks, 'en')).toContain('- acme/app')
  })

  it('are twenty at most, the rest is counted', () => {
    const hooks = Array.from({ length: 25 }, (_, index) => ({ path: `acme/p${index}`, state: 'disabled' }))
    const english = told('vigie.gitlab_hook_disabled', hooks, 'en')
    expect(english).toContain('acme/p19')
    expect(english).not.toContain('acme/p20')
    expect(english).toContain('… +5')
  })
})

describe('the status', () => {
  const kept = (state: KeptHook['state'], key: string): KeptHook => ({
    key,
    path: `acme/${key}`,
    sealed: '',
    seen: 0,
    state,
    told: false,
    failedTests: 0,
    madeAt: 0,
    lookedAt: 0,
  })

  it('counts hooks and those that are off, and names none', () => {
    const words = hookWords([kept('working', 'p1'), kept('disabled', 'p2'), kept('missing', 'p3')], undefined)
    expect(plain(words.glance.fr)).toBe('3 webhooks, 2 désactivés')
    expect(plain(words.glance.en)).toBe('3 webhooks, 2 switched off')
    expect(words.worrying).toBe(true)
    expect(JSON.stringify(words)).not.toContain('acme/')
  })

  it('is well where all work, and says when GitLab cannot be asked', () => {
    expect(hookWords([kept('working', 'p1')], undefined)).toMatchObject({
      worrying: false,
      details: { fr: [], en: [] },
    })
    const { details, operatorDetails } = hookWords([], 'HTTP 502')
    expect(plain(operatorDetails.en[0] ?? [])).toContain('HTTP 502')
    expect(details.en).toEqual([])
  })

  it('shows them beside the last event', async () => {
    const hooks = createHooksInMemory()
    await hooks.save(kept('working', 'p1'))
    const gitlab = createRelay({}, hooks).gitlab
    expect(plain((await gitlab.status()).glance.en)).toBe('no event received · 1 webhook')
  })
})

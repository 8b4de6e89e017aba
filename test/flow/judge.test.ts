import { describe, expect, test } from 'vitest'
import type { Event, Filters, Subscription } from '../../src/event.ts'
import { type Circumstances, createListener, judge, type Silence } from '../../src/flow/judge.ts'
import { draftOf, subscriptionOf } from '../fakes/event.ts'

const eventOf = (said: Partial<Event> = {}): Event => ({ id: 'e1', ...draftOf(said) })

function because(
  event: Event,
  wish: Partial<Subscription> = {},
  around: Partial<Circumstances> = {},
): Silence | 'hears' {
  const circumstances: Circumstances = {
    visibility: 'open',
    isAdmin: () => false,
    isAllowed: () => false,
    isMuted: () => false,
    ...around,
  }
  const judgement = judge(event, createListener(subscriptionOf(wish)), circumstances)
  return judgement.hears ? 'hears' : judgement.because
}

const filtered = (event: Partial<Event>, filters: Filters) => because(eventOf(event), { filters })

describe('a subscription', () => {
  test('hears its source and subject only', () => {
    expect(because(eventOf())).toBe('hears')
    expect(because(eventOf({ source: 'other' }))).toBe('source')
    expect(because(eventOf(), { subject: 'acme-evil/**' })).toBe('subject')
    expect(because(eventOf(), { subject: 'acme/** !acme/site' })).toBe('excluded')
  })

  test('hears what is told by default unless it names events', () => {
    expect(because(eventOf({ byDefault: false }))).toBe('events')
    expect(filtered({ byDefault: false }, { events: ['merge_request'] })).toBe('hears')
    expect(filtered({}, { events: ['push'] })).toBe('events')
  })

  test('hears files of some extensions and sizes only, and nothing that is no file', () => {
    const file = { facets: { extension: 'pdf', sizeBytes: 2048 } }
    expect(filtered(file, { ext: ['docx', 'pdf'], largerBytes: 2047 })).toBe('hears')
    expect(filtered(file, { ext: ['docx'] })).toBe('ext')
    expect(filtered(file, { largerBytes: 2048 })).toBe('larger')
    expect(filtered({ facets: { extension: '', sizeBytes: 1 } }, { ext: ['pdf'] })).toBe('ext')
    expect(filtered({}, { ext: ['pdf'] })).toBe('ext')
    expect(filtered({}, { largerBytes: 1 })).toBe('larger')
  })

  test('hears the types of hook that it names, and all that begin so', () => {
    const done = { source: 'hook', type: 'hook.deploy.done' }
    const wish = (events: string[]) => because(eventOf(done), { source: 'hook', filters: { events } })
    expect(wish(['deploy.done'])).toBe('hears')
    expect(wish(['deploy'])).toBe('hears')
    expect(wish(['deploy.do'])).toBe('events')
    expect(wish(['deploy', '!deploy.done'])).toBe('events')
  })

  test('hears what is grave enough only, and the success that ends a failure', () => {
    expect(filtered({ severity: 'info' }, { severity: 'warning' })).toBe('severity')
    expect(filtered({ severity: 'warning' }, { severity: 'warning' })).toBe('hears')
    expect(filtered({ severity: 'critical' }, { severity: 'warning' })).toBe('hears')
    expect(filtered({ severity: 'warning' }, { severity: 'critical' })).toBe('severity')
    const success = { severity: 'info', byDefaultAfter: 'failed' } as const
    expect(
      filtered(
        { ...success, track: { key: 'k', value: 'success', order: 1, before: 'failed' } },
        { severity: 'warning' },
      ),
    ).toBe('hears')
    expect(
      filtered(
        { ...success, byDefault: true, track: { key: 'k', value: 'success', order: 1, before: 'success' } },
        { severity: 'warning', events: ['all'] },
      ),
    ).toBe('severity')
  })

  test('hears a success by default only after a failure', () => {
    const success = (before?: string) =>
      eventOf({
        type: 'gitlab.pipeline.success',
        byDefaultAfter: 'failed',
        track: { key: 'main', value: 'success', order: 2, ...(before ? { before } : {}) },
      })
    expect(because(success('failed'))).toBe('hears')
    expect(because(success('success'))).toBe('events')
    expect(because(success())).toBe('events')
    expect(because(success(), { filters: { events: ['pipeline'] } })).toBe('hears')
  })

  test.each([
    ['merge_request', 'hears'],
    ['Merge_Request.Open', 'hears'],
    ['gitlab.merge_request.open', 'hears'],
    ['gitlab.merge_request', 'hears'],
    ['all', 'hears'],
    ['merge_request.close', 'events'],
    ['merge', 'events'],
    ['merge_request.op', 'events'],
    ['open', 'events'],
  ])('--events %s: %s', (name, expected) => {
    expect(filtered({}, { events: ['push', name] })).toBe(expected)
  })

  test('hears the branches it names', () => {
    const facets = { branches: ['feature/x', 'main'] }
    expect(filtered({ facets }, { branch: ['main'] })).toBe('hears')
    expect(filtered({ facets }, { branch: ['release/*', 'feature/*'] })).toBe('hears')
    expect(filtered({ facets }, { branch: ['release/*'] })).toBe('branch')
    expect(filtered({ facets }, { branch: ['!main'] })).toBe('branch')
    expect(filtered({}, { branch: ['main'] })).toBe('branch')
  })

  test('hears the labels and authors it names, and never those it excludes', () => {
    const facets = { labels: ['Bug', 'urgent'], author: 'Renovate' }
    expect(filtered({ facets }, { label: ['bug'] })).toBe('hears')
    expect(filtered({ facets }, { label: ['feature'] })).toBe('label')
    expect(filtered({ facets }, { label: ['bug', '!urgent'] })).toBe('label')
    expect(filtered({ facets }, { author: ['!renovate'] })).toBe('author')
    expect(filtered({ facets }, { author: ['renovate'] })).toBe('hears')
    expect(filtered({}, { author: ['renovate'] })).toBe('author')
    expect(filtered({}, { author: ['!renovate'], label: ['!bug'] })).toBe('hears')
  })

  test('hears with --changes-only what changed', () => {
    const track = { key: 'main', value: 'failed', order: 2 }
    expect(filtered({ track: { ...track, before: 'failed' } }, { changesOnly: true })).toBe('unchanged')
    expect(filtered({ track: { ...track, before: 'success' } }, { changesOnly: true })).toBe('hears')
    expect(filtered({ track }, { changesOnly: true })).toBe('hears')
    expect(filtered({ track: { ...track, before: 'failed' } }, {})).toBe('hears')
  })

  test('hears what is confidential only if it asked for it and its maker is an administrator now', () => {
    const secret = eventOf({ confidential: true })
    const asked = { filters: { confidential: true } }
    expect(because(secret, {}, { isAdmin: () => true })).toBe('confidential')
    expect(because(secret, asked)).toBe('confidential')
    expect(because(secret, asked, { isAllowed: () => true })).toBe('confidential')
    expect(because(secret, asked, { isAdmin: (person) => person === 'claire' })).toBe('hears')
  })

  test('hears what is closed while its maker is an administrator or it is allowed', () => {
    const closed = eventOf({ audience: 'closed' })
    expect(because(closed)).toBe('closed')
    expect(because(closed, {}, { isAdmin: (person) => person === 'claire' })).toBe('hears')
    expect(because(closed, {}, { isAllowed: (_, channel) => channel === 'town' })).toBe('hears')
    expect(because(eventOf(), {}, { visibility: 'closed' })).toBe('closed')
    expect(because(eventOf(), {}, { visibility: undefined })).toBe('hears')
  })

  test('hears nothing while muted or asleep', () => {
    expect(because(eventOf(), {}, { isMuted: (_, channel) => channel === 'town' })).toBe('muted')
    expect(because(eventOf(), { asleep: 'archived' })).toBe('asleep')
  })
})

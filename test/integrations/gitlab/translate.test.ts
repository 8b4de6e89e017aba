import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/event.ts'
import { translate } from '../../../src/integrations/gitlab/translate.ts'
import { altered, eventOf, fixture, fixtureNames, hint, receivedAt } from './fixtures.ts'

describe('the type of an event', () => {
  it.each([
    ['push', 'gitlab.push.push'],
    ['tag_push', 'gitlab.tag_push.tag_push'],
    ['merge_request', 'gitlab.merge_request.open'],
    ['issue', 'gitlab.issue.open'],
    ['work_item', 'gitlab.work_item.open'],
    ['note_issue', 'gitlab.note.create'],
    ['pipeline', 'gitlab.pipeline.failed'],
    ['build', 'gitlab.build.failed'],
    ['deployment', 'gitlab.deployment.success'],
    ['release', 'gitlab.release.create'],
    ['milestone', 'gitlab.milestone.create'],
    ['wiki_page', 'gitlab.wiki_page.create'],
    ['emoji', 'gitlab.emoji.award'],
    ['feature_flag', 'gitlab.feature_flag.active'],
    ['access_token_project', 'gitlab.access_token.expiring_access_token'],
    ['vulnerability', 'gitlab.vulnerability.confirmed'],
    ['user_add_to_group', 'gitlab.user_add_to_group.user_add_to_group'],
    ['project_create', 'gitlab.project_create.project_create'],
  ])('%s is %s', (name, type) => {
    expect(eventOf(fixture(name)).type).toBe(type)
  })

  it('is read from the body; the header is a hint', () => {
    expect(eventOf(fixture('push'), { header: 'Issue Hook' }).type).toBe('gitlab.push.push')
  })

  it('is read from event_name where object_kind is absent, as in system hooks', () => {
    expect(eventOf(altered(fixture('push'), { object_kind: undefined })).type).toBe('gitlab.push.push')
  })

  it('of a kind we do not relay is stored, but closed and told to nobody by default', () => {
    const read = translate({ object_kind: 'rocket_launch', action: 'lift_off', project: fixture('push').project }, hint)
    expect(read).toMatchObject({
      relayed: false,
      timed: false,
      draft: { type: 'gitlab.rocket_launch.rocket_launch', audience: 'closed', byDefault: false, data: {} },
    })
  })

  it('holds no words but plain ones', () => {
    expect(eventOf({ object_kind: '__proto__' }).type).toBe('gitlab.unknown.unknown')
    expect(eventOf({ object_kind: 'constructor' }).type).toBe('gitlab.constructor.constructor')
    expect(eventOf({ object_kind: '@all x' }).type).toBe('gitlab.unknown.unknown')
    expect(eventOf({}).type).toBe('gitlab.unknown.unknown')
  })

  it('never takes a foreign action with white space into itself', () => {
    const body = altered(fixture('merge_request'), { 'object_attributes.action': 'open @all' })
    expect(eventOf(body).type).toBe('gitlab.merge_request.merge_request')
  })
})

describe('the subject of an event', () => {
  it.each([
    ['merge_request', 'taaf/projet-test-taaf'],
    ['access_token_group', 'taaf'],
    ['user_add_to_group', 'taaf'],
    ['user_add_to_team', 'taaf/storecloud'],
    ['project_create', 'taaf/conges'],
    ['subgroup_create', 'taaf/rh'],
    ['group_create', 'rh'],
    ['vulnerability', 'taaf/projet-test-taaf'],
    ['merge_request_minimal', undefined],
    ['user_create', undefined],
    ['key_create', undefined],
  ])('%s: %s', (name, subject) => {
    expect(eventOf(fixture(name)).subject).toBe(subject)
  })

  it('of a job of an older server is the path of its repository', () => {
    expect(eventOf(altered(fixture('build'), { project: undefined })).subject).toBe('taaf/projet-test-taaf')
  })

  it('leaves out the path GitLab itself lives under', () => {
    const body = altered(fixture('build'), {
      project: undefined,
      'repository.homepage': 'https://git.example.org/gitlab/taaf/a',
    })
    expect(eventOf(body, { gitlabUrl: 'https://git.example.org/gitlab' }).subject).toBe('taaf/a')
  })

  it.each([['a b'], ['/a'], ['a//b'], [''], [7], [['a']]] satisfies [Json][])('is not %j', (path) => {
    const body = altered(fixture('merge_request'), {
      'project.path_with_namespace': path,
      repository: undefined,
      'object_attributes.url': undefined,
    })
    expect(eventOf(body).subject).toBeUndefined()
  })
})

describe('who may hear of an event', () => {
  it.each([
    [20, 'open', 'public'],
    ['20', 'closed', undefined],
    ['public', 'open', 'public'],
    ['visibilitylevel|public', 'open', 'public'],
    [10, 'closed', 'internal'],
    [0, 'closed', 'private'],
    ['private', 'closed', 'private'],
    [undefined, 'closed', undefined],
    [null, 'closed', undefined],
    [true, 'closed', undefined],
    [21, 'closed', undefined],
    ['constructor', 'closed', undefined],
  ])('is %j → %s', (level, audience, visibility) => {
    const event = eventOf(altered(fixture('merge_request'), { 'project.visibility_level': level }))
    expect([event.audience, event.visibility]).toEqual([audience, visibility])
  })

  it('takes the more private where a body says it twice', () => {
    expect(eventOf(altered(fixture('push'), { 'repository.visibility_level': 0 })).audience).toBe('closed')
    expect(eventOf(altered(fixture('push'), { 'project.visibility_level': 'x' })).audience).toBe('closed')
  })

  it('believes the repository where there is no project, as in jobs of older servers', () => {
    expect(eventOf(altered(fixture('build'), { project: undefined })).audience).toBe('open')
  })

  it.each(
    fixtureNames.filter((name) =>
      /^(access_token|vulnerability|user_|key_|project_|subgroup_|group_|repository_update)/.test(name),
    ),
  )('is closed for %s, whatever the visibility', (name) => {
    const body = altered(fixture(name), { project_visibility: 'public', 'project.visibility_level': 20 })
    expect(eventOf(body).audience).toBe('closed')
  })
})

describe('what is confidential', () => {
  it.each([
    ['issue', { 'object_attributes.confidential': true }],
    ['issue', { event_type: 'confidential_issue' }],
    ['issue', { 'object_attributes.confidential': 'yes' }],
    ['work_item', { 'object_attributes.confidential': true }],
    ['note_issue', { event_type: 'confidential_note' }],
    ['note_issue', { 'object_attributes.internal': true }],
    ['note_issue', { 'object_attributes.confidential': true }],
    ['note_issue', { 'issue.confidential': true }],
    ['note_merge_request', { 'object_attributes.internal': true }],
    ['emoji', { 'issue.confidential': true }],
    ['emoji', { 'note.internal': true }],
  ] as const)('%s with %j', (name, values) => {
    expect(eventOf(altered(fixture(name), values)).confidential).toBe(true)
  })

  it('is what the header alone calls so', () => {
    expect(eventOf(fixture('issue'), { header: 'Confidential Issue Hook' }).confidential).toBe(true)
  })

  it('is nothing else', () => {
    for (const name of fixtureNames) expect(eventOf(fixture(name)), name).not.toHaveProperty('confidential')
  })
})

describe('what is told by default', () => {
  it.each([
    ['merge_request', {}, true],
    ['merge_request', { 'object_attributes.action': 'update' }, true],
    ['push', {}, true],
    ['tag_push', {}, true],
    ['issue', {}, true],
    ['issue', { 'object_attributes.action': 'close' }, true],
    ['issue', { 'object_attributes.action': 'update' }, false],
    ['pipeline', {}, true],
    ['pipeline', { 'object_attributes.status': 'running' }, false],
    ['release', {}, true],
    ['work_item', {}, false],
    ['note_issue', {}, false],
    ['build', {}, false],
    ['deployment', {}, false],
    ['wiki_page', {}, false],
    ['emoji', {}, false],
    ['feature_flag', {}, false],
    ['milestone', {}, false],
    ['access_token_project', {}, false],
    ['vulnerability', {}, false],
    ['user_add_to_group', {}, false],
  ] as const)('%s with %j: %s', (name, values, byDefault) => {
    expect(eventOf(altered(fixture(name), values)).byDefault).toBe(byDefault)
  })

  it('is the success of a pipeline only after a failure on the same branch', () => {
    const success = eventOf(altered(fixture('pipeline'), { 'object_attributes.status': 'success' }))
    expect(success).toMatchObject({
      byDefault: true,
      byDefaultAfter: 'failed',
      track: { key: 'pipeline:15:main', value: 'success', order: 31 },
    })
    const failure = eventOf(fixture('pipeline'))
    expect(failure).toMatchObject({ byDefault: true, track: { key: 'pipeline:15:main', value: 'failed', order: 31 } })
    expect(failure).not.toHaveProperty('byDefaultAfter')
  })

  it('leaves a pipeline that has not concluded untracked', () => {
    expect(eventOf(altered(fixture('pipeline'), { 'object_attributes.status': 'running' }))).not.toHaveProperty('track')
  })
})

describe('what filters compare', () => {
  it.each([
    ['merge_request', { branches: ['feature/test-notification', 'main'], labels: ['API'], author: 'admin-taaf' }],
    ['push', { branches: ['main'], author: 'jeanne' }],
    ['tag_push', { branches: [], author: 'jeanne' }],
    ['pipeline', { branches: ['main', 'feature/test-notification'], author: 'jeanne' }],
    ['issue', { labels: ['API'], author: 'jeanne' }],
    ['build', { branches: ['main'], author: 'jeanne' }],
  ])('%s: %j', (name, facets) => {
    expect(eventOf(fixture(name)).facets).toEqual(facets)
  })
})

describe('events that share a card', () => {
  it.each([
    ['merge_request', 'merge_request:15:5'],
    ['issue', 'issue:15:23'],
    ['work_item', 'work_item:15:24'],
    ['pipeline', 'pipeline:15:31'],
    ['build', 'build:15:381'],
    ['deployment', 'deployment:15:12'],
    ['release', 'release:15:v1.1'],
    ['milestone', 'milestone:15:61'],
    ['push', undefined],
    ['tag_push', undefined],
    ['note_issue', undefined],
    ['wiki_page', undefined],
    ['emoji', undefined],
    ['feature_flag', undefined],
    ['user_add_to_group', undefined],
    ['merge_request_minimal', undefined],
  ])('%s: %s', (name, card) => {
    expect(eventOf(fixture(name)).card).toBe(card)
  })

  it('are those of one vulnerability, whose number only its page tells', () => {
    const event = eventOf(fixture('vulnerability'), { gitlabUrl: 'https://git.example.org' })
    expect(event.card).toBe('vulnerability:15:1')
  })

  it('know their project by its path where it has no id', () => {
    const body = altered(fixture('merge_request'), { 'project.id': undefined })
    expect(eventOf(body).card).toBe('merge_request:taaf/projet-test-taaf:5')
  })
})

describe('when it happened', () => {
  it.each([
    ['2026-11-20 08:41:07 UTC', '2026-11-20T08:41:07.000Z'],
    ['2013-12-03T17:23:34Z', '2013-12-03T17:23:34.000Z'],
    ['2021-04-28 21:50:00 +0200', '2021-04-28T19:50:00.000Z'],
    ['2021-04-28T21:50:00+02:00', '2021-04-28T19:50:00.000Z'],
    ['2021-02-23T02:41:37.886Z', '2021-02-23T02:41:37.886Z'],
  ])('is read from %s', (written, time) => {
    expect(eventOf(altered(fixture('merge_request'), { 'object_attributes.updated_at': written })).time).toBe(time)
  })

  it('is when it came in where the body does not say, or says nonsense', () => {
    const now = new Date(receivedAt).toISOString()
    expect(eventOf(fixture('push')).time).toBe(now)
    expect(eventOf(fixture('feature_flag')).time).toBe(now)
    const body = altered(fixture('merge_request'), {
      'object_attributes.updated_at': '2026-13-45 99:99:99 UTC',
      'object_attributes.created_at': undefined,
    })
    expect(eventOf(body).time).toBe(now)
  })

  it('of a retried pipeline is when its newest job began, not when it was made', () => {
    const body = altered(fixture('pipeline'), {
      'object_attributes.status': 'running',
      'object_attributes.finished_at': null,
      'builds.1.started_at': '2026-11-20 10:00:00 UTC',
      'builds.1.finished_at': null,
    })
    expect(eventOf(body).time).toBe('2026-11-20T10:00:00.000Z')
  })
})

describe('where links lead', () => {
  const url = 'object_attributes.url'

  it('is the origin of the project, where GITLAB_URL is not set', () => {
    expect(eventOf(fixture('merge_request')).url).toBe(
      'https://git.example.org/taaf/projet-test-taaf/-/merge_requests/5',
    )
  })

  it('is GITLAB_URL and nowhere else, where it is set', () => {
    const gitlabUrl = 'https://gitlab.taaf.example'
    expect(eventOf(fixture('merge_request'), { gitlabUrl })).not.toHaveProperty('url')
    const body = altered(fixture('merge_request'), { [url]: 'https://gitlab.taaf.example/x/-/merge_requests/5' })
    expect(eventOf(body, { gitlabUrl }).url).toBe('https://gitlab.taaf.example/x/-/merge_requests/5')
  })

  it.each([
    'https://evil.example/taaf',
    'https://git.example.org.evil.example/',
    'https://git.example.org@evil.example/',
    'https://user:pass@git.example.org/x',
    'http://git.example.org/x',
    'https://git.example.org:8443/x',
    'javascript:alert(1)',
    '//evil.example/',
    'not an address',
  ])('is never %s', (address) => {
    const event = eventOf(
      altered(fixture('merge_request'), { [url]: address, 'project.web_url': 'https://git.example.org/taaf/a' }),
    )
    // The page is built from the project's own instead.
    expect(event.url).toBe('https://git.example.org/taaf/a/-/merge_requests/5')
  })

  it('is nowhere where the project does not say where it is', () => {
    for (const webUrl of [undefined, 'javascript:alert(1)', 'https://user:pass@git.example.org/taaf', 7])
      expect(eventOf(altered(fixture('merge_request'), { 'project.web_url': webUrl }))).not.toHaveProperty('url')
  })

  it('holds for the addresses inside a card too', () => {
    const body = altered(fixture('push'), { 'commits.0.url': 'https://evil.example/c' })
    expect(JSON.stringify(eventOf(body).data)).not.toContain('evil.example')
  })
})

describe('what an event keeps of its body', () => {
  it('are facts, not descriptions, variables, keys or addresses of e-mail', () => {
    const kept = fixtureNames.map((name) => JSON.stringify(eventOf(fixture(name)).data)).join('\n')
    for (const secret of ['canari', 'Voir la pièce jointe', 'example.com', 'jeanne@', '[REDACTED]', 'avatar'])
      expect(kept).not.toContain(secret)
  })

  it('is small, however large the body', () => {
    const commits: Json = Array.from({ length: 5000 }, (_, index) => ({ id: String(index), title: 'x'.repeat(5000) }))
    const body = altered(fixture('push'), { commits, user_name: 'n'.repeat(1_000_000) })
    expect(JSON.stringify(eventOf(body).data).length).toBeLessThan(5000)
  })
})

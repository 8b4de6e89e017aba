// Notable actions of every kind: a fixture and what differs from it.

import type { Json, JsonObject } from '../../../src/event.ts'
import { altered, fixture, fixtureNames } from './fixtures.ts'

export interface Variant {
  readonly name: string
  readonly body: JsonObject
}

const zero = '0'.repeat(40)
const none = { changes: {} } as const
const someone = (name: string): Json => ({ id: 1, name, username: name.toLowerCase() })
const label = (title: string): Json => ({ id: 1, title })
const manyJobs: Json = Array.from({ length: 12 }, (_, index) => ({
  id: index,
  stage: 'test',
  name: `job-${index}`,
  status: 'failed',
  failure_reason: 'runner_system_failure',
}))

const differences: readonly (readonly [
  name: string,
  fixture: string,
  values: Readonly<Record<string, Json | undefined>>,
])[] = [
  ['merged', 'merge_request', { 'object_attributes.action': 'merge', 'object_attributes.state': 'merged' }],
  ['closed', 'merge_request', { 'object_attributes.action': 'close', 'object_attributes.state': 'closed' }],
  ['reopened', 'merge_request', { 'object_attributes.action': 'reopen' }],
  ['approved', 'merge_request', { 'object_attributes.action': 'approved', user: someone('Claire') }],
  ['one approval', 'merge_request', { 'object_attributes.action': 'approval', user: someone('Claire') }],
  ['approval withdrawn', 'merge_request', { 'object_attributes.action': 'unapproval', user: someone('Claire') }],
  [
    'approvals reset',
    'merge_request',
    {
      'object_attributes.action': 'unapproved',
      'object_attributes.system': true,
      'object_attributes.system_action': 'approvals_reset_on_push',
    },
  ],
  ['updated, nothing said', 'merge_request', { 'object_attributes.action': 'update', ...none }],
  [
    'new commits',
    'merge_request',
    { 'object_attributes.action': 'update', 'object_attributes.oldrev': 'f'.repeat(40), ...none },
  ],
  [
    'draft',
    'merge_request',
    {
      'object_attributes.action': 'update',
      'object_attributes.draft': true,
      changes: { draft: { previous: false, current: true } },
    },
  ],
  [
    'ready',
    'merge_request',
    { 'object_attributes.action': 'update', changes: { draft: { previous: true, current: false } } },
  ],
  [
    'reviewers',
    'merge_request',
    {
      'object_attributes.action': 'update',
      changes: {
        reviewers: { previous: [someone('Jeanne')], current: [someone('Claire'), someone('Paul'), someone('Zoé')] },
      },
    },
  ],
  [
    'assignees',
    'merge_request',
    {
      'object_attributes.action': 'update',
      changes: { assignees: { previous: [someone('Jeanne')], current: [someone('Claire')] } },
    },
  ],
  [
    'labels',
    'merge_request',
    {
      'object_attributes.action': 'update',
      changes: { labels: { previous: [label('API'), label('v1')], current: [label('v2')] } },
    },
  ],
  [
    'renamed',
    'merge_request',
    { 'object_attributes.action': 'update', changes: { title: { previous: 'a', current: 'b' } } },
  ],
  ['everything changed', 'merge_request', { 'object_attributes.action': 'update' }],
  ['an unknown action', 'merge_request', { 'object_attributes.action': 'juggle' }],
  ['merged, by nobody known', 'merge_request', { 'object_attributes.action': 'merge', user: undefined }],
  ['updated, by nobody known', 'merge_request', { 'object_attributes.action': 'update', user: undefined }],
  [
    'nothing but the kind',
    'merge_request',
    { object_attributes: undefined, user: undefined, project: undefined, changes: undefined },
  ],
  ['one commit', 'push', { total_commits_count: 1, 'commits.2': undefined, 'commits.1': undefined }],
  ['many commits', 'push', { total_commits_count: 1204 }],
  ['no commits', 'push', { total_commits_count: 0, commits: [] }],
  ['branch made', 'push', { before: zero }],
  ['branch made without commits', 'push', { before: zero, commits: [], total_commits_count: 0 }],
  ['branch deleted', 'push', { after: zero, checkout_sha: null, commits: [], total_commits_count: 0 }],
  ['by nobody known', 'push', { user_name: undefined, user_username: undefined }],
  [
    'branch deleted, by nobody known',
    'push',
    { after: zero, commits: [], user_name: undefined, user_username: undefined },
  ],
  [
    'nothing but the kind',
    'push',
    Object.fromEntries(Object.keys(fixture('push')).map((name) => [name, name === 'object_kind' ? 'push' : undefined])),
  ],
  ['tag deleted', 'tag_push', { after: zero, commits: [], message: null }],
  ['tag moved', 'tag_push', { before: 'a'.repeat(40) }],
  ['closed', 'issue', { 'object_attributes.action': 'close', 'object_attributes.state': 'closed' }],
  ['reopened', 'issue', { 'object_attributes.action': 'reopen' }],
  ['updated', 'issue', { 'object_attributes.action': 'update' }],
  ['confidential', 'issue', { 'object_attributes.confidential': true, event_type: 'confidential_issue' }],
  ['bare', 'issue', { object_attributes: { title: 'Un titre' }, assignees: [], labels: [], user: undefined }],
  [
    'epic closed',
    'work_item',
    { 'object_attributes.type': 'Epic', 'object_attributes.action': 'close', 'object_attributes.state': 'closed' },
  ],
  ['incident', 'work_item', { 'object_attributes.type': 'Incident', 'object_attributes.severity': 'critical' }],
  ['of an unknown type', 'work_item', { 'object_attributes.type': 'Rocket' }],
  ['edited', 'note_issue', { 'object_attributes.action': 'update' }],
  ['bare', 'note_issue', { issue: undefined, user: undefined, object_attributes: {} }],
  ['revoked', 'emoji', { 'object_attributes.action': 'revoke', event_type: 'revoke' }],
  [
    'on a merge request',
    'emoji',
    {
      note: undefined,
      issue: undefined,
      merge_request: { iid: 5, title: 'Titre' },
      'object_attributes.awardable_type': 'MergeRequest',
    },
  ],
  ['success', 'pipeline', { 'object_attributes.status': 'success', builds: [] }],
  [
    'running',
    'pipeline',
    { 'object_attributes.status': 'running', 'object_attributes.duration': null, builds: [], merge_request: null },
  ],
  ['of an unknown status', 'pipeline', { 'object_attributes.status': 'levitating', builds: [] }],
  ['many failed jobs', 'pipeline', { builds: manyJobs }],
  [
    'bare',
    'pipeline',
    {
      object_attributes: { status: 'failed' },
      user: undefined,
      commit: undefined,
      builds: undefined,
      merge_request: undefined,
    },
  ],
  [
    'success',
    'build',
    { build_status: 'success', build_failure_reason: 'unknown_failure', retries_count: 0, environment: null },
  ],
  ['allowed to fail', 'build', { build_allow_failure: true }],
  ['of an older server', 'build', { project: undefined }],
  ['failed', 'deployment', { status: 'failed' }],
  [
    'bare',
    'deployment',
    {
      project: undefined,
      environment: undefined,
      user: undefined,
      status: undefined,
      short_sha: undefined,
      commit_title: undefined,
      commit_url: undefined,
      ref: undefined,
      environment_tier: undefined,
    },
  ],
  ['updated', 'release', { action: 'update' }],
  ['deleted', 'release', { action: 'delete', assets: { count: 0 } }],
  ['named like its tag', 'release', { name: 'v1.1' }],
  ['closed', 'milestone', { action: 'close', 'object_attributes.state': 'closed' }],
  ['updated', 'wiki_page', { 'object_attributes.action': 'update' }],
  ['deleted', 'wiki_page', { 'object_attributes.action': 'delete', 'object_attributes.message': '' }],
  ['switched off', 'feature_flag', { 'object_attributes.active': false }],
  ['of unknown state', 'feature_flag', { 'object_attributes.active': undefined }],
  ['of unknown expiry', 'access_token_project', { 'object_attributes.expires_at': null }],
  ['resolved', 'vulnerability', { 'object_attributes.state': 'resolved' }],
  ['an unknown kind', 'push', { object_kind: 'rocket_launch', event_name: undefined }],
]

/** Every fixture as it is, then every notable difference. */
export const variants: readonly Variant[] = [
  ...fixtureNames.map((name) => ({ name, body: fixture(name) })),
  ...differences.map(([name, of, values]) => ({ name: `${of}: ${name}`, body: altered(fixture(of), values) })),
].sort((a, b) => (a.name < b.name ? -1 : 1))

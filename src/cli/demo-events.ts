// The demo's small world: what happens to one project of a GitLab that does not exist, in the shapes that GitLab documents
// (reference/gitlab.md). Each call tells the next thing; a merge request must be open before it can be merged.

import type { Said } from '../text/locale.ts'

export interface DemoEvent {
  readonly id: string
  readonly label: Said
  readonly group: Said
  /** The next webhook body of this kind. */
  body(now: number): object
}

const gitlab = 'https://gitlab.example.org'
export const demoProject = 'taaf/projet-test-taaf'
const projectUrl = `${gitlab}/${demoProject}`

const people = {
  admin: { id: 1, name: 'Admin TAAF', username: 'admin.taaf' },
  claire: { id: 2, name: 'Claire', username: 'claire' },
  jeanne: { id: 3, name: 'Jeanne', username: 'jeanne' },
}
const project = {
  id: 42,
  name: 'projet-test-taaf',
  web_url: projectUrl,
  namespace: 'taaf',
  visibility_level: 20,
  path_with_namespace: demoProject,
  default_branch: 'main',
}
const commits = [
  { id: 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7', title: 'feat: ajout du module de congés', author: 'Jeanne' },
  { id: '9f0c1b22d1f5b1a6f7f6a1f2a3b4c5d6e7f80912', title: 'fix: arrondi des soldes négatifs', author: 'Jeanne' },
  { id: '1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e', title: 'docs: procédure de reprise', author: 'Claire' },
]

const groups = {
  mergeRequest: { fr: 'Merge request', en: 'Merge request' },
  code: { fr: 'Code et pipelines', en: 'Code and pipelines' },
  life: { fr: 'Vie du projet', en: 'Life of the project' },
} satisfies Record<string, Said>

/** A fresh project, with nothing open yet. */
export function createDemoEvents(): readonly DemoEvent[] {
  let mergeRequest = 0
  let merged = true
  let pipeline = 30
  let issue = 11
  let release = 0

  const iso = (now: number) => new Date(now).toISOString()
  const openMergeRequest = () => {
    if (!merged) return
    mergeRequest = mergeRequest === 0 ? 5 : mergeRequest + 1
    merged = false
  }
  const mergeRequestBody = (action: string, user: object, now: number, more: object = {}) => ({
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user,
    project,
    object_attributes: {
      id: 900 + mergeRequest,
      iid: mergeRequest,
      title: 'Feature: Nouveau module',
      source_branch: 'feature/test-notification',
      target_branch: 'main',
      state: action === 'merge' ? 'merged' : 'opened',
      action,
      created_at: iso(now),
      updated_at: iso(now),
      url: `${projectUrl}/-/merge_requests/${mergeRequest}`,
      last_commit: { id: commits[0]?.id, message: commits[0]?.title, title: commits[0]?.title },
      detailed_merge_status: 'mergeable',
      ...more,
    },
    labels: [],
    changes: {},
    assignees: [people.claire],
    reviewers: [people.claire],
  })
  const pipelineBody = (status: 'failed' | 'success', now: number) => ({
    object_kind: 'pipeline',
    object_attributes: {
      id: 7000 + pipeline,
      iid: pipeline,
      ref: 'main',
      tag: false,
      source: 'push',
      status,
      sha: commits[1]?.id,
      stages: ['build', 'test'],
      created_at: iso(now - 252_000),
      finished_at: iso(now),
      duration: 252,
      url: `${projectUrl}/-/pipelines/${7000 + pipeline}`,
    },
    user: people.jeanne,
    project,
    commit: {
      id: commits[1]?.id,
      title: commits[1]?.title,
      message: commits[1]?.title,
      timestamp: iso(now),
      url: `${projectUrl}/-/commit/${commits[1]?.id}`,
    },
    builds: [
      { id: 1, stage: 'build', name: 'image', status: 'success', allow_failure: false },
      {
        id: 2,
        stage: 'test',
        name: 'rspec',
        status,
        allow_failure: false,
        failure_reason: status === 'failed' ? 'script_failure' : null,
      },
      { id: 3, stage: 'test', name: 'lint', status: 'failed', allow_failure: true, failure_reason: 'script_failure' },
    ],
  })

  return [
    {
      id: 'merge-request-open',
      group: groups.mergeRequest,
      label: { fr: 'Ouvrir une merge request', en: 'Open a merge request' },
      body(now) {
        merged = true
        openMergeRequest()
        return mergeRequestBody('open', people.admin, now)
      },
    },
    {
      id: 'merge-request-update',
      group: groups.mergeRequest,
      label: { fr: 'Y pousser un commit', en: 'Push a commit to it' },
      body(now) {
        openMergeRequest()
        return mergeRequestBody('update', people.admin, now, { oldrev: commits[2]?.id })
      },
    },
    {
      id: 'merge-request-approve',
      group: groups.mergeRequest,
      label: { fr: 'L’approuver', en: 'Approve it' },
      body(now) {
        openMergeRequest()
        return mergeRequestBody('approved', people.claire, now)
      },
    },
    {
      id: 'merge-request-merge',
      group: groups.mergeRequest,
      label: { fr: 'La fusionner', en: 'Merge it' },
      body(now) {
        openMergeRequest()
        merged = true
        return mergeRequestBody('merge', people.claire, now)
      },
    },
    {
      id: 'push',
      group: groups.code,
      label: { fr: 'Pousser 3 commits', en: 'Push 3 commits' },
      body: (now) => ({
        object_kind: 'push',
        event_name: 'push',
        before: '95790bf891e76fee5e1747ab589903a6a1f80f22',
        after: commits[0]?.id,
        ref: 'refs/heads/main',
        user_name: people.jeanne.name,
        user_username: people.jeanne.username,
        project,
        commits: commits.map((commit) => ({
          id: commit.id,
          title: commit.title,
          message: commit.title,
          timestamp: iso(now),
          url: `${projectUrl}/-/commit/${commit.id}`,
          author: { name: commit.author },
          added: [],
          modified: ['conges.rb'],
          removed: [],
        })),
        total_commits_count: 3,
      }),
    },
    {
      id: 'pipeline-failed',
      group: groups.code,
      label: { fr: 'Un pipeline échoue', en: 'A pipeline fails' },
      body(now) {
        pipeline += 1
        return pipelineBody('failed', now)
      },
    },
    {
      id: 'pipeline-success',
      group: groups.code,
      label: { fr: 'Le pipeline réussit', en: 'The pipeline succeeds' },
      body: (now) => pipelineBody('success', now),
    },
    {
      id: 'issue-open',
      group: groups.life,
      label: { fr: 'Ouvrir un ticket', en: 'Open an issue' },
      body(now) {
        issue += 1
        return {
          object_kind: 'issue',
          event_type: 'issue',
          user: people.claire,
          project,
          object_attributes: {
            id: 300 + issue,
            iid: issue,
            title: 'Le solde de congés affiche −0,5 jour',
            action: 'open',
            state: 'opened',
            confidential: false,
            type: 'Issue',
            created_at: iso(now),
            updated_at: iso(now),
            url: `${projectUrl}/-/issues/${issue}`,
          },
          labels: [{ id: 1, title: 'bug', color: '#d9534f' }],
          assignees: [people.jeanne],
        }
      },
    },
    {
      id: 'release',
      group: groups.life,
      label: { fr: 'Publier une version', en: 'Publish a release' },
      body(now) {
        release += 1
        return {
          object_kind: 'release',
          action: 'create',
          id: release,
          name: `Version 2.${release}`,
          tag: `v2.${release}.0`,
          description: 'Le module de congés est là.',
          created_at: iso(now),
          released_at: iso(now),
          url: `${projectUrl}/-/releases/v2.${release}.0`,
          project,
          commit: { id: commits[0]?.id, title: commits[0]?.title, message: commits[0]?.title },
          assets: { count: 2, links: [], sources: [] },
        }
      },
    },
  ]
}

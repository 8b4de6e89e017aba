// What happens in the GitLab of a ledger run: our own fixtures, each told of one project, each bearing a mark that nothing else bears.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { between, type Random } from './seed.ts'

export interface Place {
  readonly path: string
  /** GitLab's number for public (20), internal or private (0). */
  readonly visibility: number
  /** Every event of it is a confidential issue. */
  readonly confidential?: boolean
}

export interface Happening {
  /** Letters and digits that stand in the event's words. */
  readonly mark: string
  readonly body: object
}

interface Fixture {
  readonly project: object
  readonly object_attributes: object
  readonly user: object
}

const fixture = (name: string): Fixture =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'fixtures', 'gitlab', `${name}.json`), 'utf8'))
const fixtures = {
  push: fixture('push'),
  tag: fixture('tag_push'),
  issue: fixture('issue'),
  request: fixture('merge_request'),
  pipeline: fixture('pipeline'),
}

const deeds = ['open', 'update', 'approved', 'merge'] as const

/** Gives the events of one project in turn: pushes, tags, issues, failed pipelines, and merge requests that share a live card. */
export function createHappenings(place: Place, number: number, random: Random): (now: number) => Happening {
  let count = 0
  let request: { iid: number; deed: number } = { iid: 0, deed: deeds.length }
  const project = (of: object) => ({
    ...of,
    id: 1000 + number,
    path_with_namespace: place.path,
    web_url: `https://git.example.org/${place.path}`,
    visibility_level: place.visibility,
  })

  return (now) => {
    count += 1
    const mark = `zq${number}n${String(count).padStart(5, '0')}`
    const at = new Date(now).toISOString()
    const by = { name: mark, username: mark }
    const make = (of: Fixture, attributes: object, more: object = {}): Happening => {
      const user = { ...of.user, ...by }
      const object_attributes = { ...of.object_attributes, created_at: at, updated_at: at, ...attributes }
      return { mark, body: { ...of, project: project(of.project), user, object_attributes, ...more } }
    }
    const pushed = (of: Fixture, ref: string): Happening => {
      const after = mark.padEnd(40, '0').replace(/[^0-9a-f]/g, '0')
      const who = { user_name: mark, user_username: mark }
      return { mark, body: { ...of, project: project(of.project), ...who, ref, after, checkout_sha: after } }
    }
    const issue = () =>
      make(fixtures.issue, {
        id: 5000 + count,
        iid: count,
        title: `Ticket ${mark}`,
        action: 'open',
        state: 'opened',
        confidential: place.confidential === true,
        url: `https://git.example.org/${place.path}/-/issues/${count}`,
      })
    const merging = () => {
      if (request.deed >= deeds.length) request = { iid: count, deed: 0 }
      const action = deeds[request.deed]
      request.deed += 1
      const url = `https://git.example.org/${place.path}/-/merge_requests/${request.iid}`
      const oldrev = action === 'update' ? { oldrev: 'a'.repeat(40) } : {}
      return make(
        fixtures.request,
        { id: 9000 + request.iid, iid: request.iid, action, url, ...oldrev },
        { changes: {} },
      )
    }
    const failing = () =>
      make(fixtures.pipeline, { id: 7000 + count, iid: count, status: 'failed', ref: mark, finished_at: at })
    if (place.confidential) return issue()
    const die = between(random, 1, 10)
    if (die <= 4) return merging()
    if (die <= 6) return pushed(fixtures.push, `refs/heads/${mark}`)
    if (die === 7) return pushed(fixtures.tag, `refs/tags/${mark}`)
    return die === 8 ? failing() : issue()
  }
}

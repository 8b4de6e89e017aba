// What makes a repeated call of GitLab recognisable (interface.md, "A repeated webhook"): the caller's id for 14 days, an equal body for
// 5 minutes. One place, since what a hook's event list tells afterwards must meet the very keys of the live call (fault F7).

import { hash } from 'node:crypto'
import type { DedupeKey } from '../../event.ts'
import type { Read, Refusal } from './body.ts'

type Taken = Exclude<Read, { refusal: Refusal }>

const day = 86_400_000

/** For a call by a secret of the settings: `credential` names that secret, `headers` are in lower case. */
export function dedupeKeys(read: Taken, credential: string, header: (name: string) => string | undefined): DedupeKey[] {
  const id = header('webhook-id') ?? header('idempotency-key')
  return [...idKeys(credential, read.bodyHash, id === undefined ? [] : [id]), ...bodyKeys(read)]
}

/** For a call of a hook of ours, live or out of its event list: every id it bears, since a list may lack one of them. */
export function hookDedupeKeys(read: Taken, key: string, header: (name: string) => string | undefined): DedupeKey[] {
  const named = ['webhook-id', 'idempotency-key'].flatMap((name) => header(name) ?? [])
  // Before GitLab 17.4 a call has no id that outlives it; its own is better than none.
  const ids = named.length > 0 ? named : [header('x-gitlab-webhook-uuid') ?? '']
  return [...idKeys(`hook ${key}`, read.loggedHash ?? read.bodyHash, ids), ...bodyKeys(read)]
}

/** For an entry of a hook's event list, which is told once whatever it bears. */
export function entryKey(key: string, entry: number): DedupeKey {
  return { key: `gitlab:entry:${key}:${entry}`, lifeMs: 14 * day }
}

function idKeys(credential: string, bodyHash: string, ids: readonly string[]): DedupeKey[] {
  return [...new Set(ids)]
    .filter((id) => id !== '')
    .map((id) => {
      const known = hash('sha256', `${credential}\n${bodyHash}\n${id}`)
      return { key: `gitlab:id:${known}`, lifeMs: 14 * day }
    })
}

function bodyKeys({ timed, bodyHash }: Taken): DedupeKey[] {
  return timed ? [{ key: `gitlab:body:${bodyHash}`, lifeMs: 300_000 }] : []
}

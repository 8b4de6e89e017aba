// A push to a project that does not exist, for `vigie doctor`: signed or with the token, as GitLab would send it.

import type { LiveSecrets } from '../../env.ts'
import type { Now } from '../../event.ts'
import { sign, signingKey } from '../../standard-webhooks.ts'
import type { Probe } from '../integration.ts'

export interface ProbeParts {
  readonly tokens: LiveSecrets
  readonly signing: LiveSecrets
  readonly now: Now
}

/** Nothing while no secret is set. */
export async function createProbe({ tokens, signing, now }: ProbeParts, nonce: string): Promise<Probe | undefined> {
  const subject = `vigie/doctor-${nonce}`
  const body = JSON.stringify(pushTo(subject, nonce))
  const headers = { 'content-type': 'application/json', 'x-gitlab-event': 'Push Hook' }
  const probe = { path: '/webhook/gitlab', body, subject }
  const [token] = tokens.current()
  if (token) return { ...probe, headers: { ...headers, 'x-gitlab-token': token.reveal() } }
  const key = signingKey(signing.current()[0]?.reveal() ?? '')
  if (!key) return undefined
  const timestamp = String(Math.floor(now() / 1000))
  const signature = await sign(key, `${nonce}.${timestamp}.`, Buffer.from(body))
  const signed = { 'webhook-id': nonce, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  return { ...probe, headers: { ...headers, ...signed } }
}

function pushTo(path: string, nonce: string): object {
  const commit = nonce.padEnd(40, '0')
  return {
    object_kind: 'push',
    before: '1'.repeat(40),
    after: commit,
    ref: 'refs/heads/main',
    user_name: 'Vigie',
    user_username: 'vigie',
    project: { name: 'doctor', path_with_namespace: path, visibility_level: 0 },
    commits: [{ id: commit, title: 'vigie doctor', message: 'vigie doctor' }],
    total_commits_count: 1,
  }
}

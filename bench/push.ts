// GitLab pushes of 3 KB, each signed and unlike every other, as the bytes of an HTTP request (https://www.standardwebhooks.com).

import { createHmac } from 'node:crypto'

export const subject = 'acme/site'
const signingKey = Buffer.alloc(32, 'bench')
export const signingSecret = `whsec_${signingKey.toString('base64')}`

const placeholder = 'f'.repeat(16)

/** `count` requests of one length, one after the other. */
export interface Requests {
  readonly bytes: Buffer
  readonly sizeBytes: number
  readonly count: number
}

export interface Pushes extends Requests {
  /** One of them, for a client that writes the HTTP itself. */
  at(number: number): { readonly headers: Record<string, string>; readonly body: Buffer<ArrayBuffer> }
}

export function signedPushes(path: string, count: number, nowMs: number): Pushes {
  const body = Buffer.from(JSON.stringify(pushBody(new Date(nowMs).toISOString())))
  const timestamp = String(Math.floor(nowMs / 1000))
  const unsigned = Buffer.from(`${headOf(path, timestamp, body.length)}${body}`)
  const bodyAt = unsigned.length - body.length
  const marks = placesOf(unsigned, Buffer.from(placeholder))
  const signatureAt = unsigned.indexOf(noSignature)
  const bytes = Buffer.allocUnsafe(unsigned.length * count)
  for (let number = 0; number < count; number += 1) {
    const start = number * unsigned.length
    const one = bytes.subarray(start, start + unsigned.length)
    one.set(unsigned)
    const id = number.toString(16).padStart(placeholder.length, '0')
    for (const mark of marks) one.write(id, mark, 'latin1')
    const hmac = createHmac('sha256', signingKey).update(`${id}.${timestamp}.`).update(one.subarray(bodyAt))
    one.write(hmac.digest('base64'), signatureAt, 'latin1')
  }
  const at = (number: number) => {
    const one = bytes.subarray(number * unsigned.length, (number + 1) * unsigned.length)
    const lines = one.subarray(0, bodyAt).toString('latin1').trim().split('\r\n').slice(1)
    const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2)))
    return { headers: { ...headers, host: '' }, body: Buffer.from(one.subarray(bodyAt)) }
  }
  return { bytes, sizeBytes: unsigned.length, count, at }
}

const noSignature = 's'.repeat(44)

function headOf(path: string, timestamp: string, lengthBytes: number): string {
  return [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'user-agent: GitLab/19.0.0',
    'content-type: application/json',
    'x-gitlab-event: Push Hook',
    `webhook-id: ${placeholder}`,
    `webhook-timestamp: ${timestamp}`,
    `webhook-signature: v1,${noSignature}`,
    `content-length: ${lengthBytes}`,
    '',
    '',
  ].join('\r\n')
}

function placesOf(bytes: Buffer, part: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + part.length)) places.push(at)
  return places
}

/** In the documented shape (docs.gitlab.com, "Webhook events", "Push events"), three commits, 3 KB. */
export function pushBody(time: string) {
  const site = `https://git.example.org/${subject}`
  const newest = `${placeholder}${'a'.repeat(24)}`
  const project = {
    id: 15,
    name: 'site',
    description: 'Le site de la ville',
    web_url: site,
    avatar_url: null,
    git_ssh_url: `git@git.example.org:${subject}.git`,
    git_http_url: `${site}.git`,
    namespace: 'acme',
    visibility_level: 20,
    path_with_namespace: subject,
    default_branch: 'main',
    ci_config_path: '',
    homepage: site,
    url: `git@git.example.org:${subject}.git`,
    ssh_url: `git@git.example.org:${subject}.git`,
    http_url: `${site}.git`,
  }
  return {
    object_kind: 'push',
    event_name: 'push',
    before: '9'.repeat(40),
    after: newest,
    ref: 'refs/heads/main',
    ref_protected: true,
    checkout_sha: newest,
    message: null,
    user_id: 8,
    user_name: 'Jeanne',
    user_username: 'jeanne',
    user_email: '',
    user_avatar: 'https://git.example.org/uploads/-/system/user/avatar/8/avatar.png',
    project_id: project.id,
    project,
    commits: [newest, 'b'.repeat(40), 'c'.repeat(40)].map((id) => ({
      id,
      message:
        'fix: arrondi des soldes négatifs\n\nLe solde était arrondi vers zéro, ce qui le faussait d’un centime.\n',
      title: 'fix: arrondi des soldes négatifs',
      timestamp: time,
      url: `${site}/-/commit/${id}`,
      author: { name: 'Jeanne', email: 'jeanne@example.org' },
      added: ['lib/soldes/arrondi.ts'],
      modified: ['lib/soldes/index.ts', 'CHANGELOG.md'],
      removed: [],
    })),
    total_commits_count: 3,
    push_options: {},
    repository: {
      name: project.name,
      url: project.url,
      description: project.description,
      homepage: site,
      git_http_url: project.git_http_url,
      git_ssh_url: project.git_ssh_url,
      visibility_level: 20,
    },
  }
}

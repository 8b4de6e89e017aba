// Whether a slash command comes from Mattermost: by the token of its team and trigger (threats T1, T10; openclaw#65624: any valid token
// ran any trigger). Digests are compared, in constant time; without an expected token nothing is right.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { LiveSecrets } from '../env.ts'
import { parseCommandTokens } from './provision-commands.ts'

export interface Credentials {
  readonly team_id: string
  /** With its slash, as Mattermost sends it. */
  readonly command: string
  readonly token?: string
}

/** The token in the form and the one in the header must both be right where both are there. `tokens`: VIGIE_COMMAND_TOKENS. */
export function isFromMattermost(tokens: LiveSecrets, form: Credentials, authorization: string | undefined): boolean {
  const known = parseCommandTokens(tokens.current().map((secret) => secret.reveal()))
  const expected = known.get(`${form.team_id}/${triggerOf(form.command)}`)
  const header = authorization === undefined ? undefined : /^Token (.*)$/.exec(authorization)?.[1]
  if (authorization !== undefined && header === undefined) return false
  const given = [form.token, header].filter((token) => token !== undefined)
  const right = given.map((token) => isSame(token, expected ?? ''))
  return expected !== undefined && right.length > 0 && !right.includes(false)
}

export function triggerOf(command: string): string {
  return command.replace(/^\//, '').toLowerCase()
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

// Who calls `POST /webhook/nextcloud`: `webhook_listeners` sends the headers that its `authData` names (authMethod `header`). Compared as
// digests, in constant time, over all secrets (threat T9).

import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { LiveSecrets } from '../../../env.ts'

/** Besides `Authorization: Bearer …`, as people name such headers. */
export const tokenHeaders = [
  'x-nextcloud-webhook-token',
  'x-nextcloud-token',
  'x-webhook-token',
  'x-vigie-token',
] as const

/** Whether any of the headers carries one of the secrets. */
export function proves(headers: IncomingHttpHeaders, tokens: LiveSecrets): boolean {
  const words = tokenHeaders.map((name) => headers[name])
  const bearer = /^(?:bearer\s+)?(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
  const digests = [bearer, ...words].flatMap((word) => (typeof word === 'string' && word ? [digest(word)] : []))
  let isProven = false
  for (const token of tokens.current()) {
    const expected = digest(token.reveal())
    for (const given of digests) isProven = timingSafeEqual(given, expected) || isProven
  }
  return isProven
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

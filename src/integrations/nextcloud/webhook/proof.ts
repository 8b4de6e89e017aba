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
  const bearer = /^(?:bearer\s+)?(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
  const said = [bearer, ...tokenHeaders.map((name) => headers[name])]
  const digests = said.flatMap((word) => (typeof word === 'string' && word !== '' ? [digest(word)] : []))
  let isKnown = false
  for (const token of tokens.current()) {
    const own = digest(token.reveal())
    for (const one of digests) isKnown = timingSafeEqual(one, own) || isKnown
  }
  return isKnown
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

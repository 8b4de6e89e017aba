// Every documented route, and an example of the documentation sent as it stands.

import { gitlabDocuments } from '../../src/integrations/gitlab/documents.ts'
import { channelInExamples, hookDocuments } from '../../src/integrations/hook/documents.ts'
import type { RouteDoc, RouteExample } from '../../src/integrations/integration.ts'
import { heartbeatDocuments } from '../../src/integrations/monitor/documents.ts'
import { nextcloudDocuments } from '../../src/integrations/nextcloud/documents.ts'
import { personnageDocuments } from '../../src/integrations/personnage/documents.ts'
import { addressOf } from '../../src/web/api/curl.ts'
import { webDocuments } from '../../src/web/api/documented.ts'
import { typeOf } from '../../src/web/api/openapi.ts'

export const documented: readonly RouteDoc[] = [
  ...personnageDocuments,
  ...hookDocuments,
  ...gitlabDocuments,
  ...nextcloudDocuments,
  ...heartbeatDocuments,
  ...webDocuments,
]

/** What proves who calls: the values of the settings that documents name, and an API key for everything. */
export interface Proofs {
  readonly settings: Readonly<Record<string, string>>
  readonly key?: string
  /** Stands for the channel of examples. */
  readonly channel?: string
}

export async function send(
  url: string,
  one: RouteDoc,
  example: RouteExample,
  proofs: Proofs,
): Promise<{ status: number; type: string; text: string; headers: Headers }> {
  const { body, headers } = example
  const type = typeOf(example)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${url}${addressOf(one.path, example)}`, {
    method: one.method,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(example.unproven ? {} : proofOf(one, proofs)),
      ...headers,
    },
    ...(body === undefined ? {} : { body: text.replaceAll(channelInExamples, proofs.channel ?? '') }),
  })
  const answered = response.headers.get('content-type') ?? ''
  return {
    status: response.status,
    type: answered.replace(/;.*/, ''),
    text: await response.text(),
    headers: response.headers,
  }
}

export function proofOf({ proof }: RouteDoc, { settings, key = '' }: Proofs): Record<string, string> {
  if (proof.by === 'key') return { authorization: `Bearer ${key}` }
  if (proof.by === 'secret') return { [proof.header]: settings[proof.setting] ?? '' }
  return proof.by === 'bearer' ? { authorization: `Bearer ${settings[proof.setting]}` } : {}
}

// An example of the documentation as a line for a shell.

import type { RouteDoc, RouteExample, RouteProof } from '../../integrations/integration.ts'
import { typeOf } from './openapi.ts'

/** `curl -X POST http://…/webhook/personnage -H "Authorization: Bearer $VIGIE_API_KEY" …`, a line for each part. */
export function curlOf({ method, path, proof }: RouteDoc, example: RouteExample, url: string): string {
  const type = typeOf(example)
  const { body, headers = {} } = example
  const proofs = example.unproven ? [] : proofHeader(proof)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(`${url}${addressOf(path, example)}`)}`,
    ...proofs.map((header) => `-H "${header}"`),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(type === undefined ? [] : [`-H ${quoted(`Content-Type: ${type}`)}`]),
    ...(body === undefined ? [] : [`-d ${quoted(text)}`]),
  ].join(' \\\n  ')
}

/** The path with its parameters and its query filled in. */
export function addressOf(path: string, { params = {}, query = {} }: RouteExample): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const asked = new URLSearchParams(query).toString()
  return asked === '' ? filled : `${filled}?${asked}`
}

function proofHeader(proof: RouteProof): readonly string[] {
  if (proof.by === 'key') return ['Authorization: Bearer $VIGIE_API_KEY']
  if (proof.by === 'secret') return [`${proof.header}: $${proof.setting}`]
  return proof.by === 'bearer' ? [`Authorization: Bearer $${proof.setting}`] : []
}

/** For a POSIX shell. */
export const quoted = (text: string): string =>
  /^[\w:/.,=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

// Characters as other programs send them, each of another name, as the bytes of an HTTP request; keys take turns.

import type { Requests } from './push.ts'

const nameLength = 16

/** `keys`: all of one length. */
export function characterCalls(path: string, count: number, keys: readonly string[]): Requests {
  const name = 'n'.repeat(nameLength)
  const body = JSON.stringify({ nom: name, score: 85 })
  const [key = ''] = keys
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '',
    '',
  ].join('\r\n')
  const one = Buffer.from(head + body)
  const keyAt = one.indexOf(key)
  const nameAt = one.indexOf(name)
  const bytes = Buffer.allocUnsafe(one.length * count)
  for (let number = 0; number < count; number += 1) {
    const start = number * one.length
    bytes.set(one, start)
    bytes.write(keys[number % keys.length] ?? '', start + keyAt, 'latin1')
    bytes.write(number.toString(16).padStart(nameLength, '0'), start + nameAt, 'latin1')
  }
  return { bytes, sizeBytes: one.length, count }
}

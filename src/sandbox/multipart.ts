// Reading multipart/form-data bodies (RFC 7578), as far as file uploads need it.
import type { Call } from './call.ts'

export interface Part {
  name: string
  filename: string
  type: string
  bytes: Uint8Array
}

/** The parts of a multipart body; none when the content type is another or the body is cut short. */
export function partsOf(contentType: string, body: Uint8Array): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  if (!boundary || !/^multipart\/form-data/i.test(contentType)) return []
  const marker = Buffer.from(`--${boundary[1] ?? boundary[2]}`)
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const parts: Part[] = []
  let at = bytes.indexOf(marker)
  while (at >= 0) {
    const next = bytes.indexOf(marker, at + marker.length)
    if (next < 0) break
    const part = partOf(bytes.subarray(at + marker.length + 2, next - 2))
    if (part) parts.push(part)
    at = next
  }
  return parts
}

function partOf(section: Buffer): Part | null {
  const split = section.indexOf('\r\n\r\n')
  if (split < 0) return null
  const head = section.subarray(0, split).toString('utf8')
  const name = /;\s*name="((?:[^"\\]|\\.)*)"/i.exec(head)?.[1]
  if (name === undefined) return null
  const filename = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(head)?.[1] ?? ''
  const type = /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? ''
  return { name, filename: unescapeName(filename), type, bytes: new Uint8Array(section.subarray(split + 4)) }
}

// Browsers and Node percent-encode quotes and line ends in file names; curl writes a backslash.
const unescapeName = (name: string): string =>
  name.replace(/%22/g, '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n').replace(/\\(.)/g, '$1')

/** The first part of this name in the call's body, null when there is none. */
export function filePart(call: Call, name: string): Part | null {
  return partsOf(call.headers['content-type'] ?? '', call.bytes).find((part) => part.name === name) ?? null
}

// One day's file of the archive: lines of JSON, one an event, appended and put on the disk before anything else is done. What a crash or a
// person left of it is made whole again up to its last good line.

import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Mended {
  /** What is left, and good. */
  readonly sizeBytes: number
  /** The id on its last line; absent where there is none. */
  readonly last?: string
  /** How many bytes at its end were no line, and are gone. */
  readonly cutBytes: number
  readonly isMissing: boolean
}

const chunkBytes = 64 * 1024
const newline = 0x0a
/** As store/ids.ts shows them. */
const ownId = /^[0-9a-hjkmnp-tv-z]{11}$/
const ownerOnly = 0o600
const ownersFolder = 0o700

/** And those above it. One after the other: Node's own recursion never ends where a file system takes no new folders (/proc). @throws what the disk said. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, ownersFolder)
  } catch (error) {
    if (isThere(error) && (await stat(path)).isDirectory()) return
    if (!isMissing(error) || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await mkdir(path, ownersFolder)
  }
}

/** Nothing where there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Appends whole lines to a file of this size and puts them on the disk; resolves its new size. What was half written is taken back. @throws what the disk said. */
export async function append(path: string, sizeBytes: number, lines: string): Promise<number> {
  const bytes = Buffer.from(lines)
  const file = await open(path, 'a', ownerOnly)
  try {
    await file.appendFile(bytes)
    await file.datasync()
  } catch (error) {
    // Where not even that can be done, the file is looked at and mended before the next line.
    await file.truncate(sizeBytes).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  if (sizeBytes === 0) await syncFolder(dirname(path))
  return sizeBytes + bytes.length
}

/** Cuts off what is no whole line at its end. */
export async function mend(path: string): Promise<Mended> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDWR)
  } catch (error) {
    if (isMissing(error)) return { sizeBytes: 0, cutBytes: 0, isMissing: true }
    throw error
  }
  try {
    const { size } = await file.stat()
    let end = size
    for (;;) {
      const whole = await lineEnd(file, end)
      if (whole === 0) return await cut(file, { size, end: 0 })
      const start = await lineEnd(file, whole - 1)
      const id = idOf(await readText(file, start, whole))
      if (id !== undefined) return await cut(file, { size, end: whole, last: id })
      end = start
    }
  } finally {
    await file.close()
  }
}

async function cut(
  file: FileHandle,
  { size, end, last }: { size: number; end: number; last?: string },
): Promise<Mended> {
  if (end < size) {
    await file.truncate(end)
    await file.datasync()
  }
  return { sizeBytes: end, cutBytes: size - end, isMissing: false, ...(last === undefined ? {} : { last }) }
}

/** Where the last line that ends before `before` ends, its line feed included; 0 where none does. */
async function lineEnd(file: FileHandle, before: number): Promise<number> {
  let end = before
  while (end > 0) {
    const from = Math.max(0, end - chunkBytes)
    const bytes = Buffer.alloc(end - from)
    await file.read(bytes, 0, bytes.length, from)
    const found = bytes.lastIndexOf(newline)
    if (found >= 0) return from + found + 1
    end = from
  }
  return 0
}

async function readText(file: FileHandle, from: number, to: number): Promise<string> {
  const bytes = Buffer.alloc(to - from)
  await file.read(bytes, 0, bytes.length, from)
  return bytes.toString('utf8')
}

/** Of a line that is an event of ours. */
function idOf(line: string): string | undefined {
  try {
    const event: unknown = JSON.parse(line)
    const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : undefined
    return typeof id === 'string' && ownId.test(id) ? id : undefined
  } catch {
    // No JSON: half a line, or what a power cut left.
    return undefined
  }
}

/** A new file's name is on the disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'
const isThere = (error: unknown): boolean => codeOf(error) === 'EEXIST'

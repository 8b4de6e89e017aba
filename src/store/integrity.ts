// Whether a database and its write-ahead log are sound (threat F13). SQLite itself takes a damaged log for one that ends early and
// says nothing of the commits behind the damage, so the log's checksums are followed here first (sqlite.org/walformat.html).

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { endianness } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { sqliteCode, unusable } from './bridge.ts'

const headerBytes = 32
const frameHeaderBytes = 24
const busyTimeoutMs = 5000

/** Sound, but never Vigie's. */
export const noTables = 'it holds no table of Vigie'

/** Codes that say nothing of the file's content: busy, locked, no memory, no right, no room, no answer from the disk. */
const outside: ReadonlySet<number> = new Set([3, 5, 6, 7, 8, 10, 13, 14])

/**
 * What is wrong with a database file, in SQLite's words; nothing when it is sound.
 * @throws {ConfigError} when the file could not be looked at.
 */
export function findDamage(path: string): string | undefined {
  return logDamage(path) ?? contentDamage(path)
}

/** Reads every page once, without writing. @throws {ConfigError} as `findDamage`. */
export function contentDamage(path: string): string | undefined {
  try {
    const connection = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs })
    try {
      return quickCheck(connection) ?? (hasTables(connection) ? undefined : noTables)
    } finally {
      connection.close()
    }
  } catch (error) {
    const code = sqliteCode(error)
    if (code === undefined || outside.has(code)) throw unusable(path, error)
    return error instanceof Error ? error.message : String(error)
  }
}

/** @throws SQLite's error where it cannot even be read. */
export function quickCheck(connection: DatabaseSync): string | undefined {
  const found = connection.prepare('pragma quick_check(3)').all()
  const words = found.map((row) => String(row.quick_check))
  return words.length === 1 && words[0] === 'ok' ? undefined : words.join('; ')
}

function hasTables(connection: DatabaseSync): boolean {
  const found = connection
    .prepare("select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'")
    .get()
  return found !== undefined
}

/**
 * What the log lost, if anything: commits that SQLite noted in the log's index, or that stand behind a broken frame. A torn last
 * transaction is no damage: it was never answered.
 */
export function logDamage(path: string): string | undefined {
  const sizeBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const index = readIndex(`${path}-shm`)
  if (sizeBytes < headerBytes) return index && index.committed > index.copied ? 'its log is gone' : undefined
  const file = openSync(`${path}-wal`, 'r')
  try {
    const header = read(file, 0, headerBytes)
    const log = readHeader(header)
    if (log === undefined) return header.every((byte) => byte === 0) ? undefined : 'the head of its log is damaged'
    const { valid, commitsBehind } = follow(file, sizeBytes, log)
    const noted = index?.salt.equals(log.salt) === true ? index.committed : 0
    if (noted > valid) return `its log is damaged: ${noted - valid} of ${noted} committed pages cannot be read`
    // One commit behind may be the tail of a transaction that a power cut tore; before a second one the first was on the disk.
    return commitsBehind > 1 ? `its log is damaged after page ${valid}` : undefined
  } finally {
    closeSync(file)
  }
}

interface LogHeader {
  readonly pageBytes: number
  readonly salt: Buffer
  readonly littleEndian: boolean
  readonly sums: Sums
}
type Sums = readonly [number, number]

function readHeader(header: Buffer): LogHeader | undefined {
  const magic = header.readUInt32BE(0)
  if (magic >>> 1 !== 0x377f0682 >>> 1) return undefined
  const littleEndian = magic === 0x377f0682
  const sums = addUp([0, 0], header.subarray(0, 24), littleEndian)
  if (sums[0] !== header.readUInt32BE(24) || sums[1] !== header.readUInt32BE(28)) return undefined
  return { pageBytes: header.readUInt32BE(8), salt: header.subarray(16, 24), littleEndian, sums }
}

/** `valid`: frames up to the last commit of the unbroken chain; `commitsBehind`: commits of the same log after its first broken frame. */
function follow(file: number, sizeBytes: number, log: LogHeader): { valid: number; commitsBehind: number } {
  const frameBytes = frameHeaderBytes + log.pageBytes
  const count = Math.floor((sizeBytes - headerBytes) / frameBytes)
  let sums: Sums | undefined = log.sums
  let valid = 0
  let commitsBehind = 0
  for (let index = 0; index < count; index += 1) {
    const frame = read(file, headerBytes + index * frameBytes, frameBytes)
    const isOfThisLog = frame.subarray(8, 16).equals(log.salt)
    const isCommit = frame.readUInt32BE(4) !== 0
    sums = sums && isOfThisLog ? chained(sums, frame, log.littleEndian) : undefined
    if (sums !== undefined && isCommit) valid = index + 1
    if (sums === undefined && isOfThisLog && isCommit) commitsBehind += 1
  }
  return { valid, commitsBehind }
}

function chained(before: Sums, frame: Buffer, littleEndian: boolean): Sums | undefined {
  const head = addUp(before, frame.subarray(0, 8), littleEndian)
  const sums = addUp(head, frame.subarray(frameHeaderBytes), littleEndian)
  return sums[0] === frame.readUInt32BE(16) && sums[1] === frame.readUInt32BE(20) ? sums : undefined
}

function addUp([first, second]: Sums, bytes: Buffer, littleEndian: boolean): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let one = first
  let two = second
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    one = (one + view.getUint32(at, littleEndian) + two) >>> 0
    two = (two + view.getUint32(at + 4, littleEndian) + one) >>> 0
  }
  return [one, two]
}

function read(file: number, position: number, lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes)
  readSync(file, bytes, 0, lengthBytes, position)
  return bytes
}

/** The log's index outlives a killed process. SQLite notes a commit there after it reached the disk, twice, in the machine's own byte order. */
function readIndex(path: string): { committed: number; copied: number; salt: Buffer } | undefined {
  const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (sizeBytes < 136) return undefined
  const index = readFileSync(path)
  const isWhole = index.subarray(0, 48).equals(index.subarray(48, 96)) && index[12] === 1
  if (!isWhole) return undefined
  const number = (at: number) => (endianness() === 'LE' ? index.readUInt32LE(at) : index.readUInt32BE(at))
  return { committed: number(16), copied: number(96), salt: index.subarray(32, 40) }
}

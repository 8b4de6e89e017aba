// The room on the database's disk: told when it runs out, and a reserve that is given back when it has, so that what is under way can be
// finished and told (threat F11). Meanwhile nothing new is taken; once there is room again the reserve is laid down again.

import { randomFillSync } from 'node:crypto'
import { open, rm, stat, statfs } from 'node:fs/promises'
import type { Log } from '../event.ts'

export interface Space {
  /** `low`: less than a tenth is free. `full`: the reserve is given back, nothing new is taken. */
  readonly state: 'ok' | 'low' | 'full'
  readonly freeBytes: number
}

export interface Reserve {
  /** Looks at the disk, and lays down or gives back the reserve. Resolves what it found. */
  look(): Promise<Space>
  /** As last found; `ok` before the first look. */
  space(): Space
}

export interface ReserveParts {
  /** The database; the reserve stands beside it. */
  readonly databasePath: string
  readonly log: Log
  readonly sizeBytes?: number
  /** Of the disk that holds a path. */
  readonly measure?: (path: string) => Promise<{ freeBytes: number; totalBytes: number }>
}

const wholeBytes = 64 * 1024 * 1024
const chunkBytes = 1024 * 1024
const lowShare = 0.1

export function createReserve({ databasePath, log, sizeBytes = wholeBytes, measure = room }: ReserveParts): Reserve {
  const path = `${databasePath}.reserve`
  let found: Space = { state: 'ok', freeBytes: Number.POSITIVE_INFINITY }

  const layDown = async (): Promise<void> => {
    try {
      await fill(path, sizeBytes)
    } catch (error) {
      await rm(path, { force: true })
      log.warn({ err: error }, 'the reserve could not be laid down')
    }
  }

  return {
    space: () => found,
    async look() {
      const { freeBytes, totalBytes } = await measure(databasePath)
      const laidBytes = await sizeOf(path)
      const wasFull = found.state === 'full'
      // Back only once there is room for the reserve and some more, or it would be given back again at once.
      const isFull = wasFull ? freeBytes + laidBytes < sizeBytes * 1.25 : freeBytes < sizeBytes / 8 && laidBytes > 0
      if (isFull) await rm(path, { force: true })
      else if (laidBytes < sizeBytes && freeBytes >= sizeBytes * 1.25) await layDown()
      const isLow = freeBytes < totalBytes * lowShare
      found = { state: isFull ? 'full' : isLow ? 'low' : 'ok', freeBytes }
      if (isFull && !wasFull) log.error({ freeBytes }, 'the disk is full: nothing new is taken until there is room')
      if (!isFull && wasFull) log.info({ freeBytes }, 'there is room on the disk again')
      return found
    },
  }
}

async function room(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(path)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

/** With bytes that no file system packs. */
async function fill(path: string, sizeBytes: number): Promise<void> {
  const chunk = randomFillSync(Buffer.alloc(chunkBytes))
  const file = await open(path, 'w', 0o600)
  try {
    for (let at = 0; at < sizeBytes; at += chunkBytes)
      await file.write(chunk, 0, Math.min(chunkBytes, sizeBytes - at), at)
  } finally {
    await file.close()
  }
}

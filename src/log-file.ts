// The log as a file (interface.md, `LOG_FILE`): rotated at 50 MB, five old ones kept as `.1` to `.5`. Written at once, so that a crash
// loses nothing; what cannot be written is told once and let go, since a full disk must not stop the watch.

import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface LogFile {
  /** One whole line, its line break included. Never throws. */
  write(line: string): void
}

export interface LogFileParts {
  readonly path: string
  /** Called once when it can no longer be written, and again after it could be. */
  readonly onTrouble: (error: unknown) => void
  readonly mostBytes?: number
}

const kept = 5
const usualMostBytes = 50 * 1024 * 1024

/** @throws the system's error where it cannot be opened now. */
export function openLogFile({ path, onTrouble, mostBytes = usualMostBytes }: LogFileParts): LogFile {
  mkdirSync(dirname(path), { recursive: true })
  let { file, sizeBytes } = open(path)
  let isTroubled = false

  function rotate(): void {
    closeSync(file)
    try {
      rmSync(`${path}.${kept}`, { force: true })
      for (let number = kept - 1; number >= 1; number -= 1) move(`${path}.${number}`, `${path}.${number + 1}`)
      move(path, `${path}.1`)
    } finally {
      ;({ file, sizeBytes } = open(path))
    }
  }

  return {
    write(line) {
      const bytes = Buffer.from(line)
      try {
        if (sizeBytes > 0 && sizeBytes + bytes.length > mostBytes) rotate()
        sizeBytes += writeSync(file, bytes)
        isTroubled = false
      } catch (error) {
        if (!isTroubled) onTrouble(error)
        isTroubled = true
      }
    },
  }
}

function open(path: string): { file: number; sizeBytes: number } {
  const file = openSync(path, 'a', 0o640)
  return { file, sizeBytes: fstatSync(file).size }
}

/** Nothing where there is none yet. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

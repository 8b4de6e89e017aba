// The key that seals buttons where VIGIE_SECRET_KEY is not set: made once, kept beside the database in a file only we can read.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type LiveSecrets, Secret } from '../env.ts'

/** The setting's secrets; without them the file's, which is made at the first need. */
export function keyFileSecrets(setting: LiveSecrets, path: string, random: (sizeBytes: number) => Buffer): LiveSecrets {
  let kept: readonly Secret[] | undefined
  return {
    current() {
      const given = setting.current()
      if (given.length > 0) return given
      kept ??= [new Secret(readOrMake(path, random))]
      return kept
    },
  }
}

function readOrMake(path: string, random: (sizeBytes: number) => Buffer): string {
  mkdirSync(dirname(path), { recursive: true })
  try {
    writeFileSync(path, `${random(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(path, 'utf8').trim()
}

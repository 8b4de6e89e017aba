// API keys for programs of the tests, made beside a running Vigie as a shell makes them.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Scope } from '../../src/integrations/integration.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export const everything: readonly Scope[] = [
  'personnages:read',
  'personnages:write',
  'events:write',
  'subscriptions:write',
]

/**
 * With a Vigie administrator's rights. `sealing`: VIGIE_SECRET_KEY, for one that signs. By a process of its own: two who write to one
 * file within one process would each hold up the other, for one that waits for the file lets nothing else go on.
 */
export async function makeKey(
  databasePath: string,
  scopes: readonly Scope[] = everything,
  sealing?: string,
): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`
  const signing = sealing === undefined ? [] : ['--signing']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [main, 'key', 'create', name, '--scope', scopes.join(','), ...signing],
    {
      cwd: tmpdir(),
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: `sqlite:${databasePath}`,
        ...(sealing === undefined ? {} : { VIGIE_SECRET_KEY: sealing }),
      },
    },
  )
  return stdout.trim()
}

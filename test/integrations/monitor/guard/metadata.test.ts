// A real 169.254.169.254, in a network namespace that the test makes for it; nothing leaves that (threat T14).

import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('metadata.ts', import.meta.url))
const enter = ['--user', '--map-root-user', '--net', 'sh', '-c']
const prepare = 'ip link set lo up && ip addr add 169.254.169.254/32 dev lo'

function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', [...enter, prepare], { stdio: 'ignore' })
    return true
  } catch {
    // Not Linux, not permitted, or no `ip` here.
    return false
  }
}

test.skipIf(!hasNamespaces())(
  'a real metadata address is reached by none of its spellings, even if listed (needs network namespaces)',
  async () => {
    const run = promisify(execFile)
    const { stdout } = await run('unshare', [...enter, `${prepare} && exec "$0" "$1"`, process.execPath, program])
    const { control, seen, kinds } = JSON.parse(stdout)
    expect(control).toBe(1)
    expect(seen).toBe(0)
    expect(Object.keys(kinds)).toEqual(['forbidden'])
    expect(kinds.forbidden).toBeGreaterThan(40)
  },
)

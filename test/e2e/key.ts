// API keys for programs of the tests, made beside a running Vigie as a shell makes them.

import { randomBytes } from 'node:crypto'
import { createKeyRing } from '../../src/app/keys.ts'
import { createVault } from '../../src/app/vault.ts'
import { Secret } from '../../src/env.ts'
import type { Scope } from '../../src/integrations/integration.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { createFakeLog } from '../fakes/log.ts'

export const everything: readonly Scope[] = [
  'personnages:read',
  'personnages:write',
  'events:write',
  'subscriptions:write',
]

/** With a Vigie administrator's rights. `sealing`: VIGIE_SECRET_KEY, for one that signs. */
export async function makeKey(
  databasePath: string,
  scopes: readonly Scope[] = everything,
  sealing?: string,
): Promise<string> {
  const store = await openSqliteStore({ path: databasePath, now: Date.now, log: createFakeLog() })
  try {
    const vault = createVault({
      secrets: { current: () => [new Secret(sealing ?? 'of no use here: nothing signs')] },
      random: randomBytes,
    })
    const ring = createKeyRing({ keys: store.apiKeys, vault, now: Date.now })
    return (await ring.make({ name: `test-${randomBytes(4).toString('hex')}`, scopes, signing: sealing !== undefined }))
      .shown
  } finally {
    await store.close()
  }
}

// Who may what with characters (interface.md, "Who may"): members add and score, Vigie administrators remove.

import type { World } from './commands/world.ts'
import type { Row } from './rights-row.ts'

export const personnageRows: readonly Row[] = [
  { what: 'personnage', by: 'guest', line: () => '/personnage' },
  { what: 'personnage list', by: 'guest', line: () => '/personnage list' },
  {
    what: 'personnage show',
    by: 'guest',
    line: () => '/personnage show Naruto',
    fields: () => ({ nom: 'Naruto' }),
  },
  { what: 'personnage top', by: 'guest', line: () => '/personnage top 3', fields: () => ({ n: '3' }) },
  {
    what: 'personnage add',
    by: 'member',
    line: () => '/personnage add Sakura 60',
    fields: () => ({ nom: 'Sakura', score: '60' }),
  },
  {
    what: 'personnage score',
    by: 'member',
    line: () => '/personnage score Naruto 60',
    fields: () => ({ nom: 'Naruto', score: '60' }),
  },
  {
    what: 'personnage remove',
    by: 'vigie_admin',
    line: () => '/personnage remove Naruto',
    fields: () => ({ nom: 'Naruto' }),
  },
  { what: 'personnage.plus', by: 'member', object: () => 'Naruto' },
  { what: 'personnage.minus', by: 'member', object: () => 'Naruto' },
]

/** A character that `maker` added. */
export async function holdPersonnage({ store, clock }: World): Promise<void> {
  const at = clock.now
  await store.events.record([
    {
      draft: {
        source: 'personnage',
        type: 'personnage.created',
        time: new Date(at).toISOString(),
        data: {},
        severity: 'info',
        audience: 'open',
        byDefault: true,
      },
      dedupe: [],
      acceptedAt: at,
      route: () => [],
      keeps: { set: { nom: 'Naruto', score: 85, madeAt: at, changedAt: at, by: 'maker' } },
    },
  ])
}

// The rows of `/monitor` in the table of rights (interface.md, "Who may"), and what they ask about.

import type { World } from './commands/world.ts'
import type { Held, Row } from './rights-row.ts'

/** What only a Vigie administrator may set. */
const guarded: readonly (readonly [string, string])[] = [
  ['--header', 'A: b'],
  ['--secret-header', 'A'],
  ['--body', 'x'],
  ['--method', 'POST'],
  ['--escalate', 'email:a@example.org'],
]

const target = 'https://new.example.org'

const guardedRows = guarded.flatMap(([flag, value]): readonly Row[] => [
  {
    what: `monitor add ${flag}`,
    by: 'vigie_admin',
    line: () => `/monitor add ${target} ${flag} "${value}"`,
    fields: () => ({ target, [flag]: value }),
  },
  {
    what: `monitor edit ${flag}`,
    by: 'vigie_admin',
    line: () => `/monitor edit shop ${flag} "${value}"`,
    fields: () => ({ monitor: 'shop', [flag]: value }),
  },
])

const publicRows: readonly Row[] = [
  {
    what: 'monitor add --public',
    by: 'vigie_admin',
    line: () => `/monitor add ${target} --public`,
    fields: () => ({ target, '--public': true }),
  },
  {
    what: 'monitor edit --public',
    by: 'vigie_admin',
    line: () => '/monitor edit shop --public',
    fields: () => ({ monitor: 'shop', '--public': true }),
  },
]

/** Taking back asks for the right that setting it asks for. */
const withoutRows = (
  [
    ['public', 'vigie_admin'],
    ['header', 'vigie_admin'],
    ['secret-header', 'vigie_admin'],
    ['body', 'vigie_admin'],
    ['escalate', 'vigie_admin'],
    ['slow,escalate', 'vigie_admin'],
    ['slow,mention,no-email', 'maker'],
  ] as const
).map(
  ([names, by]): Row => ({
    what: 'monitor edit --without',
    by,
    declared: 'vigie_admin',
    line: () => `/monitor edit shop --without ${names}`,
    fields: () => ({ monitor: 'shop', '--without': names }),
  }),
)

/** The form that asks for a secret carries what was typed: a forged one is judged like the words. */
const secretRows: readonly Row[] = [
  {
    what: 'monitor add --secret-header',
    by: 'vigie_admin',
    typed: `monitor add ${target} --secret-header A`,
    fields: () => ({ 'secret.A': 'hush' }),
  },
  {
    what: 'monitor edit --secret-header',
    by: 'vigie_admin',
    typed: 'monitor edit shop --secret-header A',
    fields: () => ({ 'secret.A': 'hush' }),
  },
]

/** Verbs that take one monitor and nothing else. */
const named = (verb: string, by: Row['by']): Row => ({
  what: `monitor ${verb}`,
  by,
  line: () => `/monitor ${verb} shop`,
  fields: () => ({ monitor: 'shop' }),
})

const quietRows: readonly Row[] = [
  {
    what: 'monitor mute',
    by: 'member',
    declared: 'maker',
    line: () => '/monitor mute shop 24h',
    fields: () => ({ monitor: 'shop', for: '24h' }),
  },
  {
    what: 'monitor mute',
    by: 'maker',
    line: () => '/monitor mute shop 25h',
    fields: () => ({ monitor: 'shop', for: '25h' }),
  },
  {
    what: 'monitor mute',
    by: 'maker',
    line: () => '/monitor mute all 25h',
    fields: () => ({ monitor: 'all', for: '25h' }),
  },
  {
    what: 'monitor unmute',
    by: 'member',
    declared: 'maker',
    line: () => '/monitor unmute db',
    fields: () => ({ monitor: 'db' }),
  },
  {
    what: 'monitor unmute',
    by: 'maker',
    line: () => '/monitor unmute shop',
    fields: () => ({ monitor: 'shop' }),
  },
  {
    what: 'monitor maintenance',
    by: 'member',
    declared: 'maker',
    line: () => '/monitor maintenance list',
    fields: () => ({ what: 'list' }),
  },
  {
    what: 'monitor maintenance',
    by: 'maker',
    line: () => '/monitor maintenance shop 22:00 2h',
    fields: () => ({ what: 'shop', words: '22:00 2h' }),
  },
  {
    what: 'monitor maintenance',
    by: 'maker',
    line: ({ maintenance }) => `/monitor maintenance remove ${maintenance}`,
    fields: ({ maintenance }) => ({ what: 'remove', words: maintenance }),
  },
]

export const monitorRows: readonly Row[] = [
  { what: 'monitor', by: 'guest', line: () => '/monitor' },
  { what: 'monitor list', by: 'guest', line: () => '/monitor list' },
  named('show', 'guest'),
  { what: 'monitor incidents', by: 'guest', line: () => '/monitor incidents --open' },
  { what: 'monitor report', by: 'guest', line: () => '/monitor report' },
  named('check', 'member'),
  {
    what: 'monitor add',
    by: 'member',
    line: () => '/monitor add new.example.org --mention @me',
    fields: () => ({ target: 'new.example.org', '--mention': '@me' }),
  },
  {
    what: 'monitor add',
    by: 'member',
    line: () => `/monitor add ${target} --method HEAD`,
    fields: () => ({ target, '--method': 'HEAD' }),
  },
  {
    what: 'monitor add --mention',
    by: 'channel_admin',
    line: () => '/monitor add new.example.org --mention @channel',
    fields: () => ({ target: 'new.example.org', '--mention': '@channel' }),
  },
  ...guardedRows,
  ...publicRows,
  ...withoutRows,
  ...secretRows,
  {
    what: 'monitor edit',
    by: 'maker',
    line: () => '/monitor edit shop --every 5m',
    fields: () => ({ monitor: 'shop', '--every': '5m' }),
  },
  {
    what: 'monitor edit --mention',
    by: 'channel_admin',
    line: () => '/monitor edit shop --mention @member',
    fields: () => ({ monitor: 'shop', '--mention': '@member' }),
  },
  named('pause', 'maker'),
  named('resume', 'maker'),
  named('remove', 'maker'),
  ...quietRows,
  { what: 'monitor.ack', by: 'member', object: ({ incident }) => incident },
  { what: 'monitor.release', by: 'maker', object: ({ taken }) => taken },
  { what: 'monitor.check', by: 'member', object: ({ incident }) => incident },
  { what: 'monitor.mute', by: 'member', object: ({ incident }) => `${incident} 1h` },
  { what: 'monitor.unmute', by: 'member', declared: 'maker', object: ({ taken }) => taken },
  { what: 'monitor.unmute', by: 'maker', object: ({ incident }) => incident },
  { what: 'monitor.more', by: 'guest', object: ({ incident }) => incident },
]

export const nothingWatched = { incident: '', taken: '', maintenance: '' }

/** Two monitors that `maker` added and that are down. */
export async function holdWatched({
  watching,
  clock,
}: World): Promise<Pick<Held, 'incident' | 'taken' | 'maintenance'>> {
  const { keeper, weather } = watching
  const maker = { by: 'maker', name: 'maker', vigieAdmin: false }
  const maintenance = 'planned'
  const incidents: string[] = []
  for (const name of ['shop', 'db']) {
    const address = `https://${name}.example.org/`
    weather.set(address, () => ({ failure: { kind: 'timeout', detail: '', isNetwork: true } }))
    const { monitor } = await keeper.add({ channel: 'town', target: address, name }, maker)
    while (keeper.byId(monitor.id)?.state.incident === undefined) await keeper.check(monitor.id, maker)
    incidents.push(keeper.byId(monitor.id)?.state.incident ?? '')
  }
  const [incident = '', taken = ''] = incidents
  const shop = keeper.find('town', 'shop')?.monitor.id ?? ''
  const planned = { id: maintenance, lastsMs: 3_600_000, when: { once: clock.now + 3_600_000 }, by: 'maker' }
  await keeper.maintain(shop, [planned])
  await keeper.mute(shop, { until: clock.now + 30 * 86_400_000, by: 'maker' }, maker)
  await keeper.acknowledge(taken, maker)
  return { incident, taken, maintenance }
}

// The table of rights (interface.md, "Who may"; threats T6): every command, verb, button and guarded flag, tried by every kind of actor.

import { describe, expect, it } from 'vitest'
import type { CallContext, Command, Form, Role } from '../src/commands/command.ts'
import { createWorld, type Name, names, type World } from './commands/world.ts'

/** Rows of "Who may": each may what those before it may. `maker` made the thing that is asked about. */
const may: Readonly<Record<Role, readonly Name[]>> = {
  guest: ['guest', 'member', 'maker', 'teamadmin', 'chanadmin', 'sysadmin'],
  member: ['member', 'maker', 'teamadmin', 'chanadmin', 'sysadmin'],
  maker: ['maker', 'teamadmin', 'chanadmin', 'sysadmin'],
  channel_admin: ['teamadmin', 'chanadmin', 'sysadmin'],
  vigie_admin: ['sysadmin'],
}

/** What the world of a try holds. */
interface Held {
  readonly subscription: string
  readonly event: string
  readonly parked: string
  /** Of the monitor `shop`, which `maker` added and muted for long; nobody has it. */
  readonly incident: string
  /** Of the monitor `db`, which `maker` added and has taken. */
  readonly taken: string
  /** Of a planned maintenance of `shop`. */
  readonly maintenance: string
}

interface Row {
  /** As the command list names it: `subscribe`, `subscribe list`, `subscribe.mute`, `subscribe --confidential`. */
  readonly what: string
  /** Who may, by interface.md. */
  readonly by: Role
  /** The rule it declares, where that says it in another way. */
  readonly declared?: Role
  readonly line?: (held: Held) => string
  readonly object?: (held: Held) => string
}

const rows: readonly Row[] = [
  { what: 'vigie', by: 'guest', line: () => '/vigie' },
  { what: 'help', by: 'guest', line: () => '/vigie help subscribe' },
  { what: 'about', by: 'guest', line: () => '/vigie about' },
  { what: 'statut', by: 'guest', line: () => '/statut' },
  { what: 'subscribe list', by: 'guest', line: () => '/subscribe list' },
  { what: 'explain', by: 'guest', line: ({ event }) => `/vigie explain ${event}` },
  { what: 'explain.why', by: 'guest', object: ({ event }) => event },
  { what: 'deliveries', by: 'member', line: () => '/vigie deliveries' },
  { what: 'deliveries failed', by: 'member', line: () => '/vigie deliveries failed' },
  { what: 'audit', by: 'member', line: () => '/vigie audit' },
  { what: 'subscribe.mute', by: 'member', object: () => 'gitlab acme/app 24h' },
  { what: 'subscribe.unmute', by: 'member', declared: 'maker', object: () => 'gitlab acme/app' },
  { what: 'subscribe.unmute', by: 'maker', object: () => 'gitlab acme/long' },
  { what: 'subscribe', by: 'member', declared: 'maker', line: () => '/subscribe gitlab acme/new' },
  { what: 'subscribe', by: 'maker', line: () => '/subscribe gitlab acme/app --events push' },
  { what: 'unsubscribe', by: 'maker', line: ({ subscription }) => `/unsubscribe ${subscription}` },
  { what: 'unsubscribe', by: 'maker', line: () => '/unsubscribe gitlab acme/app' },
  { what: 'unsubscribe.stop', by: 'maker', object: () => 'gitlab acme/app merge_request' },
  { what: 'settings', by: 'channel_admin', line: () => '/vigie settings' },
  { what: 'settings lang', by: 'channel_admin', line: () => '/vigie settings lang en' },
  { what: 'subscribe --confidential', by: 'vigie_admin', line: () => '/subscribe gitlab acme/new --confidential' },
  {
    what: 'subscribe --mention',
    by: 'member',
    declared: 'channel_admin',
    line: () => '/subscribe gitlab acme/new --mention @me',
  },
  { what: 'subscribe --mention', by: 'channel_admin', line: () => '/subscribe gitlab acme/new --mention @here' },
  { what: 'monitor', by: 'guest', line: () => '/monitor' },
  { what: 'monitor list', by: 'guest', line: () => '/monitor list' },
  { what: 'monitor show', by: 'guest', line: () => '/monitor show shop' },
  { what: 'monitor incidents', by: 'guest', line: () => '/monitor incidents --open' },
  { what: 'monitor check', by: 'member', line: () => '/monitor check shop' },
  { what: 'monitor add', by: 'member', line: () => '/monitor add new.example.org --mention @me' },
  { what: 'monitor add', by: 'member', line: () => '/monitor add https://new.example.org --method HEAD' },
  { what: 'monitor add --mention', by: 'channel_admin', line: () => '/monitor add new.example.org --mention @channel' },
  ...[
    '--header "A: b"',
    '--secret-header A',
    '--body x',
    '--method POST',
    '--escalate email:a@example.org',
    '--public',
  ].map(
    (flag): Row => ({
      what: `monitor add ${flag.split(' ')[0]}`,
      by: 'vigie_admin',
      line: () => `/monitor add https://new.example.org ${flag}`,
    }),
  ),
  { what: 'monitor edit', by: 'maker', line: () => '/monitor edit shop --every 5m' },
  { what: 'monitor edit --mention', by: 'channel_admin', line: () => '/monitor edit shop --mention @member' },
  ...[
    '--header "A: b"',
    '--secret-header A',
    '--body x',
    '--method POST',
    '--escalate email:a@example.org',
    '--public',
  ].map(
    (flag): Row => ({
      what: `monitor edit ${flag.split(' ')[0]}`,
      by: 'vigie_admin',
      line: () => `/monitor edit shop ${flag}`,
    }),
  ),
  { what: 'monitor pause', by: 'maker', line: () => '/monitor pause shop' },
  { what: 'monitor resume', by: 'maker', line: () => '/monitor resume shop' },
  { what: 'monitor remove', by: 'maker', line: () => '/monitor remove shop' },
  { what: 'monitor mute', by: 'member', declared: 'maker', line: () => '/monitor mute shop 24h' },
  { what: 'monitor mute', by: 'maker', line: () => '/monitor mute shop 25h' },
  { what: 'monitor mute', by: 'maker', line: () => '/monitor mute all 25h' },
  { what: 'monitor unmute', by: 'member', declared: 'maker', line: () => '/monitor unmute db' },
  { what: 'monitor unmute', by: 'maker', line: () => '/monitor unmute shop' },
  { what: 'monitor maintenance', by: 'member', declared: 'maker', line: () => '/monitor maintenance list' },
  { what: 'monitor maintenance', by: 'maker', line: () => '/monitor maintenance shop 22:00 2h' },
  { what: 'monitor maintenance', by: 'maker', line: ({ maintenance }) => `/monitor maintenance remove ${maintenance}` },
  { what: 'monitor.ack', by: 'member', object: ({ incident }) => incident },
  { what: 'monitor.release', by: 'maker', object: ({ taken }) => taken },
  { what: 'monitor.check', by: 'member', object: ({ incident }) => incident },
  { what: 'monitor.mute', by: 'member', object: ({ incident }) => `${incident} 1h` },
  { what: 'monitor.unmute', by: 'member', declared: 'maker', object: ({ taken }) => taken },
  { what: 'monitor.unmute', by: 'maker', object: ({ incident }) => incident },
  { what: 'monitor.more', by: 'guest', object: ({ incident }) => incident },
  { what: 'replay', by: 'vigie_admin', line: ({ parked }) => `/vigie replay ${parked}` },
  { what: 'allow', by: 'vigie_admin', line: () => '/vigie allow gitlab acme/app' },
  { what: 'deny', by: 'vigie_admin', line: () => '/vigie deny gitlab acme/app everyone' },
  { what: 'gitlab', by: 'vigie_admin', line: () => '/vigie gitlab' },
  { what: 'gitlab install', by: 'vigie_admin', line: () => '/vigie gitlab install acme/app' },
  { what: 'gitlab check', by: 'vigie_admin', line: () => '/vigie gitlab check acme/**' },
  { what: 'gitlab remove', by: 'vigie_admin', line: () => '/vigie gitlab remove acme/app' },
]

/** A subscription that `maker` made, an event told through it, and one that was given up. */
async function hold(world: World): Promise<Held> {
  const { store, clock } = world
  const { subscription } = await store.subscriptions.save({
    channel: 'town',
    target: { notifier: 'mattermost', address: 'town' },
    source: 'gitlab',
    subject: 'acme/app',
    filters: {},
    maker: 'maker',
    madeAt: clock.now,
  })
  const muted = { channel: 'town', source: 'gitlab', maker: 'maker' }
  await store.subscriptions.mute({ ...muted, subject: 'acme/app', until: clock.now + 3_600_000 })
  await store.subscriptions.mute({ ...muted, subject: 'acme/long', until: clock.now + 30 * 86_400_000 })
  const { id: event } = await world.emit({ subject: 'acme/app' })
  const [claim] = await store.deliveries.claim({ notifier: 'mattermost', now: clock.now, leaseMs: 1000, limit: 1 })
  const parked = claim?.delivery.id ?? ''
  await store.deliveries.settle(parked, 1, { as: 'parked', error: 'gone' }, clock.now)
  return { subscription: subscription.id, event, parked, ...(await holdWatched(world)) }
}

/** Two monitors that `maker` added and that are down. */
async function holdWatched({ watching, clock }: World): Promise<Pick<Held, 'incident' | 'taken' | 'maintenance'>> {
  const { keeper, weather } = watching
  const maker = { by: 'maker', name: 'maker', vigieAdmin: false }
  const maintenance = 'planned'
  const incidents: string[] = []
  for (const name of ['shop', 'db']) {
    const target = `https://${name}.example.org/`
    weather.set(target, () => ({ failure: { kind: 'timeout', detail: '', isNetwork: true } }))
    const { monitor } = await keeper.add({ channel: 'town', target, name }, maker)
    while (keeper.byId(monitor.id)?.state.incident === undefined) await keeper.check(monitor.id, maker)
    incidents.push(keeper.byId(monitor.id)?.state.incident ?? '')
  }
  const [incident = '', taken = ''] = incidents
  const planned = { id: maintenance, lastsMs: 3_600_000, when: { once: clock.now + 3_600_000 }, by: 'maker' }
  await keeper.maintain(keeper.find('town', 'shop')?.monitor.id ?? '', [planned])
  await keeper.mute(
    keeper.find('town', 'shop')?.monitor.id ?? '',
    { until: clock.now + 30 * 86_400_000, by: 'maker' },
    maker,
  )
  await keeper.acknowledge(taken, maker)
  return { incident, taken, maintenance }
}

const shownIds: Held = { subscription: 'ID', event: 'ID', parked: 'ID', incident: 'ID', taken: 'ID', maintenance: 'ID' }

async function tries(row: Row, who: Name): Promise<boolean> {
  const world = await createWorld()
  try {
    const held = await hold(world)
    const answer = row.line
      ? await world.say(who, row.line(held))
      : await world.press(who, row.what, row.object?.(held) ?? '')
    const entries = await world.store.audit.list({ person: who, limit: 5 })
    const wasRefused = entries.some(({ outcome }) => outcome === 'refused')
    // A refusal is audited; what else is answered with a "no" would be a mistake of this table.
    expect(answer.refused, JSON.stringify(answer.reply)).toBe(wasRefused)
    return !answer.refused
  } finally {
    await world.store.close()
  }
}

describe('who may', () => {
  for (const row of rows) {
    it(`${row.what}: ${row.by} (${row.line?.(shownIds) ?? 'button'})`, async () => {
      const allowed: Name[] = []
      for (const who of names) if (await tries(row, who)) allowed.push(who)
      expect(allowed.toSorted()).toEqual(may[row.by].toSorted())
    })
  }

  it('is said for everything that can be asked, as the code declares it', async () => {
    const world = await createWorld()
    const declared = new Map(world.commands.flatMap(rulesOf))
    await world.store.close()
    expect([...new Set(rows.map(({ what }) => what))].toSorted()).toEqual([...declared.keys()].toSorted())
    for (const { what, by, declared: otherwise } of rows) expect(declared.get(what), what).toBe(otherwise ?? by)
  })

  it('lets a member mute a day, whoever administers the channel longer', async () => {
    const world = await createWorld()
    const answers = await Promise.all([
      world.press('member', 'subscribe.mute', 'gitlab acme/app 25h'),
      world.press('chanadmin', 'subscribe.mute', 'gitlab acme/app 25h'),
    ])
    await world.store.close()
    expect(answers.map(({ refused }) => refused)).toEqual([true, false])
  })

  it('gives a person a channel administrator’s rights in a direct message', async () => {
    const world = await createWorld()
    const answers = await Promise.all([
      world.say('member', '/vigie settings lang en', 'direct'),
      world.say('guest', '/vigie settings lang en', 'direct'),
      world.say('member', '/vigie allow gitlab a everyone', 'direct'),
    ])
    await world.store.close()
    expect(answers.map(({ refused }) => refused)).toEqual([false, true, true])
  })
})

/** Whom a guarded value is judged for. */
const nobody: CallContext = {
  person: { id: 'nobody', username: 'nobody', locale: 'en', guest: false, vigieAdmin: false },
  place: { channel: 'town', name: 'town', kind: 'public', botIn: true },
  locale: 'en',
  role: 'member',
  by: 'slash',
  now: 0,
}

function rulesOf(command: Command): [string, Role][] {
  const forms: { what: string; form: Form }[] = [{ what: command.name, form: command }]
  for (const verb of command.verbs ?? []) forms.push({ what: `${command.name} ${verb.name}`, form: verb })
  const flags = forms.flatMap(({ what, form }) =>
    Object.entries(form.flags ?? {}).flatMap(([name, { allow, allowValue }]): [string, Role][] => {
      const rule = allow ?? allowValue?.('@here', nobody) ?? undefined
      return rule === undefined ? [] : [[`${what} --${name}`, rule]]
    }),
  )
  const buttons = Object.entries(command.buttons ?? {}).map(([name, { allow }]): [string, Role] => [
    `${command.name}.${name}`,
    allow,
  ])
  return [...forms.map(({ what, form }): [string, Role] => [what, form.allow]), ...flags, ...buttons]
}

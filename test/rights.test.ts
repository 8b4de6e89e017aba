// The table of rights (interface.md, "Who may"; threats T6): every command, verb, guarded flag, button and form, asked for by every kind of
// actor through Vigie's own HTTP door. The list is the code's, so that nothing can be left out; who may is interface.md's. The routes
// themselves have their own table (threats/who-routes.test.ts).

import { describe, expect, it } from 'vitest'
import type { CallContext, Command, Form, Role } from '../src/commands/command.ts'
import { createWorld, type Name, names, type World } from './commands/world.ts'
import { holdWatched, monitorRows, nothingWatched } from './rights-monitor.ts'
import { holdPersonnage, personnageRows } from './rights-personnage.ts'
import type { Held, Row } from './rights-row.ts'
import { createDoor, type Door, type Heard } from './threats/door.ts'

/** Rows of "Who may": each may what those before it may. `maker` made the thing that is asked about. */
const may: Readonly<Record<Role, readonly Name[]>> = {
  guest: ['guest', 'member', 'maker', 'teamadmin', 'chanadmin', 'sysadmin'],
  member: ['member', 'maker', 'teamadmin', 'chanadmin', 'sysadmin'],
  maker: ['maker', 'teamadmin', 'chanadmin', 'sysadmin'],
  channel_admin: ['teamadmin', 'chanadmin', 'sysadmin'],
  vigie_admin: ['sysadmin'],
}

const rows: readonly Row[] = [
  { what: 'vigie', by: 'guest', line: () => '/vigie' },
  { what: 'help', by: 'guest', line: () => '/vigie help subscribe' },
  { what: 'about', by: 'guest', line: () => '/vigie about' },
  { what: 'statut', by: 'guest', line: () => '/statut' },
  { what: 'subscribe list', by: 'guest', line: () => '/subscribe list' },
  {
    what: 'explain',
    by: 'guest',
    line: ({ event }) => `/vigie explain ${event}`,
    fields: ({ event }) => ({ what: event }),
  },
  { what: 'explain.why', by: 'guest', object: ({ event }) => event },
  { what: 'deliveries', by: 'member', line: () => '/vigie deliveries' },
  { what: 'deliveries failed', by: 'member', line: () => '/vigie deliveries failed' },
  { what: 'audit', by: 'member', line: () => '/vigie audit' },
  { what: 'subscribe.mute', by: 'member', object: () => 'gitlab acme/app 24h' },
  { what: 'subscribe.unmute', by: 'member', declared: 'maker', object: () => 'gitlab acme/app' },
  { what: 'subscribe.unmute', by: 'maker', object: () => 'gitlab acme/long' },
  {
    what: 'subscribe',
    by: 'member',
    declared: 'maker',
    line: () => '/subscribe gitlab acme/new',
    fields: () => ({ source: 'gitlab', subject: 'acme/new' }),
  },
  {
    what: 'subscribe',
    by: 'maker',
    line: () => '/subscribe gitlab acme/app --events push',
    fields: () => ({ source: 'gitlab', subject: 'acme/app', '--events': 'push' }),
  },
  {
    what: 'unsubscribe',
    by: 'maker',
    line: ({ subscription }) => `/unsubscribe ${subscription}`,
    fields: ({ subscription }) => ({ what: subscription }),
  },
  {
    what: 'unsubscribe',
    by: 'maker',
    line: () => '/unsubscribe gitlab acme/app',
    fields: () => ({ what: 'gitlab', subject: 'acme/app' }),
  },
  { what: 'unsubscribe.stop', by: 'maker', object: () => 'gitlab acme/app merge_request' },
  { what: 'settings', by: 'channel_admin', line: () => '/vigie settings' },
  {
    what: 'settings lang',
    by: 'channel_admin',
    line: () => '/vigie settings lang en',
    fields: () => ({ lang: 'en' }),
  },
  {
    what: 'subscribe --confidential',
    by: 'vigie_admin',
    line: () => '/subscribe gitlab acme/new --confidential',
    fields: () => ({ source: 'gitlab', subject: 'acme/new', '--confidential': true }),
  },
  {
    what: 'subscribe --mention',
    by: 'member',
    declared: 'channel_admin',
    line: () => '/subscribe gitlab acme/new --mention @me',
    fields: () => ({ source: 'gitlab', subject: 'acme/new', '--mention': '@me' }),
  },
  {
    what: 'subscribe --mention',
    by: 'channel_admin',
    line: () => '/subscribe gitlab acme/new --mention @here',
    fields: () => ({ source: 'gitlab', subject: 'acme/new', '--mention': '@here' }),
  },
  ...monitorRows,
  ...personnageRows,
  {
    what: 'replay',
    by: 'vigie_admin',
    line: ({ parked }) => `/vigie replay ${parked}`,
    fields: ({ parked }) => ({ delivery: parked }),
  },
  { what: 'replay.again', by: 'vigie_admin', object: ({ parked }) => parked },
  {
    what: 'allow',
    by: 'vigie_admin',
    line: () => '/vigie allow gitlab acme/app',
    fields: () => ({ source: 'gitlab', subject: 'acme/app' }),
  },
  {
    what: 'deny',
    by: 'vigie_admin',
    line: () => '/vigie deny gitlab acme/app everyone',
    fields: () => ({ source: 'gitlab', subject: 'acme/app', channel: 'everyone' }),
  },
  { what: 'gitlab', by: 'vigie_admin', line: () => '/vigie gitlab' },
  {
    what: 'gitlab install',
    by: 'vigie_admin',
    line: () => '/vigie gitlab install acme/app',
    fields: () => ({ target: 'acme/app' }),
  },
  {
    what: 'gitlab check',
    by: 'vigie_admin',
    line: () => '/vigie gitlab check acme/**',
    fields: () => ({ target: 'acme/**' }),
  },
  {
    what: 'gitlab remove',
    by: 'vigie_admin',
    line: () => '/vigie gitlab remove acme/app',
    fields: () => ({ target: 'acme/app' }),
  },
  {
    what: 'export',
    by: 'vigie_admin',
    line: () => '/vigie export events',
    fields: () => ({ what: 'events' }),
  },
  { what: 'import', by: 'vigie_admin', line: () => '/vigie import log' },
  { what: 'key', by: 'vigie_admin', line: () => '/vigie key' },
  { what: 'key list', by: 'vigie_admin', line: () => '/vigie key list' },
  { what: 'key create', by: 'vigie_admin', line: () => '/vigie key create shop --scope events:write' },
  {
    what: 'key revoke',
    by: 'vigie_admin',
    line: () => '/vigie key revoke bank',
    fields: () => ({ name: 'bank' }),
  },
]

/** A subscription that `maker` made, an event told through it, and one that was given up. */
async function hold(world: World, isWatched: boolean): Promise<Held> {
  const { store, clock } = world
  await holdPersonnage(world)
  world.files.set('log', [{ name: 'log.json', bytes: '{"nom":"Naruto","score":85}', user: 'maker' }])
  const { subscription } = await store.subscriptions.save({
    channel: 'town',
    target: { notifier: 'mattermost', address: 'town' },
    source: 'gitlab',
    subject: 'acme/app',
    filters: {},
    maker: 'maker',
    madeAt: clock.now,
  })
  const { id: event } = await world.emit({ subject: 'acme/app' })
  const [claim] = await store.deliveries.claim({ notifier: 'mattermost', now: clock.now, leaseMs: 1000, limit: 1 })
  if (claim === undefined) throw new Error('nothing was told')
  const parked = claim.delivery.id
  await store.deliveries.settle(parked, 1, { as: 'parked', error: 'gone' }, clock.now)
  await store.apiKeys.add({ id: 'k', name: 'bank', scopes: ['events:write'], maker: 'sysadmin', madeAt: clock.now })
  const muted = { channel: 'town', source: 'gitlab', maker: 'maker' }
  await store.subscriptions.mute({ ...muted, subject: 'acme/app', until: clock.now + 3_600_000 })
  await store.subscriptions.mute({ ...muted, subject: 'acme/long', until: clock.now + 30 * 86_400_000 })
  return { subscription: subscription.id, event, parked, ...(isWatched ? await holdWatched(world) : nothingWatched) }
}

/** One way of asking, and what it came to. */
interface Way {
  readonly how: string
  readonly ask: (door: Door, who: Name, held: Held) => Promise<Heard>
}

function waysOf({ what, line, fields, typed, object }: Row): readonly Way[] {
  const [command = '', commandVerb] = what.replace(/ --.*/, '').split(' ')
  const named = { command, ...(commandVerb === undefined ? {} : { commandVerb }) }
  const draft = { ...named, ...(typed === undefined ? {} : { line: typed }) }
  const press = (door: Door, who: Name, verb: string, about: string) =>
    door.press(who, door.sealOf(who, { verb, object: about }), { trigger_id: 'open' })
  return [
    ...(line ? [{ how: line(anything), ask: (door: Door, who: Name, held: Held) => door.type(who, line(held)) }] : []),
    ...(object
      ? [{ how: 'button', ask: (door: Door, who: Name, held: Held) => press(door, who, what, object(held)) }]
      : []),
    ...(fields
      ? [
          {
            how: typed === undefined ? 'form' : 'form of the rest',
            ask: (door: Door, who: Name, held: Held) =>
              door.submit(who, door.stateOf({ person: who, ...draft }), fields(held)),
          },
        ]
      : []),
  ]
}
/** For a test’s name. */
const anything: Held = { subscription: 'ID', event: 'ID', parked: 'ID', incident: 'ID', taken: 'ID', maintenance: 'ID' }

/** Who gets it done. What a try changed, the next one does not find. */
async function allowedBy({ ask }: Way, what: string): Promise<readonly Name[]> {
  const allowed: Name[] = []
  let world: World | undefined
  let held: Held | undefined
  for (const who of names.toReversed()) {
    world ??= await createWorld()
    held ??= await hold(world, what.startsWith('monitor'))
    const { answer, body } = await ask(createDoor(world), who, held)
    const entries = await world.store.audit.list({ person: who, limit: 5 })
    const wasRefused = entries.some(({ outcome }) => outcome === 'refused')
    // A refusal is audited; what else is answered with a "no" would be a mistake of this table.
    expect(answer?.refused, body).toBe(wasRefused)
    if (!wasRefused) allowed.push(who)
    if (answer?.reply.changed === undefined) continue
    await world.store.close()
    world = undefined
    held = undefined
  }
  await world?.store.close()
  return allowed
}

describe('who may', () => {
  for (const row of rows) {
    for (const way of waysOf(row)) {
      it(`${row.what}: ${row.by} (${way.how})`, async () => {
        const allowed = await allowedBy(way, row.what)
        expect(allowed.toSorted()).toEqual(may[row.by].toSorted())
      })
    }
  }

  it('is said for everything that can be asked, as the code declares it', async () => {
    const world = await createWorld()
    const declared = new Map(world.commands.flatMap(rulesOf))
    await world.store.close()
    expect([...new Set(rows.map(({ what }) => what))].toSorted()).toEqual([...declared.keys()].toSorted())
    for (const { what, by, declared: otherwise } of rows) expect(declared.get(what), what).toBe(otherwise ?? by)
  })

  it('is said for every form that can open, and lets nobody open one who may not send it', async () => {
    const world = await createWorld()
    const door = createDoor(world)
    const forms = world.commands.flatMap(formsOf).filter(({ form }) => form.args?.some(({ required }) => required))
    expect(rows.flatMap(({ what, fields }) => (fields && !what.includes('--') ? [what] : [])).toSorted()).toEqual(
      expect.arrayContaining(forms.map(({ what }) => what).toSorted()),
    )
    for (const { what, form } of forms) {
      const opens: Name[] = []
      for (const who of names) {
        const before = door.opened.length
        await door.press(who, door.sealOf(who, { verb: 'form.open', object: what }), { trigger_id: 'open' })
        if (door.opened.length > before) opens.push(who)
      }
      expect(opens.toSorted(), what).toEqual(may[form.allow === 'maker' ? 'member' : form.allow].toSorted())
    }
    await world.store.close()
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

interface Formed {
  readonly what: string
  readonly form: Form
}

function formsOf(command: Command): readonly Formed[] {
  const verbs = (command.verbs ?? []).map((verb) => ({ what: `${command.name} ${verb.name}`, form: verb }))
  return [{ what: command.name, form: command }, ...verbs]
}

function rulesOf(command: Command): [string, Role][] {
  const forms = formsOf(command)
  const flags = forms.flatMap(({ what, form }) =>
    Object.entries(form.flags ?? {}).flatMap(([name, { allow, allowValue }]): [string, Role][] => {
      const rule = allow ?? allowValue?.('@here', nobody) ?? allowValue?.(['public'], nobody)
      return rule === undefined ? [] : [[`${what} --${name}`, rule]]
    }),
  )
  const buttons = Object.entries(command.buttons ?? {}).map(([name, { allow }]): [string, Role] => [
    `${command.name}.${name}`,
    allow,
  ])
  return [...forms.map(({ what, form }): [string, Role] => [what, form.allow]), ...flags, ...buttons]
}

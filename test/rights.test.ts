// The table of rights (interface.md, "Who may"; threats T6): every command, verb, button and guarded flag, tried by every kind of actor.

import { describe, expect, it } from 'vitest'
import type { Command, Role } from '../src/commands/command.ts'
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
  return { subscription: subscription.id, event, parked }
}

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
    it(`${row.what}: ${row.by} (${row.line?.({ subscription: 'ID', event: 'ID', parked: 'ID' }) ?? 'button'})`, async () => {
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

function rulesOf(command: Command): [string, Role][] {
  const forms = [{ what: command.name, form: command }]
  for (const verb of command.verbs ?? [])
    forms.push({ what: `${command.name} ${verb.name}`, form: { ...command, ...verb } })
  const flags = forms.flatMap(({ what, form }) =>
    Object.entries(form.flags ?? {}).flatMap(([name, { allow }]): [string, Role][] =>
      allow === undefined || what !== command.name ? [] : [[`${what} --${name}`, allow]],
    ),
  )
  const buttons = Object.entries(command.buttons ?? {}).map(([name, { allow }]): [string, Role] => [
    `${command.name}.${name}`,
    allow,
  ])
  return [...forms.map(({ what, form }): [string, Role] => [what, form.allow]), ...flags, ...buttons]
}

// The one place where permissions are checked, changes and refusals audited, and errors become replies (design.md, "errors").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDispatch } from '../../src/bot/dispatch.ts'
import type { Command } from '../../src/commands/command.ts'
import { own } from '../../src/text/rich.ts'
import { createWorld, readAnswer, type World } from '../commands/world.ts'

const both = (words: string) => ({ fr: words, en: words })
const bug = new Error('the secret is hunter2')
const outage = Object.assign(new Error('disk full'), { name: 'StoreUnavailable', retryAfterMs: 1000 })

const broken: readonly Command[] = [
  { name: 'crash', summary: both('x'), allow: 'guest', run: () => Promise.reject(bug) },
  { name: 'full', summary: both('x'), allow: 'guest', run: () => Promise.reject(outage) },
  {
    name: 'drawn',
    summary: both('x'),
    allow: 'guest',
    perMinute: 2,
    run: async () => ({ text: own('drawn'), file: { name: 'a.png', type: 'image/png', bytes: Uint8Array.of(1) } }),
  },
  { name: 'kept', summary: both('x'), allow: 'member', run: async () => ({ text: own('kept'), changed: 'a thing' }) },
]

const ignore = () => undefined
const quiet = {
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore },
  meter: { count: ignore },
}

describe('dispatch', () => {
  let world: World
  beforeEach(async () => {
    world = await createWorld(() => broken)
  })
  afterEach(() => world.store.close())

  const audited = async () => {
    const entries = await world.store.audit.list({ limit: 20 })
    return entries.map(({ person, verb, object, outcome }) => [person, verb, object, outcome])
  }

  it('tells a bug’s reference alone, and logs the bug under it', async () => {
    const answer = await world.say('member', '/vigie crash')
    const reference = /`([0-9a-f]{8})`/.exec(readAnswer(answer))?.[1]
    expect(readAnswer(answer)).not.toContain('hunter2')
    expect(world.logged).toEqual([
      { level: 'error', message: 'a command failed', facts: { err: bug, reference, command: 'crash', by: 'slash' } },
    ])
  })

  it('says that nothing was changed when nothing can be stored', async () => {
    expect(await world.read('member', '/vigie full')).toContain('nothing was changed')
  })

  it('audits what was changed, in the command’s own words', async () => {
    await world.say('member', '/vigie kept')
    expect(await audited()).toEqual([['member', 'kept', 'a thing', 'done']])
  })

  it('writes down no more than thirty refusals of one person in a minute, and others’ all the same', async () => {
    const ask = (person: string) =>
      world.dispatch.say({ by: 'slash', person, channel: 'town', trigger: 'vigie', text: 'allow gitlab acme/secret' })
    const lines = async (who: string) =>
      (await world.store.audit.list({ limit: 100 })).filter(({ person }) => person === who).length
    for (let count = 0; count < 40; count += 1) expect((await ask('member')).refused).toBe(true)
    await ask('guest')
    expect([await lines('member'), await lines('guest')]).toEqual([30, 1])
    world.clock.now += 60_001
    await ask('member')
    expect(await lines('member')).toBe(31)
  })

  it('audits who was refused what', async () => {
    await world.say('member', '/vigie allow gitlab acme/secret')
    await world.say('guest', '/subscribe gitlab')
    await world.press('stranger', 'subscribe.mute', 'gitlab a 1h')
    expect((await audited()).toReversed()).toEqual([
      ['member', 'allow', undefined, 'refused'],
      ['guest', 'subscribe', undefined, 'refused'],
      ['stranger', 'subscribe.mute', undefined, 'refused'],
    ])
  })

  it('audits nothing for what changed nothing', async () => {
    await world.say('member', '/statut')
    await world.say('member', '/vigie nonsense')
    expect(await audited()).toEqual([])
  })

  it.each(['stranger', 'deactivated', 'otherbot'] as const)('tells %s nothing more than no', async (who) => {
    const answers = await Promise.all([
      world.say(who, '/statut'),
      world.say(who, '/vigie nonsense'),
      world.press(who, 'explain.why', 'e1'),
      world.press(who, 'nonsense.x', 'e1'),
      world.submit(who, 'subscribe', { source: 'gitlab' }),
    ])
    for (const answer of answers) {
      expect(answer.refused).toBe(true)
      expect(['Je ne peux rien faire pour vous ici.', 'I cannot do anything for you here.']).toContain(
        readAnswer(answer),
      )
    }
  })

  it('is brought into a public channel by any command', async () => {
    const answer = await world.say('member', '/statut', 'fresh')
    expect(world.brought).toEqual(['fresh'])
    expect(readAnswer(answer)).not.toContain('/invite')
  })

  it('says in a private channel how it is invited, also when the command was wrong', async () => {
    expect(await world.read('member', '/statut', 'locked')).toContain('/invite @vigie')
    expect(await world.read('member', '/vigie nonsense', 'locked')).toContain('/invite @vigie')
    expect(world.brought).toEqual([])
  })

  it('says so where joining failed, and answers all the same', async () => {
    const dispatch = createDispatch({
      commands: world.commands,
      people: {
        isVigieAdmin: () => false,
        person: async (id) => ({ id, username: id, locale: 'en', guest: false, vigieAdmin: false }),
        place: async (channel) => ({ channel, name: channel, kind: 'public', botIn: false }),
        role: async () => 'member',
      },
      around: { bringBot: () => Promise.reject(new Error('Mattermost is away')) },
      audit: world.store.audit,
      ...quiet,
      now: () => world.clock.now,
    })
    const answer = await dispatch.say({ by: 'slash', person: 'p', channel: 'c', trigger: 'statut', text: '' })
    expect(readAnswer(answer)).toContain('All is well')
    expect(readAnswer(answer)).toContain('/invite @vigie')
  })

  it('lets one person change 30 things a minute, look at any time, and does not make others wait (threats T13)', async () => {
    const ask = (person: string, trigger: string, text: string) =>
      world.dispatch.say({ by: 'slash', person, channel: 'town', trigger, text })
    const subscribe = (person: string, count: number) => ask(person, 'subscribe', `gitlab acme/p${count}`)
    for (let count = 0; count < 30; count += 1) expect((await subscribe('member', count)).refused).toBe(false)
    world.clock.now += 20_000
    const late = await subscribe('member', 30)
    expect(late.refused).toBe(true)
    expect(readAnswer(late)).toContain('try again in 40\u00a0s')
    expect((await ask('member', 'vigie', 'about')).refused).toBe(false)
    expect((await subscribe('maker', 31)).refused).toBe(false)
    world.clock.now += 40_001
    expect((await subscribe('member', 32)).refused).toBe(false)
  })

  it('makes no more files for one person in a minute than a form allows, though they change nothing (threats T13)', async () => {
    const drawn = async (person: string) => {
      const asked = { by: 'slash', person, channel: 'town', trigger: 'vigie', text: 'drawn' } as const
      return (await world.dispatch.say(asked)).refused
    }
    expect([await drawn('guest'), await drawn('guest'), await drawn('guest')]).toEqual([false, false, true])
    expect(await drawn('member')).toBe(false)
    world.clock.now += 60_001
    expect(await drawn('guest')).toBe(false)
  })

  it('says that somebody else made it, where that alone stands in the way', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    expect(await world.read('member', '/unsubscribe gitlab acme/app')).toBe(
      'You may not do that. Somebody else made it. Who may: they and the channel administrators.',
    )
  })

  it('counts commands by name, never by what somebody typed', async () => {
    await world.say('member', '/vigie about')
    await world.say('member', '/vigie @all')
    await world.say('guest', '/vigie audit')
    expect(world.counted).toEqual([
      ['commands', { command: 'about', by: 'slash', outcome: 'done' }],
      ['commands', { command: 'unknown', by: 'slash', outcome: 'refused' }],
      ['commands', { command: 'audit', by: 'slash', outcome: 'refused' }],
    ])
  })

  it('explains a command after its name', async () => {
    expect(await world.read('member', '/subscribe help')).toContain('/subscribe <source> [subject]')
    expect(await world.read('member', '/subscribe list --help')).toContain('/subscribe list')
    expect(await world.read('guest', '/vigie allow --help')).toContain('the administrators of Vigie')
  })

  it.each([
    ['/vigie replay a b', '`b` is one word too many'],
    ['/vigie settings langue de', '`de` is not known. Choose among: `fr`, `en`'],
    ['/vigie settings lnag fr', 'Did you mean `lang`?'],
    ['/vigie allow gitlab', '`subject` is missing. The form is `/vigie allow <source> <subject>'],
    ['/subscribe gitlub', 'Did you mean `gitlab`?'],
    ['/subscribe lsit', 'Did you mean `list`?'],
    ['/subscribe gitlab --evnts push', 'Did you mean `--events`?'],
    ['/subscribe gitlab --events merge_requests', 'Did you mean `merge_request`?'],
    ['/subscribe gitlab --cards liv', 'Did you mean `live`?'],
    ['/subscribe gitlab --digest soon', 'needs a duration'],
    ['/subscribe gitlab --cards live --cards each', 'given twice'],
    ['/subscribe gitlab --label ,', 'separated by commas'],
    ['/statut gitlub', 'nothing to choose'],
  ])('%s says what to write', async (line, expected) => {
    const answer = await world.say('sysadmin', line)
    expect(readAnswer(answer)).toContain(expected)
    expect(answer.refused).toBe(true)
  })

  it('answers in the caller’s language', async () => {
    world.locale.of = 'fr'
    expect(await world.read('member', '/subscribe gitlab --evnts push')).toBe(
      'Option inconnue\u00a0: `--evnts`. Vouliez-vous dire `--events`\u202f?',
    )
  })

  it('repeats nobody’s mention in its answer (threats T20)', async () => {
    const { reply } = await world.say('member', '/vigie @all')
    expect(JSON.stringify(reply)).toContain('`@all`')
  })

  it('does not start with a command, verb or button without a rule', () => {
    // A rule can only be missing where the types were got around, as here.
    const { allow: _, ...ruleless } = { name: 'x', summary: both('x'), allow: 'guest' as const, run: async () => ({}) }
    const sound = { ...ruleless, allow: 'guest' as const }
    const start = (command: object) => () =>
      createDispatch({
        // @ts-expect-error
        commands: [command],
        people: {
          isVigieAdmin: () => false,
          person: async () => undefined,
          place: async () => undefined,
          role: async () => undefined,
        },
        around: { bringBot: async () => true },
        audit: world.store.audit,
        ...quiet,
        now: () => 0,
      })
    expect(start(ruleless)).toThrow('x has no rule')
    expect(start({ ...sound, verbs: [ruleless] })).toThrow('x x has no rule')
    expect(start({ ...sound, buttons: { go: { run: ruleless.run } } })).toThrow('x.go has no rule')
    expect(start({ ...sound, allow: 'everybody' })).toThrow('x has no rule')
    expect(start({ ...sound, flags: { f: { allow: 'anybody' } } })).toThrow('x --f has no rule')
    expect(start({ ...sound, flags: { f: { allow: undefined } } })).not.toThrow()
    // What its maker alone may do needs somebody who says who that is.
    expect(start({ ...sound, allow: 'maker' })).toThrow('x names no maker')
    expect(start({ ...sound, buttons: { go: { ...sound, allow: 'maker' } } })).toThrow('x.go names no maker')
    expect(start({ ...sound, allow: 'maker', maker: async () => undefined })).not.toThrow()
    expect(start(sound)).not.toThrow()
  })
})

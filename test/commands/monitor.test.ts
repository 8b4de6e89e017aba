// `/monitor`: what people ask of the watch, and what they are told (interface.md, "/monitor", "Who may"; issue "The watch", "Bad input").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, readAnswer, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const shop = 'https://shop.example.org/'
const refused = { kind: 'refused', detail: 'ECONNREFUSED', isNetwork: true } as const
const add = (more = '', who: Parameters<World['say']>[0] = 'maker') =>
  world.say(who, `/monitor add ${shop} --name shop ${more}`)
const monitor = (name = 'shop') => world.watching.keeper.find('town', name)?.monitor
const never = () => new Promise<never>(() => undefined)

describe('add', () => {
  it('watches, subscribes the channel to its own, and answers with the first result', async () => {
    const answer = readAnswer(await add())
    expect(answer).toContain('**Watched:** `shop`')
    expect(answer).toContain('🟢 `200` in 84\u00a0ms')
    expect(answer).toContain('nobody here will be woken')
    expect(answer).toContain('Next: `/monitor show shop`')
    const [subscription] = await world.store.subscriptions.inChannel('town')
    expect(subscription).toMatchObject({ source: 'monitor', filters: {}, maker: 'maker' })
    expect(subscription?.subject).toBeUndefined()
  })

  it('leaves the channel’s subscription as somebody made it', async () => {
    await world.say('member', '/subscribe monitor --cards each')
    await add()
    expect(await world.store.subscriptions.inChannel('town')).toMatchObject([
      { maker: 'member', filters: { cards: 'each' } },
    ])
  })

  it('says that the first check is under way when it takes longer than Mattermost waits', async () => {
    world.watching.weather.set(shop, never)
    expect(readAnswer(await add())).toContain('The first check is under way.')
  })

  it('shows a failure at once', async () => {
    world.watching.weather.set(shop, () => ({ failure: refused }))
    expect(readAnswer(await add())).toContain('🔴 `ECONNREFUSED`')
  })

  it('takes its flags', async () => {
    await add(
      '--every 5m --timeout 5s --retries 4 --retry-every 30s --recover 3 --slow 2s --status 200-299,404 --contains ok --severity critical --remind 30m --no-email',
    )
    expect(monitor()).toMatchObject({
      everyMs: 300_000,
      timeoutMs: 5000,
      failures: 4,
      retryEveryMs: 30_000,
      successes: 3,
      slowMs: 2000,
      http: {
        status: [
          [200, 299],
          [404, 404],
        ],
        contains: 'ok',
      },
      severity: 'critical',
      remindMs: 1_800_000,
      noEmail: true,
    })
  })

  it('keeps headers as they are written, commas and all', async () => {
    await world.say(
      'sysadmin',
      `/monitor add ${shop} --name shop --header "Accept: text/html, text/plain" --header "X-One: 1"`,
    )
    expect(monitor()?.http?.headers).toEqual({ accept: 'text/html, text/plain', 'x-one': '1' })
  })

  it('takes of a job the intervals it takes of a site, and longer ones', async () => {
    await world.say('maker', '/monitor add --name often --every 5s --grace 2s')
    await world.say('maker', '/monitor add --name seldom --every 31d')
    expect(monitor('often')).toMatchObject({ everyMs: 5000, heartbeat: { graceMs: 2000 } })
    expect(monitor('seldom')?.everyMs).toBe(31 * 86_400_000)
    expect(await world.read('maker', '/monitor add --name never --every 32d')).toContain('--every')
  })

  it('shows a heartbeat’s address once, to who asked alone', async () => {
    const answer = await world.say('maker', '/monitor add --name backup --every 1d --grace 1h')
    expect(readAnswer(answer)).toContain('`https://vigie.example.org/heartbeat/token`')
    expect(answer.reply.personal).toBe(true)
    expect(await world.read('maker', '/monitor show backup')).not.toContain('token')
  })

  it('brings the bot into a public channel, and says how to invite it elsewhere', async () => {
    await world.say('maker', `/monitor add ${shop}`, 'fresh')
    expect(world.brought).toContain('fresh')
    expect(await world.read('maker', `/monitor add ${shop}`, 'locked')).toContain('/invite')
    expect(world.watching.keeper.inChannel('locked')).toEqual([])
  })

  it('asks for what to watch in a form where nothing was said', async () => {
    const { reply } = await world.say('maker', '/monitor add')
    expect(reply.dialog?.fields.map(({ name }) => name)).toEqual(['target', '--name', '--every', '--mention'])
    await world.submit('maker', 'monitor', { target: shop, '--every': '5m' }, 'add')
    expect(monitor('shop.example.org')).toMatchObject({ everyMs: 300_000 })
  })

  it.each([
    ['nonsense::', 'nonsense'],
    [`${shop} --every 1s`, '--every'],
    [`${shop} --every 400d`, '--every'],
    [`${shop} --name ${'n'.repeat(300)}`, '1 to 100 characters'],
    [`${shop} --retries many`, '--retries'],
    [`${shop} --retries 0x3`, '--retries'],
    [`${shop} --recover 1e1`, '--recover'],
    [`${shop} --tz Europe/Paris`, '--tz'],
    [`${shop} --after nothing`, 'not watched'],
    [`${shop} --status ${Array.from({ length: 30 }, () => '200').join(',')}`, '--status'],
    [`${shop} --json a=${'x'.repeat(2000)}`, '--json'],
    [`--name backup --cron "0 ${Array.from({ length: 99 }, () => '0').join(',')} * * *"`, '200'],
    ['backup.example.org --cron "0 3 * * *"', '--cron'],
    ['--every 1d', '--name'],
  ])('refuses %s in clear words', async (words, said) => {
    const answer = await world.say('maker', `/monitor add ${words}`)
    expect(answer.refused).toBe(true)
    expect(readAnswer(answer)).toContain(said)
    expect(world.watching.keeper.all()).toEqual([])
    expect(await world.store.subscriptions.inChannel('town')).toEqual([])
  })

  it('takes a name of quotes and mentions, and mentions nobody', async () => {
    await world.say('maker', `/monitor add ${shop} --name «\u00a0@all "x" :tada:\u00a0»`)
    expect(monitor('@all "x" :tada:')).toBeDefined()
    const list = await world.read('maker', '/monitor list')
    expect(list).toContain('`@all "x" :tada:`')
    expect((await world.say('maker', '/monitor show «@all "x" :tada:»')).refused).toBe(false)
  })

  it('refuses a second one of a name in this channel, whatever its case, not in another', async () => {
    await add()
    expect(readAnswer(await world.say('member', '/monitor add https://other.example.org --name SHOP'))).toContain(
      'watched already',
    )
    expect((await world.say('member', `/monitor add ${shop} --name shop`, 'other')).refused).toBe(false)
  })

  it('lets one person add ten in a minute, however many are asked for at once (T13)', async () => {
    const asked = Array.from({ length: 40 }, (_, index) =>
      world.dispatch.say({
        by: 'slash',
        person: 'maker',
        channel: 'town',
        trigger: 'monitor',
        text: `add a${index}.example.org`,
      }),
    )
    const answers = await Promise.all(asked)
    expect(answers.filter(({ refused: isRefused }) => !isRefused)).toHaveLength(10)
    expect(world.watching.keeper.all()).toHaveLength(10)
  })

  it('counts what was refused for nothing', async () => {
    for (let count = 0; count < 15; count += 1) {
      await world.dispatch.say({
        by: 'slash',
        person: 'maker',
        channel: 'town',
        trigger: 'monitor',
        text: 'add x --every 1s',
      })
    }
    const text = `add ${shop}`
    expect(
      (await world.dispatch.say({ by: 'slash', person: 'maker', channel: 'town', trigger: 'monitor', text })).refused,
    ).toBe(false)
  })
})

describe('--mention', () => {
  it('keeps ids, and says who will be rung', async () => {
    expect(
      readAnswer(await world.say('chanadmin', `/monitor add ${shop} --name shop --mention @member,@here,@me`)),
    ).toContain('🔔 Rings: @member, @here, @chanadmin.')
    expect(monitor()?.mention).toEqual(['member', 'here', 'chanadmin'])
  })

  it.each([
    ['maker', '@maker', false],
    ['maker', '@moi', false],
    ['maker', '@member', true],
    ['maker', '@maker,@here', true],
    ['maker', '@channel', true],
    ['chanadmin', '@channel', false],
  ] as const)('%s may mention %s: refused %s', async (who, whom, isRefused) => {
    expect((await add(`--mention ${whom}`, who)).refused).toBe(isRefused)
  })

  it('names nobody who is not in this channel', async () => {
    expect(readAnswer(await add('--mention @stranger', 'chanadmin'))).toContain(
      '`@stranger` is not a member of this channel',
    )
  })

  it('stays through an edit, and ends with none', async () => {
    await add('--mention @me')
    await world.say('maker', '/monitor edit shop --every 5m')
    expect(monitor()?.mention).toEqual(['maker'])
    await world.say('maker', '/monitor edit shop --mention none')
    expect(monitor()?.mention).toEqual([])
  })

  it('of a subscription counts as somebody woken, and is shown by name', async () => {
    expect(readAnswer(await world.say('maker', '/subscribe monitor --mention @me'))).toContain('--mention @maker')
    expect((await world.store.subscriptions.inChannel('town'))[0]?.filters.mention).toEqual(['maker'])
    expect(readAnswer(await add())).toContain('🔔 Rings: @maker.')
    expect((await world.say('maker', '/subscribe gitlab a/b --mention @here')).refused).toBe(true)
  })
})

describe('--method', () => {
  it.each([
    ['GET', false],
    ['head', false],
    ['POST', true],
  ])('%s is refused to a member: %s', async (method, isRefused) => {
    expect((await add(`--method ${method}`)).refused).toBe(isRefused)
    expect((await world.say('sysadmin', `/monitor add ${shop} --name other --method ${method}`)).refused).toBe(false)
  })
})

describe('--secret-header', () => {
  const line = `monitor add ${shop} --name shop --every 5m --secret-header X-Token`

  it('opens a form for the value, which keeps what was typed', async () => {
    const { reply } = await world.say('sysadmin', `/${line}`)
    expect(reply.dialog).toMatchObject({ line, fields: [{ name: 'secret.X-Token', kind: 'password' }] })
    expect(monitor()).toBeUndefined()
    const answer = await world.submit('sysadmin', 'monitor', { 'secret.X-Token': 'hunter2' }, 'add', line)
    expect(readAnswer(answer)).toContain('**Watched:** `shop`')
    expect(monitor()).toMatchObject({ everyMs: 300_000, http: { sealedHeaders: { 'x-token': 'sealed' } } })
    expect([...world.watching.sealed.values()]).toEqual(['hunter2'])
    expect(JSON.stringify(await world.store.audit.list({ limit: 9 }))).not.toContain('hunter2')
    expect(await world.read('sysadmin', '/monitor show shop')).not.toContain('hunter2')
  })

  it('is opened by a button where no form can be', async () => {
    expect((await world.press('sysadmin', 'form.open', line)).reply.dialog).toMatchObject({ line })
  })

  it('goes to no other address than the one it was entrusted to, but for an administrator of Vigie', async () => {
    await world.submit('sysadmin', 'monitor', { 'secret.X-Token': 'hunter2' }, 'add', line)
    const move = '/monitor edit shop --target https://mine.example.org/'
    expect(readAnswer(await world.say('chanadmin', move))).toContain('entrusted')
    expect(monitor()?.target).toBe(shop)
    expect((await world.say('sysadmin', move)).refused).toBe(false)
  })

  it.each(['--contains a', '--json key=a', '--tls off'])('lets nobody else ask by %s what it opens', async (words) => {
    await world.submit('sysadmin', 'monitor', { 'secret.X-Token': 'hunter2' }, 'add', line)
    expect(readAnswer(await world.say('chanadmin', `/monitor edit shop ${words}`))).toContain('entrusted')
    expect((await world.say('chanadmin', '/monitor edit shop --every 10m')).refused).toBe(false)
  })
})

describe('--without', () => {
  const everything =
    '--slow 2s --remind 30m --escalate email:duty@example.org --no-email --public --status 200,404 --contains ok --json a=1 --header "A: b" --body x --prompt "Say {url}" --mention @me'

  it('takes back whatever was set', async () => {
    await add()
    const before = monitor()
    await world.say('sysadmin', `/monitor edit shop ${everything}`)
    expect(monitor()).toMatchObject({ isPublic: true, noEmail: true, slowMs: 2000, http: { body: 'x' } })
    const line = 'slow,remind,escalate,no-email,public,status,contains,json,header,body,prompt,mention'
    const answer = await world.say('sysadmin', `/monitor edit shop --without ${line}`)
    expect(answer.refused).toBe(false)
    expect(monitor()).toEqual({ ...before, mention: [] })
    const [entry] = await world.store.audit.list({ limit: 1 })
    expect(JSON.stringify(entry)).toContain(`--without ${line}`)
  })

  it('takes back secret headers, and whom it stands behind', async () => {
    const line = `monitor add ${shop} --name shop --secret-header X-Token`
    await world.submit('sysadmin', 'monitor', { 'secret.X-Token': 'hunter2' }, 'add', line)
    await world.say('maker', '/monitor add db.example.org:5432 --name db')
    await world.say('sysadmin', '/monitor edit shop --after db')
    expect(monitor()).toMatchObject({ after: monitor('db')?.id, http: { sealedHeaders: { 'x-token': 'sealed' } } })
    await world.say('sysadmin', '/monitor edit shop --without=--after,secret-header')
    expect(monitor()).toMatchObject({ http: { sealedHeaders: {} } })
    expect(monitor()?.after).toBeUndefined()
  })

  it('takes a cron back where it is said how often instead', async () => {
    await world.say('maker', '/monitor add --name backup --cron "0 3 * * *" --tz Europe/Paris')
    expect(await world.read('maker', '/monitor edit backup --without cron')).toContain('--every 1d')
    await world.say('maker', '/monitor edit backup --without cron --every 1d')
    expect(monitor('backup')).toMatchObject({
      everyMs: 86_400_000,
      heartbeat: { graceMs: 300_000, tokenHash: expect.any(String) },
    })
    expect(monitor('backup')?.heartbeat).not.toHaveProperty('cron')
  })

  it.each([
    ['--without slwo', '--without slow'],
    ['--without every', 'give it another value'],
    ['--without nonsense', '`slow`, `remind`'],
    ['--without slow --slow 2s', 'contradict'],
    ['--without escalate --escalate-after 20m', 'contradict'],
    ['--without cron', 'does not go with'],
  ])('refuses %s in clear words', async (words, said) => {
    await add('--slow 3s')
    const answer = await world.say('sysadmin', `/monitor edit shop ${words}`)
    expect(answer.refused).toBe(true)
    expect(readAnswer(answer)).toContain(said)
    expect(monitor()?.slowMs).toBe(3000)
  })

  it('asks of what was entrusted what the flag itself asks', async () => {
    await world.say('sysadmin', `/monitor add ${shop} --name shop --header "A: b" --contains ok`)
    expect(await world.read('chanadmin', '/monitor edit shop --without contains')).toContain('entrusted')
    expect(monitor()?.http?.contains).toBe('ok')
  })

  it('is in help, in both languages', async () => {
    expect(await world.read('maker', '/monitor edit --help')).toContain('`--without a,b` — takes back')
    world.locale.of = 'fr'
    expect(await world.read('maker', '/monitor modifier --aide')).toContain('`--without a,b` — enlève')
  })
})

describe('an option that would do nothing', () => {
  it.each([
    ['--name backup --retries 3', '--retries'],
    ['--name backup --recover 2', '--recover'],
    ['--name backup --retry-every 20s', '--retry-every'],
    ['--name backup --slow 2s', '--slow'],
    ['--name backup --timeout 5s', '--timeout'],
    ['--name backup --method HEAD', '--method'],
    ['--name backup --contains ok', '--contains'],
    ['--name backup --tz Europe/Paris', '--cron'],
    [`${shop} --grace 1h`, '--grace'],
    ['db.example.org:5432 --cron "0 3 * * *"', '--cron'],
    ['db.example.org:5432 --contains ok', '--contains'],
    ['db.example.org:5432 --json a=1', '--json'],
    ['db.example.org:5432 --status 200', '--status'],
    ['db.example.org:5432 --tls any-ca', '--tls'],
    ['example.org --method HEAD', '--method'],
    ['example.org:443 --type tls --record MX', '--record'],
    [`${shop} --slow 10s`, '--timeout'],
    [`${shop} --slow 3s --timeout 2s`, '--timeout'],
  ])('is refused: %s', async (words, said) => {
    const answer = await world.say('maker', `/monitor add ${words}`)
    expect(answer.refused, readAnswer(answer)).toBe(true)
    expect(readAnswer(answer)).toContain(said)
    expect(world.watching.keeper.all()).toEqual([])
  })

  it('is refused of an edit too, and what stays is counted', async () => {
    await add('--slow 3s')
    expect(await world.read('maker', '/monitor edit shop --timeout 2s')).toContain('`--slow`')
    await world.say('maker', '/monitor add --name backup --cron "0 3 * * *"')
    expect(await world.read('maker', '/monitor edit backup --every 1d')).toContain('`--without cron`')
    expect((await world.say('maker', '/monitor edit backup --tz Europe/Madrid')).refused).toBe(false)
  })

  it('is taken where it says what is so anyway', async () => {
    expect((await world.say('maker', '/monitor add --name backup --retries 1 --recover 1')).refused).toBe(false)
  })
})

describe('what only a Vigie administrator may send', () => {
  it.each(['--method DELETE', '--body x --method POST'])('with %s is sent nowhere else by others', async (words) => {
    await world.say('sysadmin', `/monitor add ${shop} --name shop ${words}`)
    const move = '/monitor edit shop --target https://inside.example.org/'
    expect(readAnswer(await world.say('chanadmin', move))).toContain('entrusted')
    expect(monitor()?.target).toBe(shop)
  })
})

describe('one that is there', () => {
  beforeEach(() => add())

  it('is listed, in both languages', async () => {
    expect(await world.read('guest', '/monitor list')).toContain('| `shop` | 🟢 answers |')
    world.locale.of = 'fr'
    expect(await world.read('guest', '/monitor liste')).toContain('| `shop` | 🟢 répond |')
    expect(await world.read('guest', '/monitor liste', 'other')).toContain('ne surveille rien')
  })

  it('is shown with its settings and results', async () => {
    await world.say('member', '/monitor check shop')
    const shown = await world.read('guest', '/monitor show shop')
    for (const words of [
      `\`${shop}\``,
      'every 60\u00a0s',
      '🟢 `200` in 84\u00a0ms',
      'by **maker**',
      '**Rings**: nobody',
    ])
      expect(shown).toContain(words)
  })

  it('is shown with what was asked of it beside the usual, and nothing else', async () => {
    expect(await world.read('guest', '/monitor show shop')).not.toContain('Settings')
    await world.say('maker', '/monitor edit shop --severity critical --slow 1500ms --status 200,404 --contains "a b"')
    expect(await world.read('guest', '/monitor show shop')).toContain(
      '`--severity critical` `--slow 1500ms` `--status 200,404` `--contains "a b"`',
    )
  })

  it('keeps how soon it is rechecked through an edit, never more seldom than it is checked', async () => {
    await world.say('maker', '/monitor edit shop --every 5m --retry-every 30s')
    await world.say('maker', '/monitor edit shop --every 2m')
    expect(monitor()?.retryEveryMs).toBe(30_000)
    await world.say('maker', '/monitor edit shop --every 10s')
    expect(monitor()?.retryEveryMs).toBe(10_000)
    await world.say('maker', '/monitor edit shop --every 5m')
    expect(monitor()?.retryEveryMs).toBe(20_000)
  })

  it('is told in the list while something is not well', async () => {
    await world.say('maker', '/monitor edit shop --slow 10ms --retries 1')
    await world.say('maker', '/monitor check shop')
    const list = await world.read('guest', '/monitor list')
    expect(list).toContain('**1** disturbed.')
    expect(list).not.toContain('All is well')
  })

  it('is checked on demand, with the time of each part', async () => {
    expect(await world.read('member', '/monitor vérifier shop')).toContain(
      'DNS 3\u00a0ms · connect 12\u00a0ms · first byte 40\u00a0ms',
    )
  })

  it('is found by a part of its name, and unknown as one that may not be seen', async () => {
    await world.say('maker', `/monitor add ${shop} --name hidden`, 'other')
    expect(await world.read('member', '/monitor show shpo')).toContain('Did you mean `shop`?')
    const foreign = await world.read('member', '/monitor show hidden')
    const unknown = await world.read('member', '/monitor show nothng')
    expect(foreign.replace('hidden', '…')).toBe(unknown.replace('nothng', '…'))
  })

  it('is edited, paused, resumed and removed', async () => {
    await world.say('maker', '/monitor modifier shop --every 10m --name boutique')
    expect(monitor('boutique')).toMatchObject({ everyMs: 600_000, target: shop })
    expect(await world.read('maker', '/monitor suspendre boutique')).toContain('**Paused:**')
    expect(monitor('boutique')?.isPaused).toBe(true)
    expect(await world.read('maker', '/monitor check boutique')).toContain('is not checked now')
    expect(await world.read('maker', '/monitor reprendre boutique')).toContain('**Resumed:**')
    expect(await world.read('maker', '/monitor retirer boutique')).toContain('**Removed:**')
    expect(world.watching.keeper.all()).toEqual([])
  })

  it('stands behind another, and no longer', async () => {
    await world.say('maker', '/monitor add https://db.example.org --name db')
    await world.say('maker', '/monitor edit shop --after db')
    expect(monitor()?.after).toBe(monitor('db')?.id)
    await world.say('maker', '/monitor edit shop --after none')
    expect(monitor()?.after).toBeUndefined()
  })

  it('is escalated to whom a Vigie administrator names', async () => {
    await world.say('sysadmin', '/monitor edit shop --escalate email:duty@example.org')
    expect(monitor()?.escalate).toEqual({
      target: { notifier: 'email', address: 'duty@example.org' },
      afterMs: 600_000,
    })
    await world.say('sysadmin', '/monitor edit shop --escalate-after 20m')
    expect(monitor()?.escalate).toMatchObject({ target: { notifier: 'email' }, afterMs: 1_200_000 })
    await world.say('sysadmin', '/monitor edit shop --escalate mattermost:~other')
    expect(monitor()?.escalate?.target).toEqual({ notifier: 'mattermost', address: 'other' })
    expect(await world.read('sysadmin', '/monitor edit shop --escalate pigeon:home')).toContain('write to whom')
  })
})

describe('mute', () => {
  const muteOf = (name = 'shop') => monitor(name)?.mute
  beforeEach(async () => {
    await add()
    await world.say('member', '/monitor add https://db.example.org --name db')
  })

  it('lasts a day at most where others made it, longer for who did', async () => {
    expect((await world.say('member', '/monitor mute shop 24h')).refused).toBe(false)
    expect((await world.say('member', '/monitor mute shop 25h')).refused).toBe(true)
    expect((await world.say('maker', '/monitor mute shop 3d an update')).refused).toBe(false)
    expect(muteOf()).toMatchObject({ by: 'maker', reason: 'an update' })
  })

  it('means all of this channel’s by all, and longer only where all are one’s own', async () => {
    expect(await world.read('maker', '/monitor sourdine all 2h')).toContain('the 2 monitors of this channel')
    world.locale.of = 'fr'
    expect(await world.read('maker', '/monitor sourdine all 2h')).toContain('ne diront rien jusqu’à ')
    expect(await world.read('maker', '/monitor sourdine all 24h')).toContain('ne diront rien jusqu’au ')
    await world.say('maker', '/monitor sourdine all 2h')
    expect(muteOf('db')?.until).toBe(world.clock.now + 7_200_000)
    expect((await world.say('maker', '/monitor mute tous 3d')).refused).toBe(true)
    expect((await world.say('chanadmin', '/monitor mute all 3d')).refused).toBe(false)
  })

  it('is not cut short by who may mute a day only', async () => {
    await world.say('maker', '/monitor mute shop 3d')
    const before = muteOf()
    expect(await world.read('member', '/monitor mute shop 1m')).toContain('muted for longer already')
    expect(muteOf()).toEqual(before)
    expect((await world.say('member', '/monitor unmute shop')).refused).toBe(true)
    expect(await world.read('maker', '/monitor unmute shop')).toContain('**Unmuted:**')
    expect(muteOf()).toBeUndefined()
  })

  it.each(['0s', 'soon', '2y', '-1h'])('refuses to last %s', async (time) => {
    expect((await world.say('maker', `/monitor mute shop ${time}`)).refused).toBe(true)
  })
})

describe('maintenance', () => {
  beforeEach(() => add())
  const planned = () => monitor()?.maintenance ?? []

  it.each([
    ['now 2h a new release', { when: { once: expect.any(Number) }, lastsMs: 7_200_000, reason: 'a new release' }],
    ['2026-11-28T22:00 2h', { when: { once: Date.UTC(2026, 10, 28, 21) }, lastsMs: 7_200_000 }],
    ['22:00 30m', { when: { once: Date.UTC(2026, 10, 21, 21) }, lastsMs: 1_800_000 }],
    ['08:00 30m', { when: { once: Date.UTC(2026, 10, 22, 7) }, lastsMs: 1_800_000 }],
    [
      '--cron "0 22 * * 6" --tz Europe/Lisbon 3h',
      { when: { cron: '0 22 * * 6', timeZone: 'Europe/Lisbon' }, lastsMs: 10_800_000 },
    ],
    ['--weekly "sam 22:30" 3h', { when: { cron: '30 22 * * 6', timeZone: 'Europe/Paris' }, lastsMs: 10_800_000 }],
  ])('is planned: %s', async (words, plan) => {
    expect(await world.read('maker', `/monitor maintenance shop ${words}`)).toContain('**Maintenance planned:** `shop`')
    expect(planned()).toMatchObject([plan])
  })

  it('is seen in the list while it lasts, and said as people say a week', async () => {
    world.locale.of = 'fr'
    expect(await world.read('maker', '/monitor maintenance shop --weekly "sam 22:30" 3h')).toContain(
      'chaque samedi à 22:30 (Europe/Paris), pendant 3\u00a0h',
    )
    expect(await world.read('guest', '/monitor liste')).not.toContain('en maintenance')
    await world.say('maker', '/monitor maintenance shop maintenant 1h')
    expect(await world.read('guest', '/monitor liste')).toContain('🟢 répond · 🛠️ en maintenance')
    expect(await world.read('guest', '/monitor voir shop')).toContain('🛠️ en maintenance')
  })

  it('is listed to members, and removed by its number', async () => {
    await world.say('maker', '/monitor maintenance all 22:00 2h')
    const [{ id } = { id: '' }] = planned()
    expect(await world.read('member', '/monitor maintenance liste')).toContain(
      `\`${id}\` · \`shop\` · 22:00, for 2\u00a0h`,
    )
    expect((await world.say('member', `/monitor maintenance remove ${id}`)).refused).toBe(true)
    expect(await world.read('maker', `/monitor maintenance retirer ${id}`)).toContain('**Maintenance removed:** `shop`')
    expect(planned()).toEqual([])
    expect(await world.read('maker', `/monitor maintenance remove ${id}`)).toContain('No maintenance')
  })

  it.each([
    '',
    'tomorrow',
    '22:00',
    '25:00 2h',
    '2026-02-31T10:00 2h',
    '22:00 0s',
    '22:00 400d',
    '--cron "x y" 2h',
    '--weekly "noday 22:00" 2h',
    '22:00 2h --tz Mars/North',
  ])('refuses "%s" in clear words', async (words) => {
    expect((await world.say('maker', `/monitor maintenance shop ${words}`)).refused).toBe(true)
    expect(planned()).toEqual([])
  })
})

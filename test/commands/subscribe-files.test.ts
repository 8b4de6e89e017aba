// `/subscribe nextcloud` (issue 6; interface.md, "What people type"): what is asked of files, and what is said without their names.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventChoices, readFilters } from '../../src/commands/subscriptions/filters.ts'
import type { Draft } from '../../src/event.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const here = () => world.store.subscriptions.inChannel('town')
const filters = async () => (await here())[0]?.filters

describe('/subscribe nextcloud', () => {
  it('takes folders with spaces in quotes, in the form that their events have', async () => {
    await world.say('member', '/subscribe nextcloud "Documents RH/Notes de Service" !Documents_RH/**/Vieux')
    expect((await here())[0]?.subject).toBe('Documents_RH/Notes_de_Service !Documents_RH/**/Vieux')
    await world.say('sysadmin', '/vigie allow nextcloud "Documents RH/Notes de Service/**"')
    expect((await world.store.subscriptions.rules()).map(({ subject }) => subject)).toEqual([
      'Documents_RH/Notes_de_Service/**',
    ])
    await world.say('member', '/unsubscribe nextcloud « Documents RH/Notes de Service » !Documents_RH/**/Vieux')
    expect(await here()).toEqual([])
  })

  it('takes what is asked of files, and lists it', async () => {
    const told = await world.read(
      'member',
      '/subscribe nextcloud Documents_RH/** --ext .PDF,docx --larger 10MB --no-names',
    )
    expect((await here())[0]).toMatchObject({
      source: 'nextcloud',
      subject: 'Documents_RH/**',
      filters: { ext: ['pdf', 'docx'], largerBytes: 10 * 1024 * 1024, noNames: true },
    })
    expect(told).toContain('**Filters**: `--ext pdf,docx --larger 10MB --no-names`')
    expect(await world.read('member', '/subscribe list')).toContain('--ext pdf,docx --larger 10MB --no-names')
  })

  it('takes any type of hook, whose events are their senders’, and no glob', async () => {
    const source = { name: 'hook', events: ['event'] }
    expect(readFilters({ events: ['deploy.done', '!deploy.noise', 'all'] }, source)).toEqual({
      events: ['deploy.done', '!deploy.noise', 'all'],
    })
    expect(() => readFilters({ events: ['deploy.*'] }, source)).toThrow('a glob is the subject')
    expect(eventChoices([source])).toBeUndefined()
  })

  it('takes a severity of any source, and lists it', async () => {
    expect(await world.read('member', '/subscribe nextcloud --severity critical')).toContain('`--severity critical`')
    expect(await filters()).toEqual({ severity: 'critical' })
    expect(await world.read('member', '/subscribe nextcloud --severity huge')).toContain(
      'Choose among: `info`, `warning`',
    )
  })

  it.each([
    ['10MB', 10_485_760, '10MB'],
    ['10Mo', 10_485_760, '10MB'],
    ['"1,5 Mo"', 1_572_864, '1536KB'],
    ['1.5go', 1_610_612_736, '1536MB'],
    ['500Ko', 512_000, '500KB'],
    ['500k', 512_000, '500KB'],
    ['2049', 2049, '2049'],
    ['"12 o"', 12, '12'],
    ['0', 0, '0'],
  ])('reads --larger %s as %i bytes and writes it %s', async (typed, sizeBytes, shown) => {
    const told = await world.read('member', `/subscribe nextcloud --larger ${typed}`)
    expect(await filters()).toEqual({ largerBytes: sizeBytes })
    expect(told).toContain(`\`--larger ${shown}\``)
  })

  it.each([
    ['nextcloud --larger huge', '`--larger` needs a size: `10MB`, `1.5GB`, `500KB`, or a number of bytes; not `huge`.'],
    ['nextcloud --larger 5TB', 'needs a size'],
    ['nextcloud --larger 1.2.3MB', 'needs a size'],
    ['nextcloud --ext a/b', '`a/b` is no extension: `--ext` needs `pdf`'],
    ['nextcloud --ext .', 'is no extension'],
    ['gitlab acme/app --ext pdf', '`--ext` is for `nextcloud` only: what comes from gitlab is no file.'],
    ['monitor --larger 10MB', '`--larger` is for `nextcloud` only'],
    ['gitlab --no-names', '`--no-names` is for `nextcloud` only'],
    ['nextcloud --branch main', '`--branch` is for `gitlab` only: what comes from nextcloud has no branch.'],
    ['nextcloud --label rh', '`--label` is for `gitlab` only'],
    ['monitor --author !zoe', '`--author` is for `gitlab` only'],
    [
      'monitor --changes-only',
      '`--changes-only` is for `gitlab` only: what comes from monitor has no state that repeats.',
    ],
    [
      'gitlab --events created',
      '`created` is not known. Choose among: `all`, `merge_request`, `push`, `issue`, `pipeline`,',
    ],
    [
      'nextcloud --events bogus',
      '`bogus` is not known. Choose among: `all`, `file`, `created`, `modified`, `moved`, `deleted`,',
    ],
    ['nextcloud --events push', '`push` is not known. Choose among: `all`, `file`,'],
    ['nextcloud --events delted', 'Did you mean `deleted`?'],
    [
      'monitor --events bogus',
      '`bogus` is not known. Choose among: `all`, `down`, `up`, `monitor.down`, `monitor.up`.',
    ],
  ])('answers %s with what to write', async (words, expected) => {
    expect(await world.read('member', `/subscribe ${words}`)).toContain(expected)
    expect(await here()).toEqual([])
  })

  it('says what is wrong in French', async () => {
    world.locale.of = 'fr'
    const size = await world.read('member', '/subscribe nextcloud --larger énorme')
    expect(size).toContain(
      '`--larger` attend une taille\u00a0: `10MB`, `1,5Go`, `500Ko`, ou un nombre d’octets\u202f; et non `énorme`.',
    )
    const ext = await world.read('member', '/subscribe nextcloud --ext a/b')
    expect(ext).toContain('`a/b` n’est pas une extension\u00a0: `--ext` attend `pdf`')
    const other = await world.read('member', '/subscribe gitlab --no-names')
    expect(other).toContain(
      '`--no-names` ne vaut que pour `nextcloud`\u00a0: ce qui vient de gitlab n’est pas un fichier.',
    )
  })

  it('asks an administrator too for what means something', async () => {
    expect(await world.read('sysadmin', '/subscribe nextcloud --confidential')).toContain(
      '`--confidential` is for `gitlab` only: what comes from nextcloud is never confidential.',
    )
  })

  it('says in a dialog which events the chosen source has, in whatever order the fields come', async () => {
    const { fieldErrors } = await world.submit('member', 'subscribe', { '--events': 'push', source: 'nextcloud' })
    expect(fieldErrors?.['--events']).toContain('`push` is not known. Choose among: `all`, `file`,')
  })

  it('understands events by their kind, by what was done, and in full', async () => {
    await world.say('member', '/subscribe nextcloud --events created,file.deleted,nextcloud.file.moved,!modified')
    expect(await filters()).toEqual({ events: ['file.created', 'file.deleted', 'file.moved', '!file.modified'] })
    await world.say('member', '/subscribe nextcloud --events all')
    expect(await filters()).toEqual({ events: ['all'] })
    await world.say('member', '/subscribe nextcloud --events file')
    expect(await filters()).toEqual({ events: ['file'] })
  })

  it('gives back a command that makes the same subscription', async () => {
    await world.say('member', '/subscribe nextcloud rh/** --events created,deleted --ext pdf --larger 1,5Mo --no-names')
    const [first] = await here()
    const told = await world.read('member', `/unsubscribe ${first?.id}`)
    await world.say('member', /To go back: `([^`]+)`/.exec(told)?.[1] ?? '')
    expect((await here())[0]).toMatchObject({ subject: first?.subject, filters: first?.filters })
  })
})

describe('/vigie explain, of a file', () => {
  const file = (said: Partial<Draft> = {}): Partial<Draft> & { subject: string } => ({
    source: 'nextcloud',
    type: 'nextcloud.file.created',
    subject: 'Documents_RH/Contrats',
    audience: 'closed',
    facets: { extension: 'pdf', sizeBytes: 2048 },
    ...said,
  })

  it.each([
    ['--ext docx', 'another extension (--ext)', 'une autre extension (--ext)'],
    ['--larger 2KB', 'too small (--larger)', 'trop petit (--larger)'],
    ['--events deleted', 'not this kind of event', 'pas ce genre d’événement'],
  ])('says that %s keeps it silent', async (flags, english, french) => {
    await world.say('sysadmin', `/subscribe nextcloud Documents_RH/** ${flags}`)
    const { id } = await world.emit(file())
    expect(await world.read('sysadmin', `/vigie explain ${id}`)).toContain(english)
    world.locale.of = 'fr'
    expect(await world.read('sysadmin', `/vigie explain ${id}`)).toContain(french)
  })

  it('names no file where nobody here wants names, but to administrators of Vigie', async () => {
    await world.say('sysadmin', '/subscribe nextcloud Documents_RH/** --no-names')
    const { id } = await world.emit(file({ data: { name: 'secret.pdf' } }))
    const [delivery] = await world.store.deliveries.list({ limit: 1 })
    const seen = { as: 'delivered', receipt: { post: 'p1', channel: 'town' } } as const
    await world.store.deliveries.claim({ notifier: 'mattermost', now: world.clock.now + 60_000, leaseMs: 1, limit: 1 })
    await world.store.deliveries.settle(delivery?.id ?? '', 1, seen, world.clock.now)
    expect(await world.read('sysadmin', `/vigie explain ${id}`)).toContain('secret')
    const told = await world.read('member', `/vigie explain ${id}`)
    expect(told).toContain('It is told here')
    expect(told).not.toContain('secret')
    expect(await world.read('member', '/vigie deliveries')).not.toContain('secret')
    await world.say('sysadmin', '/subscribe nextcloud Documents_RH/Contrats')
    expect(await world.read('member', `/vigie explain ${id}`)).toContain('secret')
  })

  it('says that a folder is closed until it is allowed, and hears it afterwards', async () => {
    await world.say('member', '/subscribe nextcloud Documents_RH/**')
    const { id } = await world.emit(file())
    expect(await world.read('sysadmin', `/vigie explain ${id}`)).toContain('the subject is not open to this channel')
    await world.say('sysadmin', '/vigie allow nextcloud Documents_RH/** ~town-square')
    const heard = await world.emit(file({ subject: 'Documents_RH' }))
    expect(await world.read('member', `/vigie explain ${heard.id}`)).toContain('It is told here')
  })
})

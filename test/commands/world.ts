// A small world around the commands: people of every kind, a few channels, the real store in memory, the real routing. Mattermost is
// a handful of objects.

import { randomBytes } from 'node:crypto'
import { createExport } from '../../src/app/export.ts'
import { createImport } from '../../src/app/import.ts'
import { createFileImport } from '../../src/app/import-file.ts'
import { createKeyRing } from '../../src/app/keys.ts'
import { createVault } from '../../src/app/vault.ts'
import type { Answer, Dispatch, People } from '../../src/bot/conversation.ts'
import { createDispatch } from '../../src/bot/dispatch.ts'
import { createHelp } from '../../src/bot/help.ts'
import { renderText } from '../../src/bot/render.ts'
import type { Around, Command, Person, Place, PostedFiles, Role } from '../../src/commands/command.ts'
import { type CommandParts, createCommands } from '../../src/commands/index.ts'
import { Secret } from '../../src/env.ts'
import type { Describe, Draft, Event, Log, Part } from '../../src/event.ts'
import { createIntake } from '../../src/flow/intake.ts'
import { createRouter } from '../../src/flow/router.ts'
import { createKeeper } from '../../src/integrations/personnage/keeper.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import type { Locale } from '../../src/text/locale.ts'
import { rich } from '../../src/text/rich.ts'
import { createFakeKeeper, type FakeKeeper } from '../fakes/hooks.ts'
import { createWatching, type Watching } from './watching.ts'

/** Saturday 21 November 2026, 09:00 in Paris. */
export const start = Date.UTC(2026, 10, 21, 8, 0, 0)

export const names = [
  'sysadmin',
  'teamadmin',
  'chanadmin',
  'member',
  'maker',
  'guest',
  'stranger',
  'deactivated',
  'otherbot',
] as const
export type Name = (typeof names)[number]

/** What `People` makes of them in the channels of this world. */
const firstRoles: Record<Name, Exclude<Role, 'maker'> | undefined> = {
  sysadmin: 'vigie_admin',
  teamadmin: 'channel_admin',
  chanadmin: 'channel_admin',
  member: 'member',
  maker: 'member',
  guest: 'guest',
  stranger: undefined,
  deactivated: undefined,
  otherbot: undefined,
}

export const places: Readonly<Record<string, Place>> = {
  town: { channel: 'town', name: 'town-square', kind: 'public', team: 'team', botIn: true },
  other: { channel: 'other', name: 'other', kind: 'public', team: 'team', botIn: true },
  fresh: { channel: 'fresh', name: 'fresh', kind: 'public', team: 'team', botIn: false },
  locked: { channel: 'locked', name: '', kind: 'private', team: 'team', botIn: false },
  direct: { channel: 'direct', name: 'direct', kind: 'direct', botIn: true },
}

export const gitlabEvents = [
  'merge_request',
  'merge_request.open',
  'merge_request.merge',
  'push',
  'push.push',
  'issue',
  'issue.open',
  'pipeline',
  'pipeline.failed',
]

const describe: Describe = ({ type, subject, data: { name } }, { noNames }) => ({
  color: '#808080',
  summary: rich`${type} ${subject ?? ''}${typeof name === 'string' && !noNames ? ` ${name}` : ''}`,
})

export interface LogLine {
  readonly level: string
  readonly facts: Record<string, unknown>
  readonly message: string
}

export interface WorldFile {
  readonly name: string
  readonly bytes: string | Uint8Array
  /** Who posted it. */
  readonly user: Name
  readonly sizeBytes?: number
}

export interface World {
  readonly store: Store
  readonly commands: readonly Command[]
  readonly dispatch: Dispatch
  readonly logged: readonly LogLine[]
  readonly counted: readonly (readonly [string, Readonly<Record<string, string>> | undefined])[]
  readonly brought: readonly string[]
  readonly posts: Map<string, { id: string; channel: string; props: Record<string, unknown>; user: string }>
  /** By the post that they stand with; the last is the newest. */
  readonly files: Map<string, readonly WorldFile[]>
  readonly woken: () => number
  /** Who looks after GitLab's webhooks: says what the test told it to. */
  readonly hooks: FakeKeeper
  /** What is watched, and how it is. */
  readonly watching: Watching
  clock: { now: number }
  locale: { of: Locale }
  /** Who is what, from now on. */
  readonly roles: Record<Name, Exclude<Role, 'maker'> | undefined>
  /** How every part is doing from now on. */
  status(parts: readonly Part[]): void
  /** Gives `/trigger text` as a slash command. */
  say(who: Name, line: string, channel?: string): Promise<Answer>
  /** The same, as the words that are read. */
  read(who: Name, line: string, channel?: string): Promise<string>
  press(who: Name, verb: string, object: string, channel?: string): Promise<Answer>
  submit(
    who: Name,
    command: string,
    fields: Record<string, string | boolean | null>,
    verb?: string,
    line?: string,
  ): Promise<Answer>
  /** Takes in an event of GitLab, told to whoever subscribed. */
  emit(draft: Partial<Draft> & { subject?: string }): Promise<Event>
}

export async function createWorld(more: (parts: CommandParts) => readonly Command[] = () => []): Promise<World> {
  const clock = { now: start }
  const locale: { of: Locale } = { of: 'en' }
  const logged: LogLine[] = []
  const counted: (readonly [string, Readonly<Record<string, string>> | undefined])[] = []
  const brought: string[] = []
  const posts: World['posts'] = new Map()
  const files: World['files'] = new Map()
  let status: readonly Part[] = []
  let woken = 0
  const now = () => clock.now
  const store = await openSqliteStore({ path: ':memory:', now, log: createLog([]) })
  await store.people.setAdmin('sysadmin', true, start)
  const router = createRouter(store)
  const roles = { ...firstRoles }
  const people = createPeople(locale, roles)
  const hooks = createFakeKeeper()
  const vault = createVault({
    secrets: { current: () => [new Secret('a key for the tests alone')] },
    random: randomBytes,
  })
  const record = async (draft: Draft): Promise<string> => {
    const index = await router.current()
    const acceptedAt = clock.now
    const [accepted] = await store.events.record([
      { draft, dedupe: [], acceptedAt, route: (event) => index.route(event, acceptedAt) },
    ])
    return accepted?.event ?? ''
  }
  const watching = createWatching({ store, now, emit: record })
  const { emit } = createIntake({ store, router, now, log: createLog([]), meter: { count: () => undefined } })
  const niveaux = { confirmé: 50, expert: 80 }
  const personnages = createKeeper({ store: store.personnages, niveaux, emit, log: createLog([]), now })
  const parts: CommandParts = {
    store,
    around: createAround(people, posts, brought),
    help: createHelp(() => commands),
    describe,
    sources: [
      { name: 'gitlab', events: gitlabEvents, hooks },
      { name: 'nextcloud', events: ['file', 'file.created', 'file.modified', 'file.moved', 'file.deleted'] },
      { name: 'monitor', events: ['down', 'up'], monitors: watching.keeper, records: watching.records },
      { name: 'personnage', events: ['created', 'scored', 'removed'], personnages },
    ],
    router,
    status: async () => status,
    wakeOutbox: () => {
      woken += 1
    },
    keys: createKeyRing({ keys: store.apiKeys, vault, now }),
    writeDocument: async (document, format) => Buffer.from(`${format} ${JSON.stringify(document)}`),
    makeExport: createExport({
      events: store.events,
      personnages: store.personnages,
      niveauOf: personnages.niveauOf,
      timeZone: 'Europe/Paris',
      now,
    }),
    files: createFiles(files),
    importFile: createFileImport(
      createImport({
        emit,
        events: store.events,
        personnages: store.personnages,
        niveauOf: personnages.niveauOf,
        sources: ['gitlab', 'personnage'],
        timeZone: 'Europe/Paris',
        now,
      }),
    ),
    drawRanking: async (ranking) => Buffer.from(`png ${JSON.stringify(ranking)}`),
    version: '1.0.0',
    startedAt: start - 3 * 86_400_000,
    locale: 'fr',
    timeZone: 'Europe/Paris',
  }
  const commands: readonly Command[] = [...createCommands(parts), ...more(parts)]
  const dispatch = createDispatch({
    commands,
    people,
    around: parts.around,
    audit: store.audit,
    log: createLog(logged),
    meter: { count: (name, labels) => void counted.push([name, labels]) },
    now,
  })
  const say: World['say'] = (who, line, channel = 'town') => {
    const [trigger = '', ...rest] = line.replace(/^\//, '').split(' ')
    // A minute for each, so that the quota (its own test) does not end a long test.
    clock.now += 60_000
    return dispatch.say({ by: 'slash', person: who, channel, team: 'team', trigger, text: rest.join(' ') })
  }
  return {
    store,
    commands,
    dispatch,
    logged,
    counted,
    brought,
    posts,
    files,
    woken: () => woken,
    hooks,
    watching,
    clock,
    locale,
    roles,
    status: (parts) => {
      status = parts
    },
    say,
    read: async (who, line, channel) => readAnswer(await say(who, line, channel)),
    press: (who, verb, object, channel = 'town') =>
      dispatch.press({ by: 'button', person: who, channel, verb, object }),
    submit: (who, command, fields, verb, line) =>
      dispatch.submit({
        by: 'dialog',
        person: who,
        channel: 'town',
        command,
        fields,
        ...(verb === undefined ? {} : { commandVerb: verb }),
        ...(line === undefined ? {} : { line }),
      }),
    async emit(draft) {
      const full: Draft = {
        source: 'gitlab',
        type: 'gitlab.merge_request.open',
        time: new Date(clock.now).toISOString(),
        data: {},
        severity: 'info',
        audience: 'open',
        byDefault: true,
        ...draft,
      }
      return { ...full, id: await record(full) }
    },
  }
}

/** What a person reads, invisible marks left out. */
export function readAnswer({ reply, locale }: Answer): string {
  return renderText(reply, locale).replaceAll('\u200b', '')
}

function createPeople(locale: { of: Locale }, roles: World['roles']): People {
  return {
    isVigieAdmin: (id) => id === 'sysadmin',
    async person(id): Promise<Person | undefined> {
      const name = names.find((one) => one === id)
      if (name === undefined || name === 'deactivated' || name === 'otherbot') return undefined
      return {
        id,
        username: id,
        locale: locale.of,
        guest: roles[name] === 'guest',
        vigieAdmin: roles[name] === 'vigie_admin',
      }
    },
    place: async (channel) => places[channel],
    async role(person, place) {
      const name = names.find((one) => one === person.id)
      const role = name === undefined ? undefined : roles[name]
      return place.kind === 'direct' && role === 'member' ? 'channel_admin' : role
    },
  }
}

function createAround(people: People, posts: World['posts'], brought: string[]): Around {
  return {
    findChannel: async (words) =>
      Object.values(places).find(({ name, channel }) => name !== '' && (`~${name}` === words || channel === words)),
    findPost: async (words) => posts.get(words),
    canRead: async () => true,
    username: async (id) => id,
    findMember: async (username) => {
      const id = names.find((one) => `@${one}` === username && one !== 'stranger' && one !== 'otherbot')
      return id === undefined ? undefined : { id, username: id }
    },
    isVigieAdmin: people.isVigieAdmin,
    permalink: ({ post }) => post,
    async bringBot(place) {
      if (place.kind !== 'public') return place.botIn
      brought.push(place.channel)
      return true
    },
  }
}

function createFiles(files: World['files']): PostedFiles {
  const found = (id: string) => (files.get(id) ?? []).map((file, index) => ({ file, id: `${id}/${index}` }))
  const seen = (all: ReturnType<typeof found>) =>
    all.map(({ file: { name, bytes, sizeBytes = bytes.length }, id }) => ({ id, name, sizeBytes }))
  return {
    ofCall: async (call) => seen((call.files ?? []).flatMap(found)),
    ofPost: async (words) => (files.has(words) ? seen(found(words)) : undefined),
    async newest({ person }, _since, isWanted) {
      const own = [...files.keys()]
        .reverse()
        .map((id) => found(id).filter(({ file }) => file.user === person.id && isWanted(file.name)))
      return seen(own.find((all) => all.length > 0) ?? [])
    },
    async read({ id }) {
      const [post = '', index] = id.split('/')
      const bytes = files.get(post)?.[Number(index)]?.bytes
      return bytes === undefined ? undefined : Buffer.from(bytes)
    },
  }
}

function createLog(lines: LogLine[]): Log {
  const at = (level: string) => (facts: object, message: string) =>
    void lines.push({ level, facts: { ...facts }, message })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') }
}

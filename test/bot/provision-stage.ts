// What the provision tests act on: a Mattermost (the stand-in, or a real server), a team in it, and `provision` run against both.

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { freePort } from '../../src/app/free-port.ts'
import { editDotenv } from '../../src/bot/dotenv.ts'
import type { Manifest } from '../../src/bot/manifest.ts'
import { type ProvisionParts, provision, type Rotation } from '../../src/bot/provision.ts'
import { parseCommandTokens } from '../../src/bot/provision-commands.ts'
import type { Administrator } from '../../src/bot/provision-parts.ts'
import { type RemoveParts, removeProvisioned } from '../../src/bot/provision-remove.ts'
import { createRest, type Rest } from '../../src/bot/rest.ts'
import { UserError } from '../../src/errors.ts'

export interface Server {
  readonly url: string
  readonly adminToken: string
}

/** The smallest PNG: one pixel, in one of two colours. */
export const pictures = {
  red: Uint8Array.fromBase64(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM4IScHAAK2AQU0pnWqAAAAAElFTkSuQmCC',
  ),
  blue: Uint8Array.fromBase64(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGOQkzsBAAFiAQURG6MhAAAAAElFTkSuQmCC',
  ),
}

const unsaid = () => undefined
export const log = { debug: unsaid, info: unsaid, warn: unsaid, error: unsaid, fatal: unsaid }

export const restOf = ({ url }: { url: string }, token: string): Rest =>
  createRest({ url, token: () => token, fetch, log })

const named = z.looseObject({ id: z.string(), name: z.string() })
export const command = z.looseObject({
  id: z.string(),
  token: z.string(),
  trigger: z.string(),
  url: z.string(),
  method: z.string(),
  auto_complete_hint: z.string(),
})
export type Command = z.infer<typeof command>

export const bot = z.looseObject({
  user_id: z.string(),
  display_name: z.string(),
  description: z.string().default(''),
  delete_at: z.number(),
  owner_id: z.string().default(''),
})

export interface Outcome {
  readonly well: boolean
  /** What was told, in English. */
  readonly lines: readonly string[]
}

export interface Stage {
  readonly server: Server
  readonly admin: Rest
  readonly team: z.infer<typeof named>
  readonly manifest: Manifest
  readonly port: number
  /** What the dotenv file holds; may be changed between runs. */
  settings: Record<string, string>
  /** Runs `provision`; what it stores goes into `settings`. */
  run(changed?: Partial<ProvisionParts>, settings?: Partial<ProvisionParts['settings']>): Promise<Outcome>
  commands(): Promise<readonly Command[]>
  botAccount(): Promise<z.infer<typeof bot>>
  mark: string
}

const words = { display_name: 'Vigie', description: 'Monte la garde.' }
const texts = { ...words, auto_complete_hint: '[mot]', auto_complete_desc: 'Monte la garde.' }

/** A team and names of its own, so that tests on a shared server do not meet. */
export async function createStage(server: Server): Promise<Stage> {
  const mark = randomBytes(4).toString('hex')
  const admin = restOf(server, server.adminToken)
  const team = named.parse(
    await admin.call('POST', '/teams', { body: { name: `team-${mark}`, display_name: mark, type: 'O' } }),
  )
  const manifest: Manifest = {
    bot: { username: `vigie-${mark}`, ...words, en: { display_name: 'Vigie', description: 'Keeps the watch.' } },
    commands: ['vigie', 'statut'].map((trigger) => ({
      trigger: `${trigger}-${mark}`,
      ...texts,
      en: { ...texts, auto_complete_desc: 'Keeps the watch.' },
    })),
  }
  const port = await freePort('127.0.0.1')
  const stage: Stage = {
    server,
    admin,
    team,
    manifest,
    port,
    mark,
    settings: {},
    run: (changed = {}, settings = {}) => runOn(stage, changed, settings),
    commands: async () =>
      z.array(command).parse(await admin.call('GET', '/commands', { query: { team_id: team.id, custom_only: true } })),
    botAccount: async () => {
      const found = named
        .omit({ name: true })
        .parse(await admin.call('GET', `/users/username/${manifest.bot.username}`))
      return bot.parse(await admin.call('GET', `/bots/${found.id}`, { query: { include_deleted: true } }))
    },
  }
  return stage
}

async function runOn(
  stage: Stage,
  changed: Partial<ProvisionParts>,
  settings: Partial<ProvisionParts['settings']>,
): Promise<Outcome> {
  const lines: string[] = []
  const administrator: Administrator = { rest: stage.admin, by: 'token' }
  const known = stage.settings
  const parts: ProvisionParts = {
    admin: administrator,
    asBot: (token) => restOf(stage.server, token),
    signIn: async () => Promise.reject(new Error('nobody signs in here')),
    pictureOf: async (token, userId) =>
      (
        await fetch(`${stage.server.url}/api/v4/users/${userId}/image`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).bytes(),
    manifest: stage.manifest,
    picture: pictures.red,
    save: async (changes) => {
      const names = Object.keys(changes).filter((name) => stage.settings[name] !== changes[name])
      editDotenv('', changes)
      stage.settings = { ...stage.settings, ...changes }
      return names
    },
    lookup: async () => ['127.0.0.1'],
    pause: async () => undefined,
    print: (said) => lines.push(said.en),
    ...changed,
    settings: {
      mattermostUrl: stage.server.url,
      locale: 'fr',
      host: '127.0.0.1',
      port: stage.port,
      vigieUrl: `http://127.0.0.1:${stage.port}`,
      teams: [stage.team.name],
      allTeams: false,
      knownTeams: [],
      addedTeams: [],
      token: known.MATTERMOST_TOKEN,
      isTokenPlain: true,
      commandTokens: parseCommandTokens((known.VIGIE_COMMAND_TOKENS ?? '').split(',')),
      hasSecretKey: known.VIGIE_SECRET_KEY !== undefined,
      hasGitlabSecret: known.GITLAB_WEBHOOK_TOKEN !== undefined,
      given: { MATTERMOST_URL: stage.server.url },
      ...settings,
    },
  }
  try {
    return { well: await provision(parts), lines }
  } catch (error) {
    if (error instanceof UserError) return { well: false, lines: [...lines, error.said.en] }
    throw error
  }
}

/** What `--rotate` starts from, as the dotenv file of the stage has it. */
export function rotationOf({ settings }: Stage, changed: Partial<Rotation> = {}): Rotation {
  const words = (name: string) => (settings[name] ?? '').split(',').filter((word) => word !== '')
  return {
    elsewhere: [],
    secretKeys: words('VIGIE_SECRET_KEY'),
    needsOldKeys: false,
    gitlabTokens: words('GITLAB_WEBHOOK_TOKEN'),
    ...changed,
  }
}

/** Undoes what `run` did. */
export async function removeFrom(stage: Stage, changed: Partial<RemoveParts> = {}): Promise<Outcome> {
  const lines: string[] = []
  const parts: RemoveParts = {
    admin: { rest: stage.admin, by: 'token' },
    print: (said) => lines.push(said.en),
    username: stage.manifest.bot.username,
    triggers: stage.manifest.commands.map(({ trigger }) => trigger),
    settings: {
      mattermostUrl: stage.server.url,
      vigieUrl: `http://127.0.0.1:${stage.port}`,
      commandTokens: parseCommandTokens((stage.settings.VIGIE_COMMAND_TOKENS ?? '').split(',')),
    },
    erase: async () => {
      const names = Object.keys(stage.settings)
      stage.settings = {}
      return names
    },
    ...changed,
  }
  try {
    return { well: await removeProvisioned(parts), lines }
  } catch (error) {
    if (error instanceof UserError) return { well: false, lines: [...lines, error.said.en] }
    throw error
  }
}

/** Dies at the nth thing it is asked to change, before or after it did so; reading goes on. */
export function mortal(at: number, when: 'before' | 'after') {
  let left = at
  const guard = async <T>(change: () => Promise<T>): Promise<T> => {
    left -= 1
    if (left === 0 && when === 'before') throw new Killed()
    const result = await change()
    if (left === 0) throw new Killed()
    return result
  }
  return {
    rest: (rest: Rest): Rest => ({
      url: rest.url,
      call: (method, path, options) =>
        method === 'GET' ? rest.call(method, path, options) : guard(() => rest.call(method, path, options)),
    }),
    guard,
    isDead: () => left <= 0,
  }
}

export class Killed extends Error {}

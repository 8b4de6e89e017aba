// A Vigie as a process whose every secret is a canary (threat T25), a stand-in Mattermost and a small GitLab around it, and the search
// for canaries in whatever came out: plain, encoded, or inside a file.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { freePort } from '../../src/app/free-port.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { type Running, vigie } from '../cli/process.ts'
import { createCaller } from '../contract/mattermost/driver.ts'
import { eventually } from '../e2e/house.ts'
import { type FakeGitlab, startGitlab } from '../fakes/gitlab-server.ts'

export interface CanaryHouse {
  readonly folder: string
  readonly sandbox: Sandbox
  readonly gitlab: FakeGitlab
  readonly environment: Record<string, string>
  readonly team: { readonly id: string }
  /** Every secret there is by now, by what it is. */
  secrets(): ReadonlyMap<string, string>
  run(...words: string[]): Running
  start(more?: Record<string, string>): Promise<Running>
  /** Ends the running start; what it wrote is kept. */
  end(): Promise<void>
  /** Keeps what an outsider got to see. */
  saw(what: string, words: unknown): void
  /** Where a canary sang: `GITLAB_WEBHOOK_TOKEN (base64) in log`. */
  songs(): readonly string[]
  /** The same for other secrets. */
  songsOf(words: readonly string[]): readonly string[]
  close(): Promise<void>
}

/** Long enough to be cut out of a log and to be found by no chance; with signs that JSON, URLs and markdown write in their own ways. */
const canary = (name: string) => `canary.${name}/+"%é`.replace('é', '~')

const signing = Buffer.from('canary-signing-secret-of-24+').toString('base64')

export async function openCanaryHouse(): Promise<CanaryHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-canary-'))
  const sandbox = await createSandbox()
  const gitlab = await startGitlab()
  const seen: { what: string; words: string }[] = []
  const environment: Record<string, string> = {
    MATTERMOST_URL: sandbox.url,
    PORT: String(await freePort('127.0.0.1')),
    VIGIE_ADMINS: 'admin',
    LOG_LEVEL: 'debug',
    GITLAB_URL: gitlab.url,
    GITLAB_API_TOKEN: gitlab.token,
    GITLAB_WEBHOOK_TOKEN: `${canary('webhook-new')},${canary('webhook-old')}`,
    GITLAB_SIGNING_SECRET: `whsec_${signing}`,
    METRICS_TOKEN: canary('metrics'),
    VIGIE_SECRET_KEY: `${canary('key-new')},${canary('key-old')}`,
  }
  const admin = createCaller(sandbox.url, sandbox.adminToken)
  const team = (await admin.post('/teams', { name: 'ops', display_name: 'Ops', type: 'O' })).body as { id: string }
  let running: Running | undefined
  const runs: { what: string; run: Running }[] = []
  const run = (...words: string[]): Running => {
    const started = vigie(words, { cwd: folder, environment })
    runs.push({ what: `vigie ${words[0]}`, run: started })
    return started
  }

  const secrets = () => {
    const dotenv = parseEnv(readFileSync(join(folder, '.env'), 'utf8'))
    const named = Object.entries({ ...dotenv, ...environment }).filter(([name]) => /TOKEN|SECRET/.test(name))
    const words = named.flatMap(([name, value]) =>
      (value ?? '').split(',').map((word, index) => {
        const secret = name === 'VIGIE_COMMAND_TOKENS' ? word.slice(word.indexOf('=') + 1) : word
        return [`${name} ${index}`, secret] as const
      }),
    )
    const hooks = gitlab
      .hooksOf('acme/app')
      .flatMap(({ token, signing: signed }) => [token, signed])
      .flatMap((secret, index) => (secret === undefined ? [] : [[`hook secret ${index}`, secret] as const]))
    return new Map([...words, ['administrator’s token', sandbox.adminToken], ['signing key', signing], ...hooks])
  }

  /** Databases, write-ahead logs, copies, whatever else lies below the folder; the dotenv file is where secrets belong. */
  const files = (): { what: string; words: string }[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      // The reserve is 64 MiB of chance, there to be given back.
      if (!entry.isFile() || path === join(folder, '.env') || path.endsWith('.reserve')) return []
      return [{ what: path.slice(folder.length + 1), words: readFileSync(path).toString('latin1') }]
    })

  const posts = (): { what: string; words: string }[] =>
    [...sandbox.world.posts.values()].map((post) => ({
      what: 'post',
      // The seal of a button is for the server alone, and is looked at like everything else.
      words: JSON.stringify(post),
    }))

  const places = () => {
    const written = runs.flatMap(({ what, run: one }) => [
      { what: `${what}, standard output`, words: one.out() },
      { what: `${what}, standard error`, words: one.err() },
    ])
    return [...written, ...seen, ...files(), ...posts()]
  }

  return {
    folder,
    sandbox,
    gitlab,
    environment,
    team,
    secrets,
    run,
    async start(more = {}) {
      running = vigie(['start'], { cwd: folder, environment: { ...environment, ...more } })
      runs.push({ what: 'vigie start', run: running })
      await running.line('Vigie listens')
      return running
    },
    async end() {
      running?.child.kill('SIGTERM')
      await running?.ended()
      running = undefined
    },
    saw: (what, words) => void seen.push({ what, words: typeof words === 'string' ? words : JSON.stringify(words) }),
    songs: () => singing(secrets(), places()),
    songsOf: (words) => singing(new Map(words.map((word) => [word, word])), places()),
    async close() {
      running?.child.kill('SIGKILL')
      await gitlab.close()
      await sandbox.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Which secret is found where, in which form. */
export function singing(
  secrets: ReadonlyMap<string, string>,
  places: readonly { readonly what: string; readonly words: string }[],
): string[] {
  const found = new Set<string>()
  for (const [name, secret] of secrets)
    for (const [form, words] of formsOf(secret))
      for (const place of places) if (place.words.includes(words)) found.add(`${name} (${form}) in ${place.what}`)
  return [...found]
}

/** A secret in every dress: base64 also where it begins in the middle of other bytes. */
export function formsOf(secret: string): readonly (readonly [form: string, words: string])[] {
  const bytes = Buffer.from(secret)
  const within = [1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    return encoded.slice(offset + 1, -2)
  })
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  const escaped = JSON.stringify(secret).slice(1, -1)
  const forms: readonly (readonly [string, string])[] = [
    ['plain', secret],
    ['base64', base64.slice(0, -1)],
    ['base64url', base64.slice(0, -1).replaceAll('+', '-').replaceAll('/', '_')],
    ...within.flatMap((words) => [
      ['base64 inside', words] as const,
      ['base64url inside', words.replaceAll('+', '-').replaceAll('/', '_')] as const,
    ]),
    ['hex', bytes.toString('hex')],
    ['hex', bytes.toString('hex').toUpperCase()],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded', encodeURIComponent(secret).toLowerCase()],
    ['form-encoded', new URLSearchParams([['', secret]]).toString().slice(1)],
    ['JSON-escaped', escaped],
    ['JSON-escaped twice', JSON.stringify(escaped).slice(1, -1)],
    ['HTML-escaped', secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
  ]
  return forms
}

/** Asks until a slash command is answered. */
export async function typeUntil(house: CanaryHouse, channel: string, command: string, words: RegExp): Promise<string> {
  const admin = createCaller(house.sandbox.url, house.sandbox.adminToken)
  return eventually(async () => {
    const answer = await admin.post('/commands/execute', { channel_id: channel, team_id: house.team.id, command })
    const text = JSON.stringify(answer.body)
    house.saw(`answer to ${command}`, text)
    return answer.status === 200 && words.test(text) ? text : undefined
  }, `an answer to ${command}`)
}

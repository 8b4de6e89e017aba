// `vigie demo`: a stand-in Mattermost with its web page, Vigie provisioned in it as on a real one, buttons that send sample GitLab events
// to Vigie's own webhook, break a sample site and drop files into a watched folder, and a stand-in model that writes about the site. Free
// ports, a temporary folder, nothing left behind.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../app/free-port.ts'
import { createLog, logLevels } from '../log.ts'
import { createSandboxModel, type SandboxModel } from '../sandbox/model.ts'
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import { appOf } from './app-of.ts'
import { createDemoEvents } from './demo-events.ts'
import { createDemoFolder } from './demo-folder.ts'
import { createDemoSite, type DemoSite } from './demo-site.ts'
import { createDemoTown, demoChannel, demoTeam, type Inhabitant, subscribeChannel, tellCurl } from './demo-town.ts'
import { envOf } from './dotenv-file.ts'
import { key } from './key.ts'
import { provision } from './provision.ts'
import type { Subcommand, World } from './subcommand.ts'

/** Known to everybody: the demo listens on this machine alone, and people send it webhooks of their own. */
const demoToken = 'vigie-demo'
/** What of the caller's environment the demo takes up; the rest is a real Vigie's. */
const taken = ['GITLAB_WEBHOOK_TOKEN', 'GITLAB_SIGNING_SECRET', 'LOG_LEVEL', 'METRICS_TOKEN', 'TZ', 'VIGIE_LOCALE']
/** Where a real model is named, it is asked instead of the stand-in. */
const takenOfModel = ['OLLAMA_HOST', 'OLLAMA_MODEL', 'OLLAMA_PROMPT', 'OLLAMA_TIMEOUT']

export const demo: Subcommand = {
  name: 'demo',
  summary: {
    fr: 'montre Vigie à l’œuvre, sans compte ni serveur',
    en: 'shows Vigie at work, without account or server',
  },
  usage: '[--json]',
  help: {
    fr: '--json  écrit une seule ligne\u00a0: {"url": page, "vigie": adresse, "gitlab": webhook, "folder": dossier, "curl": un personnage}',
    en: '--json  writes one line only: {"url": page, "vigie": address, "gitlab": webhook, "folder": path, "curl": a character}',
  },
  async run(args, world) {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } })
    const folder = mkdtempSync(join(tmpdir(), 'vigie-demo-'))
    try {
      return await play(folder, values.json, world)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function play(folder: string, json: boolean, world: World): Promise<number> {
  const people: Inhabitant[] = []
  const actions: DemoAction[] = []
  const sandbox = await createSandbox({ people, actions })
  const site = await createDemoSite()
  const model = world.environment.OLLAMA_HOST ? undefined : await createSandboxModel()
  const watched = createDemoFolder(folder)
  const environment = await environmentOf({ sandbox, site, model, folder: watched.path }, world)
  const quiet: World = { ...world, environment, cwd: folder, stdout: () => undefined }
  try {
    people.push(
      ...(await createDemoTown({
        sandbox,
        site: site.url,
        folder: watched.path,
        isModelReal: model === undefined,
        fetch: world.fetch,
        locale: world.locale,
      })),
    )
    const provisioned = await provision.run(['--admin-token', sandbox.adminToken, '--team', demoTeam], quiet)
    if (provisioned !== 0) return provisioned
    const env = envOf(quiet)
    const log = createLog({
      level: env.choice('LOG_LEVEL', 'warn', logLevels),
      write: (line) => world.stderr(line.trimEnd()),
      secrets: () => env.knownSecrets(),
    })
    const app = await appOf(quiet, env, log)
    try {
      await app.start()
      const gitlab = `${app.url()}/webhook/gitlab`
      for (const source of ['nextcloud', 'personnage'])
        await subscribeChannel({ sandbox, fetch: world.fetch, command: `/subscribe ${source}` })
      const curl = personnageLine(app.url(), await makeKey(quiet))
      await tellCurl({ sandbox, fetch: world.fetch, curl, token: people[0]?.token ?? '', locale: world.locale })
      actions.push(
        ...demoActions(gitlab, environment.GITLAB_WEBHOOK_TOKEN ?? '', world),
        ...site.actions,
        ...watched.actions,
      )
      const page = `${sandbox.url}/#${people[0]?.username}/${demoTeam}/${demoChannel}`
      if (json) world.stdout(JSON.stringify({ url: page, vigie: app.url(), gitlab, folder: watched.path, curl }))
      else {
        const token = environment.GITLAB_WEBHOOK_TOKEN ?? ''
        for (const line of invitation({ page, gitlab, token, folder: watched.path, curl }, world)) world.stdout(line)
      }
      if (!world.signal.aborted) await once(world.signal, 'abort')
    } finally {
      await app.stop()
    }
  } finally {
    await model?.stop()
    await site.stop()
    await sandbox.stop()
  }
  return 0
}

interface Surroundings {
  readonly sandbox: Sandbox
  readonly site: DemoSite
  /** Absent: the caller names a real one. */
  readonly model: SandboxModel | undefined
  /** Path of the watched one. */
  readonly folder: string
}

async function environmentOf(
  { sandbox, site, model, folder }: Surroundings,
  { environment, locale }: World,
): Promise<Record<string, string | undefined>> {
  const ofCaller = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])))
  return {
    VIGIE_LOCALE: locale,
    GITLAB_WEBHOOK_TOKEN: demoToken,
    LOG_LEVEL: 'warn',
    ...ofCaller(taken),
    ...(model ? { OLLAMA_HOST: model.url, OLLAMA_MODEL: model.name } : ofCaller(takenOfModel)),
    MATTERMOST_URL: sandbox.url,
    MONITOR_ALLOW: new URL(site.url).host,
    WATCH_PATH: folder,
    ORGANISATION: 'TAAF',
    PORT: String(await freePort('127.0.0.1')),
  }
}

/** For programs, as a shell makes it. */
async function makeKey(quiet: World): Promise<string> {
  const lines: string[] = []
  const scopes = 'personnages:read,personnages:write,events:write'
  const made = await key.run(['create', 'demo', '--scope', scopes], {
    ...quiet,
    stdout: (line) => void lines.push(line),
  })
  if (made !== 0 || lines[0] === undefined) throw new Error('no key was made')
  return lines[0]
}

/** A character that arrives by `curl`. */
const personnageLine = (url: string, secret: string): string =>
  `curl ${url}/webhook/personnage -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' -d '{"nom": "Naruto", "score": 85}'`

interface DemoAction {
  readonly id: string
  readonly label: { fr: string; en: string }
  readonly group: { fr: string; en: string }
  run(): Promise<unknown>
}

/** Each sends the next webhook of its kind, as GitLab would. */
function demoActions(gitlab: string, token: string, world: Pick<World, 'fetch' | 'now'>): DemoAction[] {
  return createDemoEvents().map(({ id, label, group, body }) => ({
    id,
    label,
    group,
    async run() {
      const response = await world.fetch(gitlab, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-gitlab-token': token },
        body: JSON.stringify(body(world.now())),
      })
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    },
  }))
}

interface Places {
  readonly page: string
  readonly gitlab: string
  readonly token: string
  readonly folder: string
  readonly curl: string
}

function invitation({ page, gitlab, token, folder, curl }: Places, world: World): string[] {
  return world.locale === 'fr'
    ? [
        `Ouvrez ${page}`,
        '',
        `Le webhook de GitLab est ${gitlab} (jeton ${token}).`,
        `Ce qui arrive dans ${folder} est annoncé, par exemple\u00a0: cp un-fichier.pdf ${folder}/Contrats/`,
        `Un personnage arrive par\u00a0: ${curl}`,
        'Ctrl-C arrête la démonstration\u202f; rien n’en reste.',
      ]
    : [
        `Open ${page}`,
        '',
        `GitLab's webhook is ${gitlab} (token ${token}).`,
        `What comes into ${folder} is told, for example: cp some-file.pdf ${folder}/Contrats/`,
        `A character arrives by: ${curl}`,
        'Ctrl-C ends the demo; nothing of it remains.',
      ]
}

// `vigie provision`: creates or repairs in Mattermost what Vigie needs, and writes what `start` needs; replaces or undoes it
// (interface.md, "provision").

import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Manifest, parseManifest } from '../bot/manifest.ts'
import { type ProvisionParts, provision as provisionMattermost } from '../bot/provision.ts'
import { removeProvisioned } from '../bot/provision-remove.ts'
import { UserError } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import { askControl, controlPath } from './control.ts'
import { defaultDotenv } from './dotenv-file.ts'
import { createDotenvDraft, type DotenvDraft, type ReadSettings, readProvisionSettings } from './provision-settings.ts'
import { findWay, interruptedSaid, restOf, signIn } from './provision-ways.ts'
import type { Subcommand, World } from './subcommand.ts'

const options = {
  'admin-token': { type: 'string' },
  'local-socket': { type: 'string' },
  team: { type: 'string', multiple: true, default: [] as string[] },
  'all-teams': { type: 'boolean', default: false },
  rotate: { type: 'boolean', default: false },
  remove: { type: 'boolean', default: false },
  dotenv: { type: 'string', default: defaultDotenv },
} as const

export const provision: Subcommand = {
  name: 'provision',
  summary: {
    fr: 'crée ou répare dans Mattermost le bot, ses équipes et ses commandes',
    en: 'creates or repairs in Mattermost the bot, its teams and its slash commands',
  },
  usage:
    '[--admin-token TOKEN|- | --local-socket PATH] [--team NAME… | --all-teams] [--rotate | --remove] [--dotenv FILE]',
  help: {
    fr: [
      '--admin-token   jeton d’un administrateur système ; « - » le lit sur l’entrée ; ou MATTERMOST_ADMIN_TOKEN',
      '--local-socket  la socket du mode local de Mattermost, à la place d’un jeton',
      '                sans l’un ni l’autre : demande nom, mot de passe et code sur le terminal, et se déconnecte à la fin',
      `--team          équipe où Vigie travaille (répétable) ; par défaut MATTERMOST_TEAM, sinon celles du bot`,
      '--all-teams     toutes les équipes du serveur, sauf les archivées',
      '--rotate        remplace ce que provision a créé : jetons et clés ; les anciens ne valent bientôt plus',
      '--remove        défait ce que provision a créé ; la base reste',
      `--dotenv        fichier où écrire ce dont « start » a besoin (${defaultDotenv} par défaut)`,
      'Peut être relancé sans risque : une seconde fois ne change rien.',
    ].join('\n'),
    en: [
      '--admin-token   a system administrator\'s token; "-" reads it from standard input; or MATTERMOST_ADMIN_TOKEN',
      "--local-socket  the socket of Mattermost's local mode, in place of a token",
      '                with neither: asks for name, password and code on the terminal, and logs out at the end',
      `--team          team where Vigie works (repeatable); default MATTERMOST_TEAM, else the bot's`,
      '--all-teams     every team of the server, save archived ones',
      '--rotate        replaces what provision made: tokens and keys; the old ones soon hold no more',
      '--remove        undoes what provision made; the database stays',
      `--dotenv        file to write what "start" needs to (default ${defaultDotenv})`,
      'Safe to repeat: a second time changes nothing.',
    ].join('\n'),
  },
  async run(args, world) {
    const { values } = parseArgs({ args: [...args], options })
    refuseContradictions({ ...values, allTeams: values['all-teams'] })
    const dotenv = createDotenvDraft(resolve(world.cwd, values.dotenv), world)
    const settings = readProvisionSettings(world, dotenv, { ...values, allTeams: values['all-teams'] })
    const { admin, close } = await findWay(values, world, settings.mattermostUrl, settings.env)
    const quietly = (said: Said) => {
      if (!world.signal.aborted) world.stdout(said[world.locale])
    }
    try {
      const common = { admin, print: quietly, settings }
      const isWell = await (values.remove ? remove(common, world, dotenv) : make(common, world, dotenv))
      for (const name of dotenv.hidden()) world.stderr(hiddenSaid(name, dotenv.path)[world.locale])
      return isWell && dotenv.hidden().length === 0 ? 0 : 1
    } catch (error) {
      throw world.signal.aborted && !(error instanceof UserError)
        ? new UserError(interruptedSaid, { cause: error })
        : error
    } finally {
      await close()
    }
  },
}

/** @throws {UserError} for options that exclude each other. */
function refuseContradictions(asked: {
  allTeams: boolean
  team: readonly string[]
  rotate: boolean
  remove: boolean
}): void {
  const exclude = (one: string, other: string) =>
    new UserError({ fr: `${one} et ${other} s’excluent.`, en: `${one} and ${other} exclude each other.` })
  if (asked.allTeams && asked.team.length > 0) throw exclude('--all-teams', '--team')
  if (asked.rotate && asked.remove) throw exclude('--rotate', '--remove')
  if (!asked.remove) return
  if (asked.allTeams) throw exclude('--remove', '--all-teams')
  if (asked.team.length > 0) throw exclude('--remove', '--team')
}

type Common = Pick<ProvisionParts, 'admin' | 'print'> & { readonly settings: ReadSettings }

function make({ admin, print, settings }: Common, world: World, dotenv: DotenvDraft): Promise<boolean> {
  const { mattermostUrl } = settings
  const asBot = (token: string) => restOf(world, mattermostUrl, token)
  return provisionMattermost({
    admin,
    asBot,
    signIn: async (username, password) => asBot((await signIn(world, mattermostUrl, { username, password })).token),
    pictureOf: (token, userId) => readPicture(world, mattermostUrl, token, userId),
    manifest: readManifest(world),
    picture: new Uint8Array(readFileSync(join(world.root, 'assets', 'vigie.png'))),
    settings,
    save: dotenv.save,
    lookup: addressesOf,
    pause: async (ms) => {
      await setTimeout(ms, undefined, { signal: world.signal })
    },
    print,
  })
}

async function remove({ admin, print, settings }: Common, world: World, dotenv: DotenvDraft): Promise<boolean> {
  const { bot, commands } = readManifest(world)
  const triggers = commands.map(({ trigger }) => trigger)
  const isWell = await removeProvisioned({
    admin,
    print,
    settings,
    username: bot.username,
    triggers,
    erase: dotenv.erase,
  })
  const socket = controlPath(settings.databasePath, world.cwd)
  if (await isListening(socket))
    print({
      fr: '« vigie start » est encore en marche, sans jetons : d’ici 5 s il ne prend ni ne dit plus rien. « vigie stop » l’arrête.',
      en: '"vigie start" is still running, without tokens: within 5 s it takes in and says nothing any more. "vigie stop" ends it.',
    })
  return isWell
}

function readManifest(world: World): Manifest {
  return parseManifest(readFileSync(join(world.root, 'manifest.json'), 'utf8'))
}

async function isListening(socket: string): Promise<boolean> {
  try {
    return (await askControl(socket, 'GET', '/status')) !== undefined
  } catch {
    // Whoever answers, though not well, is there.
    return true
  }
}

async function readPicture(world: World, url: string, token: string, userId: string): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await world.fetch(`${url}/api/v4/users/${userId}/image`, {
    headers,
    signal: AbortSignal.timeout(10_000),
  })
  return response.bytes()
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map((found) => found.address)
  } catch {
    // Unknown from here: Mattermost may know it.
    return []
  }
}

function hiddenSaid(name: string, path: string) {
  return {
    fr: `! ${name} : l’environnement en donne une autre valeur, qui l’emporte sur celle de ${path} ; retirez-la de l’environnement.`,
    en: `! ${name}: the environment gives another value, which wins over the one in ${path}; take it out of the environment.`,
  }
}

// Has Mattermost call Vigie before `provision` ends (interface.md, "provision"): the bot runs a slash command in its direct channel with
// itself, where nobody reads the answer, and the call must arrive, at the running `start` or at an ear of our own.

import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { refusedToListen } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import type { ServerSettings } from './provision-parts.ts'
import { answered, MattermostError, type Rest } from './rest.ts'

/** Listens where `start` would. */
export interface Ear {
  /** Whether a call with this token came in. */
  readonly heard: (token: string) => boolean
  readonly close: () => Promise<void>
}

const longestCallBytes = 65_536

/** Nothing where somebody holds the port already: a running `start`. @throws {UserError} when the address is not this machine's. */
export async function openEar(at: { host: string; port: number }, tokens: readonly string[]): Promise<Ear | undefined> {
  const heard = new Set<string>()
  const server = createServer((request, response) => {
    readForm(request).then(
      (form) => {
        const known = tokens.find((token) => isEqual(token, form.get('token') ?? ''))
        if (known !== undefined) heard.add(known)
        response.writeHead(known === undefined ? 401 : 200, { 'content-type': 'application/json' }).end('{}')
      },
      () => response.destroy(),
    )
  })
  server.listen(at.port, at.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined
    throw refusedToListen(error, at) ?? error
  }
  return {
    heard: (token) => heard.has(token),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    sizeBytes += bytes.length
    if (sizeBytes > longestCallBytes) throw new Error('a call too long for a slash command')
    chunks.push(bytes)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

function isEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

export interface Call {
  readonly bot: Rest
  readonly botId: string
  readonly team: string
  readonly trigger: string
}

/** What came of having Mattermost call. */
export interface Trial {
  readonly refusal?: MattermostError
  /** The answer was one of Vigie's, wherever that one runs. */
  readonly byVigie: boolean
}

const commandAnswer = z.looseObject({ skip_slack_parsing: z.boolean().default(false) })

/** Has the bot run the command once. @throws {MattermostError} when Mattermost itself could not be asked. */
export async function tryCommand({ bot, botId, team, trigger }: Call): Promise<Trial> {
  const { id } = z
    .looseObject({ id: z.string() })
    .parse(await bot.call('POST', '/channels/direct', { body: [botId, botId] }))
  const body = { channel_id: id, team_id: team, command: `/${trigger} help` }
  try {
    // Mattermost itself waits up to 30 s for whom it calls.
    const answer = await bot.call('POST', '/commands/execute', { body, timeoutMs: 40_000 })
    return { byVigie: commandAnswer.parse(answer).skip_slack_parsing }
  } catch (error) {
    if (error instanceof MattermostError && error.failure === 'answered') return { refusal: error, byVigie: false }
    throw error
  }
}

/** True when who was called answered, but with something else than 200: a `start` that does not know the new tokens yet. */
export function wasTurnedAway({ refusal }: Trial): boolean {
  return answered(refusal, 500) && refusal.id === 'api.command.execute_command.failed_resp.app_error'
}

export interface Unreached {
  readonly trial: Trial
  /** `VIGIE_URL/mattermost/command`. */
  readonly url: string
  /** Somebody else held PORT: it must have been the one that was called. */
  readonly running: boolean
  readonly server: ServerSettings | undefined
  /** What the host of `url` stands for, seen from here. */
  readonly addresses: readonly string[]
}

/** Which door is closed, and the setting that opens it. */
export function explainUnreached({ trial, url, running, server, addresses }: Unreached): Said {
  const { refusal } = trial
  const { hostname, origin } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (refusal?.id?.includes('site_url') || (refusal && server?.SiteURL === ''))
    return {
      fr: 'Mattermost n’exécute aucune commande tant que ServiceSettings.SiteURL est vide : écrivez-y son adresse (Console système → Environnement → Serveur web).',
      en: 'Mattermost runs no slash command while ServiceSettings.SiteURL is empty: write its address there (System Console → Environment → Web Server).',
    }
  if (!refusal || wasTurnedAway(trial))
    return running
      ? {
          fr: `Mattermost joint ${origin}, mais qui y répond refuse le jeton des commandes : un autre programme tient ce port, ou « vigie start » lit un autre fichier de réglages.`,
          en: `Mattermost reaches ${origin}, but who answers there refuses the commands' token: another program holds that port, or "vigie start" reads another settings file.`,
        }
      : {
          fr: `Mattermost joint ${origin}, mais ce n’est pas Vigie qui y répond : vérifiez VIGIE_URL et le serveur mandataire.`,
          en: `Mattermost reaches ${origin}, but it is not Vigie that answers there: check VIGIE_URL and the reverse proxy.`,
        }
  if (refusal.id !== 'api.command.execute_command.failed.app_error')
    return {
      fr: `Mattermost n’a pas exécuté la commande d’essai : ${refusal.message}.`,
      en: `Mattermost did not run the command it was asked to try: ${refusal.message}.`,
    }
  const isPrivate = (isIP(host) ? [host] : addresses).some((address) => isPrivateAddress(address))
  if (isPrivate && !allows(server?.AllowedUntrustedInternalConnections, host, addresses))
    return {
      fr: `Mattermost ne joint pas ${origin} : c’est une adresse interne. Ajoutez « ${host} » à ServiceSettings.AllowedUntrustedInternalConnections (Console système → Environnement → Développeur).`,
      en: `Mattermost does not reach ${origin}: it is an internal address. Add "${host}" to ServiceSettings.AllowedUntrustedInternalConnections (System Console → Environment → Developer).`,
    }
  return {
    fr: `Mattermost ne joint pas ${origin} : vérifiez VIGIE_URL, le DNS et le pare-feu, vus de la machine de Mattermost.`,
    en: `Mattermost does not reach ${origin}: check VIGIE_URL, DNS and the firewall, as seen from Mattermost's machine.`,
  }
}

const internal = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  internal.addSubnet(network, prefix)
internal.addAddress('::1', 'ipv6')
internal.addSubnet('fc00::', 7, 'ipv6')
internal.addSubnet('fe80::', 10, 'ipv6')

/** Loopback, private, link-local and shared ranges. */
export function isPrivateAddress(address: string): boolean {
  return internal.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** As Mattermost reads the setting: words are host names, addresses or networks, separated by spaces or commas. Unknown: not allowed. */
function allows(setting: string | undefined, host: string, addresses: readonly string[]): boolean {
  const words = (setting ?? '').split(/[\s,]+/).filter((word) => word !== '')
  const networks = new BlockList()
  for (const word of words) {
    const [network = '', prefix] = word.split('/')
    if (isIP(network) === 0) continue
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    networks.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return (
    words.includes(host) ||
    [host, ...addresses].some(
      (address) => isIP(address) !== 0 && networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
    )
  )
}

// What people name to be watched: a URL (http), `host:port` (tcp), a name (dns), `host[:port]` (tls) (interface.md, "/monitor";
// threats T14, T17). Whatever is kept of it is what was parsed, never what was typed.

import { isIP, isIPv6 } from 'node:net'
import { UserError } from '../../../errors.ts'
import { code, type Rich, rich } from '../../../text/rich.ts'
import { said } from '../../../text/said.ts'
import type { MonitorType } from '../monitor.ts'
import { type Endpoint, hostOf, isName, portOf, readEndpoint, readHost, showEndpoint } from './endpoint.ts'

/** What goes out and is looked at; a heartbeat comes in. */
export type CheckedType = Exclude<MonitorType, 'heartbeat'>

export interface ReadTarget {
  readonly type: CheckedType
  /** As a monitor keeps it: `https://example.org/path`, `example.org:443`, `example.org`. */
  readonly target: string
  /** Where it leads; nothing for dns, which asks the name servers alone. */
  readonly endpoint: Endpoint | undefined
}

const mostCharacters = 2000

/** Reads a target; without `type` a URL is http, `host:port` tcp, a name dns. @throws {UserError} in words that say what to write. */
export function readTarget(words: string, type?: CheckedType): ReadTarget {
  const text = words.trim()
  if (text === '') throw refused(rich`Il manque ce qu’il faut surveiller.`, rich`What to watch is missing.`)
  if (text.length > mostCharacters) throw tooLong()
  if (/[\s\p{Cc}\u2028\u2029]/u.test(text)) throw spaced(text)
  if (/%0[ad]|%00/i.test(text)) throw broken(text)
  switch (type ?? guessType(text)) {
    case 'http':
      return readHttp(text)
    case 'tcp':
      return readSocket(text, 'tcp')
    case 'tls':
      return readSocket(text, 'tls', 443)
    case 'dns':
      return readName(text)
  }
}

function guessType(text: string): CheckedType {
  if (/^https?:\/\//i.test(text)) return 'http'
  // `localhost:8080` has a port, `mailto:somebody` a scheme.
  if (/:\d+$/.test(text) || text.includes('[')) return 'tcp'
  if (/[/\\?#@:]/.test(text)) return 'http'
  return 'dns'
}

function readHttp(text: string): ReadTarget {
  if (!/^https?:/i.test(text)) throw wrongScheme(text)
  if (!/^https?:\/\/[^/]/i.test(text) || text.includes('\\')) throw noUrl(text)
  if (!URL.canParse(text)) throw noUrl(text)
  const url = new URL(text)
  if (hasLogin(text, url)) throw withLogin()
  const host = hostOf(url)
  if (host === undefined || url.port === '0') throw noUrl(text)
  url.hash = ''
  url.hostname = isIPv6(host) ? `[${host}]` : host
  return { type: 'http', target: url.href, endpoint: { host, port: portOf(url) } }
}

/** `https://@host` has an empty one, which the URL parser forgets. */
const hasLogin = (text: string, url: URL) =>
  url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(text)

function readSocket(text: string, type: 'tcp' | 'tls', fallback?: number): ReadTarget {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) throw noEndpoint(text, type)
  if (text.includes('@')) throw withLogin()
  const endpoint = readEndpoint(text, fallback)
  if (endpoint === undefined) throw noEndpoint(text, type)
  return { type, target: showEndpoint(endpoint), endpoint }
}

function readName(text: string): ReadTarget {
  const name = readHost(text)
  if (name === undefined || isIP(name) !== 0 || !isName(name)) throw noName(text)
  return { type: 'dns', target: name, endpoint: undefined }
}

const shown = (text: string) => code(text.slice(0, 80))
const refused = (fr: Rich, en: Rich) => new UserError(said({ fr, en }))

const tooLong = () =>
  refused(
    rich`Cette cible est trop longue\u00a0: ${mostCharacters} caractères au plus.`,
    rich`This target is too long: ${mostCharacters} characters at most.`,
  )

const spaced = (text: string) =>
  refused(
    rich`${shown(text)} contient une espace ou un retour à la ligne\u00a0: une cible n’en a pas.`,
    rich`${shown(text)} holds a space or a line break: a target has none.`,
  )

const broken = (text: string) =>
  refused(
    rich`${shown(text)} contient un retour à la ligne caché (${code('%0d')}, ${code('%0a')} ou ${code('%00')})\u00a0: retirez-le.`,
    rich`${shown(text)} holds a hidden line break (${code('%0d')}, ${code('%0a')} or ${code('%00')}): take it out.`,
  )

const wrongScheme = (text: string) =>
  refused(
    rich`${shown(text)} n’est pas une adresse web\u00a0: seules les adresses ${code('http://')} et ${code('https://')} se surveillent.`,
    rich`${shown(text)} is no web address: only ${code('http://')} and ${code('https://')} addresses can be watched.`,
  )

const noUrl = (text: string) =>
  refused(
    rich`${shown(text)} n’est pas une adresse complète\u00a0: écrivez par exemple ${code('https://exemple.fr/page')}.`,
    rich`${shown(text)} is no complete address: write, for example, ${code('https://example.org/page')}.`,
  )

const withLogin = () =>
  refused(
    rich`Cette cible contient un nom d’utilisateur ou un ${code('@')} avant l’hôte\u00a0: retirez-le. Un administrateur de Vigie peut donner un secret par ${code('--secret-header Authorization')}.`,
    rich`This target holds a user name or an ${code('@')} before the host: take it out. A Vigie administrator can give a secret by ${code('--secret-header Authorization')}.`,
  )

const noEndpoint = (text: string, type: 'tcp' | 'tls') =>
  refused(
    rich`${shown(text)} ne dit pas où se connecter\u00a0: écrivez ${code(type === 'tls' ? 'hôte ou hôte:port' : 'hôte:port')}, le port de 1 à 65535, une adresse IPv6 entre crochets (${code('[2001:db8::1]:443')}).`,
    rich`${shown(text)} does not say where to connect: write ${code(type === 'tls' ? 'host or host:port' : 'host:port')}, the port from 1 to 65535, an IPv6 address in brackets (${code('[2001:db8::1]:443')}).`,
  )

const noName = (text: string) =>
  refused(
    rich`${shown(text)} n’est pas un nom que l’on puisse demander au DNS\u00a0: écrivez par exemple ${code('exemple.fr')}.`,
    rich`${shown(text)} is no name that DNS could be asked for: write, for example, ${code('example.org')}.`,
  )

// A host and a port, and the one spelling of a host: what the URL parser makes of it, so that what is judged is what is
// connected to (threats-and-faults.md T14, "compare the parsed output").

import { isIP, isIPv6 } from 'node:net'

export interface Endpoint {
  /** An address in its one spelling, without brackets; or a name in lower case and ASCII, without a dot at its end. */
  readonly host: string
  readonly port: number
}

/** `example.org:443`, `[fd00::2]:443` */
export function showEndpoint({ host, port }: Endpoint): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** The one spelling of a host as a URL would have it (`[::1]`, `127.1`, `münchen.example`); nothing for what is no host. */
export function readHost(text: string): string | undefined {
  if (/[\s/?#@\\%:\p{Cc}]/u.test(text.replace(/^\[.*\]$/, ''))) return undefined
  const url = `http://${text}/`
  return URL.canParse(url) ? hostOf(new URL(url)) : undefined
}

/** The one spelling of a URL's host; nothing where it has none that a name server could know. */
export function hostOf(url: URL): string | undefined {
  if (url.hostname.startsWith('[')) return url.hostname.slice(1, -1)
  const host = url.hostname.replace(/\.$/, '')
  return isIP(host) !== 0 || isName(host) ? host : undefined
}

/** Whether a name server could know it: labels of 1 to 63 letters, digits, `-` and `_`, 253 in all. */
export function isName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z\d_-]{1,63}$/.test(label))
}

/** `host:port` with the port from 1 to 65535, as it was shown; without a port `fallback` counts. Nothing for anything else. */
export function readEndpoint(text: string, fallback?: number): Endpoint | undefined {
  const [, bracketed, plain, digits] = /^(?:(\[[^\]]*\])|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = readHost(bracketed ?? plain ?? '')
  const port = digits === undefined ? fallback : Number(digits)
  return host === undefined || port === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

/** The port of an http or https URL. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

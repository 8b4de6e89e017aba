// HTTPS_PROXY and NO_PROXY (interface.md, "Settings") for what this process asks for itself, by `fetch` and over Mattermost's websocket.
// Monitors and subscribed URLs ask the proxy themselves, for the address that the guard has judged.

import { setGlobalProxyFromEnv } from 'node:http'
import { isIP, isIPv4 } from 'node:net'
import type { Env } from '../env.ts'
import { exceptedNetworks, proxyAddress } from '../integrations/monitor/checks/proxy.ts'

const thisMachine = ['localhost', '127.0.0.1', '[::1]']
const ours = ['MATTERMOST_URL', 'GITLAB_URL', 'NEXTCLOUD_URL', 'OLLAMA_HOST', 'VIGIE_URL'] as const

/** Every https address from now on leads through it, but for this machine's and those of NO_PROXY. Returns what takes that back. */
export function obeyProxy(env: Pick<Env, 'text' | 'list'>): () => void {
  const value = env.text('HTTPS_PROXY')
  if (value === undefined) return () => undefined
  const proxy = proxyAddress(value)
  // What is wrong with it is told where monitors read it.
  if (!URL.canParse(proxy) || !/^https?:/i.test(proxy)) return () => undefined
  const except = env.list('NO_PROXY')
  if (except.includes('*')) return () => undefined
  // Node knows no networks.
  const networks = exceptedNetworks(except)
  const known = ours.flatMap((name) => hostOf(env.text(name)) ?? [])
  const within = known.filter((host) => isIP(host) !== 0 && networks.check(host, isIPv4(host) ? 'ipv4' : 'ipv6'))
  return setGlobalProxyFromEnv({
    HTTPS_PROXY: proxy,
    NO_PROXY: [...thisMachine, ...except.flatMap(spelled), ...within].join(','),
  })
}

/** A domain stands for the names below it too; Node wants that said. */
function spelled(word: string): readonly string[] {
  if (word.includes('/') || isIP(word) !== 0) return [word]
  const name = word.replace(/^\*?\./, '')
  return [name, `.${name}`]
}

function hostOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).hostname : undefined
}

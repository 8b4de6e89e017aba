// Everything between a monitor and what is seen of it, put together from the settings: the guard, the name servers, the proxy and
// the checks.

import { readFileSync } from 'node:fs'
import { connect as openSocket, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Env } from '../../../env.ts'
import type { Said } from '../../../text/locale.ts'
import type { Outward } from '../../integration.ts'
import { type Admit, createAdmission } from '../guard/admission.ts'
import { readAllowList } from '../guard/allow.ts'
import type { Endpoint } from '../guard/endpoint.ts'
import { createGuard, type GuardParts } from '../guard/guard.ts'
import type { Check } from '../monitor.ts'
import { createChecks } from './checks.ts'
import { createConnect } from './connect.ts'
import type { HttpParts } from './http.ts'
import { createPost } from './post.ts'
import { createProxyRoute, readProxy } from './proxy.ts'
import { createResolver, type ResolverParts, systemLookup } from './resolver.ts'
import { createHandshake } from './trust.ts'

export interface LookoutParts {
  readonly env: Env
  /** Vigie's own sockets, its database, Ollama: never checked. */
  readonly forbidden: readonly Endpoint[]
  readonly openHeaders: HttpParts['openHeaders']
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  /** What stands outside; the system's unless given. */
  readonly world?: Partial<World>
}

interface World extends Pick<ResolverParts, 'servers' | 'readHosts' | 'lookup' | 'firstTryMs'> {
  readonly interfaces: GuardParts['interfaces']
  readonly open: (address: string, port: number) => Socket
  /** Whom to trust, in PEM. */
  readonly ca: string
}

export interface Lookout {
  readonly check: Check
  readonly admit: Admit
  readonly post: Outward['post']
  /** Entries of MONITOR_ALLOW without effect, for the log. */
  readonly idle: readonly Said[]
}

/** Problems of MONITOR_ALLOW and HTTPS_PROXY are noted on `env`. */
export function createLookout({ env, forbidden, openHeaders, now, elapsed, world = {} }: LookoutParts): Lookout {
  const allow = readAllowList(env)
  const setting = readProxy(env)
  const open = world.open ?? ((host, port) => openSocket({ host, port, noDelay: true }))
  const resolver = createResolver({ readHosts: readSystemHosts, lookup: systemLookup, elapsed, ...world })
  const resolve = (host: string) => resolver.resolve(host)
  const interfaces = world.interfaces ?? networkInterfaces
  const guard = createGuard({ allow, forbidden, interfaces, resolve, elapsed })
  const handshake = createHandshake({ now, ...(world.ca === undefined ? {} : { ca: world.ca }) })
  const proxy = setting === undefined ? undefined : createProxyRoute({ setting, resolver, open, handshake })
  const connect = createConnect({ resolver, guard, open, handshake, proxy, elapsed })
  return {
    check: createChecks({ connect, resolver, openHeaders, now, elapsed }),
    admit: createAdmission({ guard, allow, resolve }),
    post: createPost({ connect, elapsed }),
    idle: allow.idle,
  }
}

function readSystemHosts(): string {
  try {
    return readFileSync('/etc/hosts', 'utf8')
  } catch {
    // There is none on Windows and in the barest of containers.
    return ''
  }
}

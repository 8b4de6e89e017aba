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
import { type Endpoint, showEndpoint } from '../guard/endpoint.ts'
import { createGuard, type GuardParts } from '../guard/guard.ts'
import { blockList } from '../guard/ranges.ts'
import type { Check, Failure } from '../monitor.ts'
import { readReferences } from '../reference.ts'
import { createChecks } from './checks.ts'
import { createConnect } from './connect.ts'
import { createTrace, failureOf } from './failures.ts'
import type { HttpParts } from './http.ts'
import { createLimit } from './limit.ts'
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
  /** MONITOR_REFERENCE; empty where it is not set. */
  readonly references: readonly Endpoint[]
  /** Connects to a reference, past every proxy, and lets go: what went wrong, if anything did. @throws only what `signal` aborts with. */
  readonly reach: (place: Endpoint, signal: AbortSignal) => Promise<Failure | undefined>
  /** As for those who ask to be told of events: of the servers that Vigie works with none that MONITOR_ALLOW does not name. */
  readonly admitOutward: Admit
  readonly post: Outward['post']
  /** Entries of MONITOR_ALLOW without effect, for the log. */
  readonly idle: readonly Said[]
}

const reachMs = 5000

/** Problems of MONITOR_ALLOW, MONITOR_REFERENCE and HTTPS_PROXY are noted on `env`. */
export function createLookout({ env, forbidden, openHeaders, now, elapsed, world = {} }: LookoutParts): Lookout {
  const allow = readAllowList(env)
  const setting = readProxy(env)
  const open = world.open ?? ((host, port) => openSocket({ host, port, noDelay: true }))
  const resolver = createResolver({ readHosts: readSystemHosts, lookup: systemLookup, elapsed, ...world })
  const resolve = (host: string) => resolver.resolve(host)
  const interfaces = world.interfaces ?? networkInterfaces
  const guard = createGuard({ allow, forbidden, interfaces, resolve, elapsed })
  // To look at a server is not to send it whatever a key's holder wishes (threats T14).
  const told = { ...allow, endpoints: allow.listed }
  const guardOutward = createGuard({ allow: told, forbidden, interfaces, resolve, elapsed })
  const handshake = createHandshake({ now, ...(world.ca === undefined ? {} : { ca: world.ca }) })
  const proxy = setting === undefined ? undefined : createProxyRoute({ setting, resolver, open, handshake })
  const connect = createConnect({ resolver, guard, open, handshake, proxy, elapsed })
  const connectOutward = createConnect({ resolver, guard: guardOutward, open, handshake, proxy, elapsed })
  const references = readReferences(env)
  // The operator's own word: private places and this machine too, but nothing that is never reached.
  const endpoints = new Set(references.map(showEndpoint))
  const named = { words: [], endpoints, listed: endpoints, hosts: new Set<string>(), networks: blockList([]), idle: [] }
  const ownGuard = createGuard({ allow: named, forbidden: [], interfaces, resolve, elapsed })
  const connectPlainly = createConnect({ resolver, guard: ownGuard, open, handshake, proxy: undefined, elapsed })

  async function reach(place: Endpoint, signal: AbortSignal): Promise<Failure | undefined> {
    signal.throwIfAborted()
    const trace = createTrace()
    const limit = createLimit(reachMs, signal)
    try {
      const socket = await connectPlainly(place, limit, trace)
      socket.destroy()
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      return failureOf(error, trace)
    } finally {
      limit.end()
    }
  }

  return {
    check: createChecks({ connect, resolver, openHeaders, now, elapsed }),
    admit: createAdmission({ guard, allow, resolve }),
    references,
    reach,
    admitOutward: createAdmission({ guard: guardOutward, allow: told, resolve }),
    post: createPost({ connect: connectOutward, elapsed }),
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

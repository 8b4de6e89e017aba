// A stand-in Mattermost for the demo and the tests: REST v4 and websocket as 11.6 answers them, all in memory, with faults at will.
import type { Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { defaultConfig } from './config.ts'
import { createFaultDesk, type Faults } from './faults.ts'
import { type Audience, createHub } from './hub.ts'
import type { PageAction, PagePerson } from './page-routes.ts'
import { isAdministrator, teamMember } from './permissions.ts'
import { createRateLimiter, type RateLimit } from './rate-limit.ts'
import { createHttpServer } from './server.ts'
import { createUserToken, sessionOf } from './sessions.ts'
import { createSocketServer, type SocketServer } from './socket.ts'
import { setStatus } from './statuses.ts'
import { createUser } from './users.ts'
import { createWorld, type World } from './world.ts'

export interface SandboxOptions {
  host?: string
  /** 0, the default, takes a free one. */
  port?: number
  /** Milliseconds since 1970. */
  now?: () => number
  version?: string
  /** Folder of the web page. */
  pagePath?: string
  /** Whom the web page speaks as; may be filled once the server runs. */
  people?: readonly PagePerson[]
  /** What the web page offers to make happen; may be filled once the server runs. */
  actions?: readonly PageAction[]
  adminUsername?: string
  adminPassword?: string
  /** `ServiceSettings.AllowedUntrustedInternalConnections`. */
  allowedInternal?: string
  /** Off unless given. */
  rateLimit?: RateLimit | null
  maxPostRunes?: number
  /** `ServiceSettings.SiteURL`; the sandbox's own address unless given. */
  siteUrl?: string
  /** Path of a unix socket that serves administrators without a session, as local mode does. */
  localSocket?: string
  /** Told of faults in this server itself; by default they are thrown. */
  onBug?: (error: unknown) => void
}

export interface Sandbox {
  /** Address without a slash at the end. */
  url: string
  adminToken: string
  adminUsername: string
  adminPassword: string
  adminId: string
  faults: Faults
  /** The server's memory, for tests that must look behind the curtain. */
  world: World
  stop(): Promise<void>
}

/** Starts the stand-in server with one administrator. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.now ?? Date.now
  const config = { ...defaultConfig(), ...given(options) }
  // The hub asks the world who may hear, and the world tells the hub what happened: one of the two has to come first.
  let world: World | null = null
  let sockets: SocketServer | null = null
  const hub = createHub(
    audienceOf(() => world),
    clock,
    () => desk.losesFrame(),
  )
  world = createWorld(clock, config, hub)
  const desk = createFaultDesk(
    {
      halfOpen: () => sockets?.halfOpen() ?? 0,
      closeSockets: () => sockets?.closeSockets() ?? 0,
      forget: () => hub.forget(),
    },
    () => server.closeAllConnections(),
  )
  sockets = createSocketServer(world)
  const parts = {
    world,
    desk,
    sockets,
    pagePath: options.pagePath ?? fileURLToPath(new URL('page', import.meta.url)),
    pageOffer: { people: options.people ?? [], actions: options.actions ?? [] },
    limiter: options.rateLimit ? createRateLimiter(options.rateLimit, clock) : null,
    onBug: options.onBug ?? rethrow,
  }
  const server = createHttpServer(parts)
  const local = options.localSocket === undefined ? null : createHttpServer(parts, true)
  const url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0)
  if (local) await new Promise<void>((resolve) => local.listen(options.localSocket, resolve))
  config.siteUrl = options.siteUrl ?? url
  const admin = makeAdministrator(world, options)
  return {
    ...admin,
    url,
    faults: desk.faults,
    world,
    async stop() {
      sockets.stop()
      await Promise.all([close(server), ...(local ? [close(local)] : [])])
    },
  }
}

function given(options: SandboxOptions): { version?: string; allowedInternal?: string; postSizeRunes?: number } {
  return {
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.allowedInternal === undefined ? {} : { allowedInternal: options.allowedInternal }),
    ...(options.maxPostRunes === undefined ? {} : { postSizeRunes: options.maxPostRunes }),
  }
}

function makeAdministrator(world: World, options: SandboxOptions): Omit<Sandbox, 'url' | 'faults' | 'world' | 'stop'> {
  const adminUsername = options.adminUsername ?? 'admin'
  const adminPassword = options.adminPassword ?? 'Sandbox-1-password'
  const admin = createUser(world, {
    username: adminUsername,
    email: `${adminUsername}@sandbox.example`,
    password: adminPassword,
    roles: 'system_admin system_user',
  })
  const adminToken = createUserToken(world, admin.id, 'sandbox administrator').token
  return { adminToken, adminUsername, adminPassword, adminId: admin.id }
}

function audienceOf(look: () => World | null): Audience {
  const here = (): World => {
    const world = look()
    if (!world) throw new Error('the world is not made yet')
    return world
  }
  return {
    userOf: (token) => sessionOf(here(), token)?.user_id ?? '',
    inChannel: (channelId, userId) => here().channelMembers.get(channelId)?.has(userId) ?? false,
    inTeam: (teamId, userId) => teamMember(here(), teamId, userId) !== null,
    isAdministrator: (userId) => isAdministrator(here(), userId),
    presence: (userId, online) => setStatus(here(), userId, online ? 'online' : 'offline', false),
    helloData: () => ({ server_version: `${here().config.version}.${here().config.version}.stand-in.false` }),
  }
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      const shown = host.includes(':') ? `[${host}]` : host
      resolve(`http://${shown}:${typeof address === 'object' && address ? address.port : port}`)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}

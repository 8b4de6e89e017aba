// Who hears which event, and in what order: connections, their sequence numbers, the dead queue that makes resuming possible,
// as in server/channels/app/platform/web_conn.go and web_hub.go.
import { isId, newId } from './ids.ts'

/** What travels to clients. An empty part of the broadcast does not restrict. */
export interface HubEvent {
  event: string
  data: Record<string, unknown>
  teamId?: string
  channelId?: string
  userId?: string
  omitUsers?: string[]
  connectionId?: string
  omitConnectionId?: string
  /** Administrators see everything of a user, others a part: two events, each for one kind of reader. */
  readers?: 'administrators' | 'others'
  /** More data for one reader alone, e.g. that they were mentioned. */
  dataFor?: (userId: string) => Record<string, unknown>
}

/** What the hub asks the rest of the server. */
export interface Audience {
  /** The user of a session token, '' when there is none (any more). */
  userOf(token: string): string
  inChannel(channelId: string, userId: string): boolean
  inTeam(teamId: string, userId: string): boolean
  isAdministrator(userId: string): boolean
  /** Told when somebody's first socket opens and last one closes. */
  presence(userId: string, online: boolean): void
  helloData(): Record<string, string>
}

/** The wire under a connection. */
export interface Line {
  write(frame: string): void
  close(): void
}

export interface Connection {
  id: string
  userId: string
  token: string
  line: Line | null
  sequence: number
  reuseCount: number
  forgetful: boolean
  dead: Numbered[]
  queue: Outgoing[]
  lastActivityAt: number
  /** The session was good when it was last looked up; looked up again only after `recheck`. */
  trusted: boolean
}

interface Numbered {
  seq: number
  body: string
}

type Outgoing = { kind: 'event'; body: string } | { kind: 'reply'; body: string }

const deadQueueSize = 128
const sendQueueSize = 256
const reapAfterMs = 5 * 60_000

export interface Hub {
  publish(event: HubEvent): void
  /** A new connection for an authenticated session, or the one it wants to resume; null where the address is malformed and the socket must close. */
  connect(
    session: { userId: string; token: string },
    wanted: { id: string; sequence: string | null },
    line: Line,
  ): Connection | null
  /** The line went away; the connection waits to be resumed. */
  disconnect(connection: Connection): void
  /** An answer to a client's action; only connections the hub knows get one. */
  reply(connection: Connection, body: Record<string, unknown>): void
  isAuthenticated(connection: Connection): boolean
  /** Something about this person changed: their connections' sessions are looked up again. A revoked token alone does not, so its socket goes on hearing. */
  recheck(userId: string): void
  forget(): void
  reap(): void
  connectionsOf(userId: string): number
}

/** The hub. `losesFrame` is asked for every event about to be written; `clock` in milliseconds. */
export function createHub(audience: Audience, clock: () => number, losesFrame: () => boolean): Hub {
  const connections = new Set<Connection>()

  const isAuthenticated = (connection: Connection): boolean => {
    if (connection.token === '') return false
    if (!connection.trusted && audience.userOf(connection.token) !== connection.userId) connection.token = ''
    connection.trusted = connection.token !== ''
    return connection.trusted
  }

  const writeEvent = (connection: Connection, line: Line, body: string): void => {
    const seq = connection.sequence
    connection.sequence += 1
    connection.dead.push({ seq, body })
    if (connection.dead.length > deadQueueSize) connection.dead.shift()
    if (!losesFrame()) line.write(numbered(body, seq))
  }

  const enqueue = (connection: Connection, item: Outgoing): void => {
    if (connection.line) {
      if (item.kind === 'event') writeEvent(connection, connection.line, item.body)
      else connection.line.write(item.body)
      return
    }
    if (connection.queue.length >= sendQueueSize) connections.delete(connection)
    else connection.queue.push(item)
  }

  const hello = (connection: Connection): string =>
    bodyOf({
      event: 'hello',
      data: { ...audience.helloData(), connection_id: connection.id },
      userId: connection.userId,
    })

  const resume = (connection: Connection, line: Line): void => {
    connection.line = line
    const wanted = connection.sequence
    if (wanted !== 0) {
      const index = connection.dead.findIndex((one) => one.seq === wanted)
      const last = connection.dead.at(-1)
      if (index >= 0) {
        for (const one of connection.dead.slice(index)) {
          line.write(numbered(one.body, one.seq))
          connection.sequence = one.seq + 1
        }
      } else if (last && last.seq !== wanted - 1) {
        connection.dead = []
        connection.id = newId()
        connection.sequence = 0
        writeEvent(connection, line, hello(connection))
      }
    }
    for (const item of connection.queue.splice(0)) enqueue(connection, item)
  }

  const findInactive = (userId: string, id: string): Connection | undefined =>
    [...connections].find((one) => one.userId === userId && one.id === id && one.line === null)

  return {
    isAuthenticated,
    publish(event) {
      const shared = event.dataFor ? null : bodyOf(event)
      for (const connection of [...connections]) {
        if (!isAuthenticated(connection) || !hears(audience, connection, event)) continue
        const body = shared ?? bodyOf({ ...event, data: { ...event.data, ...event.dataFor?.(connection.userId) } })
        enqueue(connection, { kind: 'event', body })
      }
    },
    connect(session, wanted, line) {
      let found: Connection | undefined
      if (wanted.id !== '' && session.userId !== '') {
        if (!isId(wanted.id)) return null
        found = findInactive(session.userId, wanted.id)
        if (found) {
          if (wanted.sequence === null || !/^\d+$/.test(wanted.sequence)) {
            connections.delete(found)
            return null
          }
          found.sequence = Number(wanted.sequence)
          found.token = session.token
          found.reuseCount += 1
          found.lastActivityAt = clock()
          found.trusted = true
          resume(found, line)
          audience.presence(found.userId, true)
          return found
        }
      }
      const fresh: Connection = {
        id: newId(),
        userId: session.userId,
        token: session.token,
        line,
        sequence: 0,
        reuseCount: 0,
        forgetful: false,
        dead: [],
        queue: [],
        lastActivityAt: clock(),
        trusted: true,
      }
      connections.add(fresh)
      enqueue(fresh, { kind: 'event', body: hello(fresh) })
      audience.presence(fresh.userId, true)
      return fresh
    },
    disconnect(connection) {
      connection.line = null
      if (connection.forgetful) connections.delete(connection)
      if (![...connections].some((one) => one.userId === connection.userId && one.line))
        audience.presence(connection.userId, false)
    },
    reply(connection, body) {
      if (connections.has(connection)) enqueue(connection, { kind: 'reply', body: JSON.stringify(body) })
    },
    forget() {
      for (const connection of [...connections]) {
        if (connection.line) connection.forgetful = true
        else connections.delete(connection)
      }
    },
    recheck(userId) {
      for (const connection of connections) if (connection.userId === userId) connection.trusted = false
    },
    reap() {
      for (const connection of [...connections])
        if (!connection.line && clock() - connection.lastActivityAt > reapAfterMs) connections.delete(connection)
    },
    connectionsOf: (userId) => [...connections].filter((one) => one.userId === userId && one.line).length,
  }
}

function hears(audience: Audience, connection: Connection, event: HubEvent): boolean {
  const { userId } = connection
  if (event.readers === 'others' && audience.isAdministrator(userId)) return false
  if (event.readers === 'administrators' && !audience.isAdministrator(userId)) return false
  if (event.connectionId) return connection.id === event.connectionId
  if (event.omitConnectionId === connection.id) return false
  if (event.userId) return userId === event.userId
  if (event.omitUsers?.includes(userId)) return false
  if (event.channelId) return audience.inChannel(event.channelId, userId)
  if (event.teamId) return audience.inTeam(event.teamId, userId)
  return true
}

const numbered = (body: string, seq: number): string => `${body}, "seq": ${seq}}`

function bodyOf(event: HubEvent): string {
  const omitted = event.omitUsers ? Object.fromEntries(event.omitUsers.map((id) => [id, true])) : null
  const broadcast = {
    omit_users: omitted,
    user_id: event.userId ?? '',
    channel_id: event.channelId ?? '',
    team_id: event.teamId ?? '',
    connection_id: event.connectionId ?? '',
    omit_connection_id: event.omitConnectionId ?? '',
    ...(event.readers === 'others' ? { contains_sanitized_data: true } : {}),
    ...(event.readers === 'administrators' ? { contains_sensitive_data: true } : {}),
  }
  return `{"event": ${JSON.stringify(event.event)}, "data": ${JSON.stringify(event.data)}, "broadcast": ${JSON.stringify(broadcast)}`
}

// Who hears which event (server/channels/app/platform/web_hub.go, web_conn.go ShouldSendEvent).
import { type Connection, type Line, newConnection, type Outgoing, resume, send } from './connections.ts'
import { isId } from './ids.ts'

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

const reapAfterMs = 5 * 60_000

interface Session {
  userId: string
  token: string
}

/** What the address of a websocket asks to resume; '' and null where it asks nothing. */
interface Wanted {
  id: string
  sequence: string | null
}

export interface Hub {
  publish(event: HubEvent): void
  /** A new connection for an authenticated session, or the one it wants to resume; null where the address is malformed and the socket must close. */
  connect(session: Session, wanted: Wanted, line: Line): Connection | null
  /** The line went away; the connection waits to be resumed. */
  disconnect(connection: Connection): void
  /** An answer to a client's action; only connections the hub knows get one. */
  reply(connection: Connection, body: Record<string, unknown>): void
  isAuthenticated(connection: Connection): boolean
  /** Something about this person changed: their connections' sessions are looked up again. A revoked token alone does not, so its socket goes on hearing. */
  recheck(userId: string): void
  forget(): void
  reap(): void
}

/** The hub. `losesFrame` is asked for every event about to be written; `clock` in milliseconds. */
export function createHub(audience: Audience, clock: () => number, losesFrame: () => boolean): Hub {
  const connections = new Set<Connection>()
  const tell = (connection: Connection, item: Outgoing): void => {
    if (!send(connection, item, losesFrame)) connections.delete(connection)
  }
  const isAuthenticated = (connection: Connection): boolean => authenticated(audience, connection)
  const helloOf = (connection: Connection) => (): string => helloBody(audience, connection)

  return {
    isAuthenticated,
    publish(event) {
      const shared = event.dataFor ? null : bodyOf(event)
      for (const connection of [...connections]) {
        if (!isAuthenticated(connection) || !hears(audience, connection, event)) continue
        const body = shared ?? bodyOf({ ...event, data: { ...event.data, ...event.dataFor?.(connection.userId) } })
        tell(connection, { kind: 'event', body })
      }
    },
    connect(session, wanted, line) {
      if (wanted.id !== '' && !isId(wanted.id)) return null
      const found = wanted.id === '' ? undefined : waiting(connections, session, wanted)
      if (found === null) return null
      const connection = found ?? newConnection(session, line, clock())
      connections.add(connection)
      Object.assign(connection, { token: session.token, trusted: true, lastActivityAt: clock() })
      if (found) resume(found, line, Number(wanted.sequence), helloOf(found), losesFrame)
      else tell(connection, { kind: 'event', body: helloBody(audience, connection) })
      audience.presence(connection.userId, true)
      return connection
    },
    disconnect(connection) {
      connection.line = null
      if (connection.forgetful) connections.delete(connection)
      if (![...connections].some((one) => one.userId === connection.userId && one.line))
        audience.presence(connection.userId, false)
    },
    reply(connection, body) {
      if (connections.has(connection)) tell(connection, { kind: 'reply', body: JSON.stringify(body) })
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
  }
}

// The connection that waits under this id; null where the address says no place in it.
function waiting(connections: Set<Connection>, session: Session, wanted: Wanted): Connection | null | undefined {
  const found = [...connections].find((one) => one.userId === session.userId && one.id === wanted.id && !one.line)
  if (!found || /^\d+$/.test(wanted.sequence ?? '')) return found
  connections.delete(found)
  return null
}

function authenticated(audience: Audience, connection: Connection): boolean {
  if (connection.token === '') return false
  if (!connection.trusted && audience.userOf(connection.token) !== connection.userId) connection.token = ''
  connection.trusted = connection.token !== ''
  return connection.trusted
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

const helloBody = (audience: Audience, connection: Connection): string =>
  bodyOf({ event: 'hello', data: { ...audience.helloData(), connection_id: connection.id }, userId: connection.userId })

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

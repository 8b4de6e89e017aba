// The websocket: opening, authenticating, answering clients' actions, keeping alive (server/channels/api4/websocket.go, app/platform/web_conn.go).
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Connection, Line } from './connections.ts'
import { isId } from './ids.ts'
import { type Fields, isFields } from './json.ts'
import { canChannel } from './permissions.ts'
import { sessionOf } from './sessions.ts'
import { setStatus, statusOf } from './statuses.ts'
import type { World } from './world.ts'

const frameLimitBytes = 8 * 1024
const authenticateWithinMs = 5_000
const pingEveryMs = 60_000
const pongWithinMs = 100_000

/** One open socket; silent when a fault made it half-open. */
interface Socket {
  ws: WebSocket
  connection: Connection | null
  silent: boolean
  pongTimer: NodeJS.Timeout | null
}

export interface SocketServer {
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer, token: string): void
  halfOpen(): number
  closeSockets(): number
  stop(): void
}

/** The websocket side of the server. */
export function createSocketServer(world: World): SocketServer {
  const server = new WebSocketServer({ noServer: true, maxPayload: frameLimitBytes, perMessageDeflate: false })
  const sockets = new Set<Socket>()
  const heartbeat = setInterval(() => {
    for (const socket of sockets) if (!socket.silent) socket.ws.ping()
    world.hub.reap()
  }, pingEveryMs)
  heartbeat.unref()
  const closeSockets = (): number => {
    const count = sockets.size
    for (const { ws } of sockets) ws.terminate()
    return count
  }
  return {
    upgrade(request, stream, head, token) {
      const query = new URL(request.url ?? '/', 'http://localhost').searchParams
      server.handleUpgrade(request, stream, head, (ws) => open(world, sockets, ws, token, query))
    },
    halfOpen() {
      for (const socket of sockets) {
        socket.silent = true
        socket.ws.pause()
      }
      return sockets.size
    },
    closeSockets,
    stop() {
      clearInterval(heartbeat)
      closeSockets()
      server.close()
    },
  }
}

function open(world: World, sockets: Set<Socket>, ws: WebSocket, token: string, query: URLSearchParams): void {
  const socket: Socket = { ws, connection: null, silent: false, pongTimer: null }
  sockets.add(socket)
  watch(world, socket)
  ws.on('pong', () => watch(world, socket))
  // A broken frame or a reset: the socket closes, which is all there is to do.
  ws.on('error', () => ws.terminate())
  ws.on('close', () => {
    sockets.delete(socket)
    if (socket.pongTimer) clearTimeout(socket.pongTimer)
    hangUp(world, socket)
  })
  ws.on('message', (data: RawData) => {
    if (!socket.silent) receive(world, socket, data)
  })
  const session = sessionOf(world, token)
  const wanted = { id: query.get('connection_id') ?? '', sequence: query.get('sequence_number') }
  if (session) {
    socket.connection = world.hub.connect({ userId: session.user_id, token }, wanted, lineOf(socket))
    if (!socket.connection) ws.terminate()
  }
  closeUnlessAuthenticated(socket)
}

function hangUp(world: World, socket: Socket): void {
  if (socket.connection) world.hub.disconnect(socket.connection)
  socket.connection = null
}

const lineOf = (socket: Socket): Line => ({
  write: (frame) => {
    if (!socket.silent && socket.ws.readyState === socket.ws.OPEN) socket.ws.send(frame)
  },
})

// A client that answers no ping for 100 s is gone; one behind a dead wire never hears of it.
function watch(world: World, socket: Socket): void {
  if (socket.pongTimer) clearTimeout(socket.pongTimer)
  socket.pongTimer = setTimeout(() => (socket.silent ? hangUp(world, socket) : socket.ws.terminate()), pongWithinMs)
  socket.pongTimer.unref()
}

function closeUnlessAuthenticated(socket: Socket): void {
  const timer = setTimeout(() => {
    if (!socket.connection?.token) socket.ws.terminate()
  }, authenticateWithinMs)
  timer.unref()
  socket.ws.once('close', () => clearTimeout(timer))
}

function parse(data: RawData): Fields | null {
  try {
    const value: unknown = JSON.parse(data.toString())
    return isFields(value) ? value : null
  } catch {
    // What cannot be read closes the socket, as on the real server.
    return null
  }
}

function receive(world: World, socket: Socket, data: RawData): void {
  const request = parse(data)
  if (!request) {
    socket.ws.terminate()
    return
  }
  const seq = typeof request.seq === 'number' ? request.seq : 0
  const action = typeof request.action === 'string' ? request.action : ''
  const details = isFields(request.data) ? request.data : {}
  if (action === 'authentication_challenge' && seq > 0) authenticate(world, socket, seq, details)
  else if (socket.connection) answer(world, socket.connection, seq, action, details)
}

function answer(world: World, connection: Connection, seq: number, action: string, details: Fields): void {
  const outcome =
    action === ''
      ? refuse('api.web_socket_router.no_action.app_error', 400)
      : seq <= 0
        ? refuse('api.web_socket_router.bad_seq.app_error', 400)
        : action !== 'presence' && !world.hub.isAuthenticated(connection)
          ? refuse('api.web_socket_router.not_authenticated.app_error', 401)
          : action !== 'presence' && !sessionOf(world, connection.token)
            ? refuse('api.context.invalid_token.error', 401)
            : perform(world, connection, action, details)
  world.hub.reply(connection, { ...outcome, seq_reply: seq })
}

const refuse = (id: string, status: number): Fields => ({
  status: 'FAIL',
  error: { id, message: id, detailed_error: '', status_code: status },
})

const fine = (data?: Fields): Fields => ({ status: 'OK', ...(data ? { data } : {}) })

const badParameter = (): Fields => refuse('api.websocket_handler.invalid_param.app_error', 400)

function authenticate(world: World, socket: Socket, seq: number, details: Fields): void {
  if (socket.connection) return
  const token = typeof details.token === 'string' ? details.token : ''
  const session = sessionOf(world, token)
  if (!session) {
    socket.ws.terminate()
    return
  }
  // Only the Authorization header of the upgrade can resume: here a connection is always new.
  socket.connection = world.hub.connect({ userId: session.user_id, token }, { id: '', sequence: null }, lineOf(socket))
  if (socket.connection) world.hub.reply(socket.connection, { status: 'OK', seq_reply: seq })
}

/** What an action does, and its answer. */
function perform(world: World, connection: Connection, action: string, details: Fields): Fields {
  const userId = connection.userId
  switch (action) {
    case 'ping':
      return fine({ text: 'pong', version: world.config.version, server_time: world.clock(), node_id: '' })
    case 'presence':
    case 'posted_notify_ack':
      return fine()
    case 'user_typing':
      return typing(world, userId, details)
    case 'user_update_active_status':
      if (typeof details.user_is_active !== 'boolean') return badParameter()
      setStatus(world, userId, details.user_is_active ? 'online' : 'away', false)
      return fine()
    case 'get_statuses':
      return fine(Object.fromEntries([...world.statuses.keys()].map((id) => [id, statusOf(world, id).status])))
    case 'get_statuses_by_ids': {
      const ids: unknown[] = Array.isArray(details.user_ids) ? details.user_ids : []
      if (ids.length === 0) return badParameter()
      return fine(Object.fromEntries(ids.map((id) => [String(id), statusOf(world, String(id)).status])))
    }
    default:
      return refuse('api.web_socket_router.bad_action.app_error', 500)
  }
}

function typing(world: World, userId: string, details: Fields): Fields {
  const channelId = typeof details.channel_id === 'string' ? details.channel_id : ''
  if (!isId(channelId) || !canChannel(world, { userId, unrestricted: false }, channelId, 'create_post'))
    return badParameter()
  const parent = typeof details.parent_id === 'string' ? details.parent_id : ''
  const data = { parent_id: parent, user_id: userId }
  world.hub.publish({ event: 'typing', data, channelId, omitUsers: [userId] })
  return fine()
}

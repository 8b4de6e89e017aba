// One client's connection as it outlives its sockets: its sequence, the dead queue of what was sent, the queue of what could not be,
// and resuming out of both (server/channels/app/platform/web_conn.go).
import { newId } from './ids.ts'

/** The wire under a connection. */
export interface Line {
  write(frame: string): void
}

export interface Connection {
  id: string
  userId: string
  token: string
  /** null while it waits to be resumed. */
  line: Line | null
  /** The number of the next event. */
  sequence: number
  dead: Sent[]
  queue: Outgoing[]
  lastActivityAt: number
  /** The session was good when it was last looked up; looked up again only when something about its owner changed. */
  trusted: boolean
  /** Not to be resumed once its line is gone. */
  forgetful: boolean
}

interface Sent {
  seq: number
  body: string
}

/** An event is numbered and kept in the dead queue, an answer to a client's action is neither. */
export interface Outgoing {
  kind: 'event' | 'reply'
  body: string
}

const deadQueueSize = 128
const sendQueueSize = 256

/** A first connection of a session on an open line. */
export function newConnection(session: { userId: string; token: string }, line: Line, at: number): Connection {
  return {
    id: newId(),
    userId: session.userId,
    token: session.token,
    line,
    sequence: 0,
    dead: [],
    queue: [],
    lastActivityAt: at,
    trusted: true,
    forgetful: false,
  }
}

/** Sends, or keeps for later; false where the queue of a waiting connection is full and it must be forgotten. */
export function send(connection: Connection, item: Outgoing, losesFrame: () => boolean): boolean {
  const { line } = connection
  if (!line) {
    if (connection.queue.length >= sendQueueSize) return false
    connection.queue.push(item)
    return true
  }
  if (item.kind === 'reply') {
    line.write(item.body)
    return true
  }
  const sent = { seq: connection.sequence, body: item.body }
  connection.sequence += 1
  connection.dead.push(sent)
  if (connection.dead.length > deadQueueSize) connection.dead.shift()
  if (!losesFrame()) line.write(numbered(sent))
  return true
}

/**
 * Goes on where the client says it stands: what it missed comes out of the dead queue, then what was kept. Where its place is lost,
 * the connection gets another id and begins anew with `hello`.
 */
export function resume(
  connection: Connection,
  line: Line,
  sequence: number,
  hello: () => string,
  losesFrame: () => boolean,
): void {
  connection.line = line
  connection.sequence = sequence
  const index = connection.dead.findIndex((sent) => sent.seq === sequence)
  const last = connection.dead.at(-1)
  if (sequence !== 0 && index >= 0) {
    for (const sent of connection.dead.slice(index)) {
      line.write(numbered(sent))
      connection.sequence = sent.seq + 1
    }
  } else if (sequence !== 0 && last && last.seq !== sequence - 1) {
    connection.dead = []
    connection.id = newId()
    connection.sequence = 0
    send(connection, { kind: 'event', body: hello() }, losesFrame)
  }
  for (const item of connection.queue.splice(0)) send(connection, item, losesFrame)
}

const numbered = ({ seq, body }: Sent): string => `${body}, "seq": ${seq}}`

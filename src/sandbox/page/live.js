// The websocket of one person: opens, proves itself, comes back with a growing pause (Mattermost websocket protocol).

const firstPauseMs = 500
const longestPauseMs = 15_000
const pingEveryMs = 20_000

/**
 * @param {string} token
 * @param {{ event(event: import('./types.d.ts').WebSocketEvent): void, connected(again: boolean): void, lost(): void }} hears
 * @returns {{ close(): void }}
 */
export function createLive(token, hears) {
  /** @type {WebSocket | undefined} */
  let socket
  let failures = 0
  let wasConnected = false
  let closed = false
  let answered = true
  let next = 0

  function open() {
    const opened = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v4/websocket`)
    socket = opened
    let seq = 1
    answered = true
    opened.onopen = () =>
      opened.send(JSON.stringify({ seq: seq++, action: 'authentication_challenge', data: { token } }))
    const heart = setInterval(() => {
      if (!answered) return opened.close()
      answered = false
      if (opened.readyState === WebSocket.OPEN) opened.send(JSON.stringify({ seq: seq++, action: 'ping' }))
    }, pingEveryMs)
    opened.onmessage = ({ data }) => {
      answered = true
      const event = JSON.parse(data)
      if (event.event === 'hello') {
        failures = 0
        hears.connected(wasConnected)
        wasConnected = true
      }
      if (event.event !== undefined && !missed(event.seq, opened)) hears.event(event)
    }
    opened.onclose = () => {
      clearInterval(heart)
      if (closed) return
      hears.lost()
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures++) * (0.75 + Math.random() / 2)
      setTimeout(() => closed || open(), pauseMs)
    }
  }

  /** True where an event before this one is missing: the connection is opened anew, which reads everything again. @param {number} seq @param {WebSocket} on */
  function missed(seq, on) {
    if (seq === 0) next = 0
    if (seq !== next) {
      on.close()
      return true
    }
    next = seq + 1
    return false
  }

  open()
  return {
    close() {
      closed = true
      socket?.close()
    },
  }
}

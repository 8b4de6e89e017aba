// Vigie stops in bounded time, whoever still talks to it (threats F20).

import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { openHouse, standIn } from '../e2e/house.ts'

test('a body that never ends is cut off when Vigie stops, and not waited for', async () => {
  const house = await openHouse(await standIn())
  try {
    const socket = connect(Number(house.environment.PORT), '127.0.0.1')
    let heard = ''
    socket.on('data', (data) => {
      heard += String(data)
    })
    const ended = new Promise((resolve) => {
      socket.on('error', resolve)
      socket.on('close', resolve)
    })
    const headers = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue'
    socket.write(`POST /webhook/gitlab HTTP/1.1\r\n${headers}\r\nX-Gitlab-Token: e2e-gitlab-token\r\n\r\n{"half":`)
    await new Promise((resolve) => socket.once('data', resolve))
    await house.stopApp()
    await ended
    // Waited for, it would have been told that its time is over: 408.
    expect(heard).not.toContain('408')
  } finally {
    await house.close()
  }
})

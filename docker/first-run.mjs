// Before the first provision: waits for Mattermost, and gives a brand-new one, which has nobody in it yet, an administrator and a team.
// The password stands in a file of /data that only this user can read; sign in, change it, delete the file.

import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fetchThrough } from '../src/bot/provision-socket.ts'

const patienceMs = 10 * 60_000
const url = (process.env.MATTERMOST_URL ?? '').replace(/\/+$/, '')
const socket = process.env.MATTERMOST_LOCAL_SOCKET
const team = (process.env.MATTERMOST_TEAM ?? '').split(',')[0].trim() || 'vigie'
const username = process.env.MATTERMOST_ADMIN_USERNAME || 'admin'

await waitForMattermost()
if (socket) await welcome(fetchThrough(socket))

async function waitForMattermost() {
  const until = Date.now() + patienceMs
  let told = false
  while (!(await answers())) {
    if (Date.now() > until) throw new Error(`Mattermost does not answer at ${url}`)
    if (!told) console.log(`waiting for Mattermost at ${url}`)
    told = true
    await setTimeout(1000)
  }
}

async function answers() {
  if (socket && !existsSync(socket)) return false
  try {
    return (await fetch(`${url}/api/v4/system/ping`, { signal: AbortSignal.timeout(5000) })).ok
  } catch {
    return false // not yet
  }
}

/** Does nothing where anybody is already. */
async function welcome(local) {
  const call = async (method, path, body) => {
    const response = await local(`http://localhost/api/v4${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.id}`)
    return answer
  }
  const people = (await call('GET', '/users?per_page=200')).filter((user) => !user.is_bot)
  if (people.length > 0) return

  const file = resolve('admin-password.txt')
  const password = `${randomBytes(15).toString('base64url')}-Aa1!`
  writeFileSync(file, `${username}\n${password}\n`, { mode: 0o600 })
  const admin = await call('POST', '/users', { username, email: `${username}@localhost`, password })
  await call('PUT', `/users/${admin.id}/roles`, { roles: 'system_admin system_user' })
  const made = await call('POST', '/teams', { name: team, display_name: team, type: 'O' })
  await call('POST', `/teams/${made.id}/members`, { team_id: made.id, user_id: admin.id })
  console.log(`new Mattermost: team "${team}", administrator "${username}", password in ${file}`)
}

// A rival takes one of our slash commands: the administrators hear of it at the next start, in their language (threats T2).

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plain } from '../../src/text/rich.ts'
import { eventually, type House, isNews, openHouse, standIn, type TestPost, wordsOf } from '../e2e/house.ts'

let house: House
let name: string
beforeAll(async () => {
  const mattermost = await standIn()
  const me = await fetch(`${mattermost.url}/api/v4/users/me`, {
    headers: { authorization: `Bearer ${mattermost.adminToken}` },
  })
  name = ((await me.json()) as { username: string }).username
  house = await openHouse(mattermost, { VIGIE_ADMINS: name })
})
afterAll(() => house?.close())

interface Registered {
  readonly id: string
  readonly trigger: string
}

async function toldTo(admin: { id: string }): Promise<TestPost[]> {
  const channel = (await house.admin.post('/channels/direct', [admin.id, house.botId])).body as { id: string }
  return (await house.posts(channel.id)).filter(isNews)
}

function isLearned(): boolean {
  const database = new DatabaseSync(join(house.folder, 'data', 'vigie.db'), { readOnly: true })
  try {
    return database.prepare("select value from marks where name = 'commands'").get() !== undefined
  } finally {
    database.close()
  }
}

test('a replaced command is told once over restarts, by direct message, and stands in the status', async () => {
  const me = (await house.admin.get('/users/me')).body as { id: string }
  await house.admin.put('/users/me/patch', { locale: 'fr' })
  await eventually(async () => isLearned() || undefined, 'the commands’ ids kept')
  await house.stopApp()
  const list = (await house.admin.get(`/commands?team_id=${house.team.id}&custom_only=true`)).body as Registered[]
  const ours = list.find(({ trigger }) => trigger === 'subscribe')
  await house.admin.delete(`/commands/${ours?.id}`)
  await house.admin.post('/commands', {
    team_id: house.team.id,
    trigger: 'subscribe',
    method: 'P',
    url: 'http://127.0.0.1:9/rival',
    auto_complete: true,
  })
  for (const _start of [1, 2]) {
    await house.startApp()
    await eventually(async () => {
      const [part] = (await house.app().status()).parts
      return part?.state === 'warning' && plain(part.operatorDetails?.fr[0] ?? []).includes('vigie provision')
        ? true
        : undefined
    }, 'a warning in the status')
    const [told, ...more] = await eventually(async () => {
      const posts = await toldTo(me)
      return posts.length > 0 ? posts : undefined
    }, 'a direct message')
    expect(more).toEqual([])
    expect(told && wordsOf(told)).toContain('vigie provision')
    expect(told && wordsOf(told)).toMatch(/`\/subscribe` \(.*\)\u00a0: a été remplacée/)
    await house.stopApp()
  }
})

// `/vigie export`: a Vigie administrator's, as a file of their own (issue 7, "The archive").

import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

it('sends events as JSON, CSV or Excel', async () => {
  await world.emit({ subject: 'acme/app', data: { title: '=1+1' } })
  await world.emit({ subject: 'acme/app', type: 'gitlab.push.push' })
  const file = async (line: string) => (await world.say('sysadmin', line)).reply.file
  const json = await file('/vigie export events')
  expect([json?.name, json?.type]).toEqual(['vigie-events-2026-11-21.json', 'application/json'])
  expect(JSON.parse(Buffer.from(json?.bytes ?? []).toString())).toMatchObject([
    { specversion: '1.0', type: 'gitlab.merge_request.open', subject: 'acme/app', data: { title: '=1+1' } },
    { type: 'gitlab.push.push' },
  ])
  const csv = await file('/vigie export events --format csv --type gitlab.push')
  // Opened by a double click: the mark that tells a spreadsheet its letters.
  expect(Buffer.from(csv?.bytes ?? []).toString()).toMatch(
    /^\ufeffid,time,.*\n.*,gitlab\.push\.push,acme\/app,[^\n]*\n$/,
  )
  expect(Buffer.from((await file('/vigie export events --format xlsx'))?.bytes ?? []).toString('latin1')).toMatch(/^PK/)
})

it('sends characters too, and says what is no moment', async () => {
  await world.say('member', '/personnage add Naruto 85')
  const { reply } = await world.say('sysadmin', '/vigie export personnages --format ndjson')
  expect(JSON.parse(Buffer.from(reply.file?.bytes ?? []).toString())).toMatchObject({ nom: 'Naruto', niveau: 'expert' })
  expect(await world.read('sysadmin', '/vigie export events --from yesterday')).toContain('2026-11-21')
})

it('is nobody else’s', async () => {
  for (const who of ['member', 'maker'] as const)
    expect((await world.say(who, '/vigie export events')).reply.file).toBeUndefined()
})

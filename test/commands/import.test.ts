// `/vigie import`: a Vigie administrator's, from a file that stands with a post (interface.md, `/vigie`; "Who may").

import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWorld, readAnswer, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const line = (nom: string, score: number) => `${JSON.stringify({ nom, score })}\n`
const characters = async () =>
  (await world.store.personnages.list({ sort: 'nom', order: 'asc', limit: 100 })).map(({ nom, score }) => [nom, score])

it('takes one’s own newest file of a kind that is read, once, and tells no channel', async () => {
  await world.say('member', '/subscribe personnage')
  world.files.set('old', [{ name: 'old.json', bytes: line('Old', 1), user: 'sysadmin' }])
  world.files.set('log', [
    { name: 'photo.png', bytes: 'PNG', user: 'sysadmin' },
    { name: 'Webhook_Log.JSON', bytes: line('Naruto', 85) + line('Sakura', 40), user: 'sysadmin' },
  ])
  world.files.set('others', [{ name: 'others.csv', bytes: 'nom,score\nSasuke,1\n', user: 'member' }])
  world.files.set('newer', [{ name: 'notes.pdf', bytes: '%PDF', user: 'sysadmin' }])
  const answer = await world.say('sysadmin', '/vigie import')
  expect(readAnswer(answer)).toBe(
    '`Webhook_Log.JSON`: 2 added, 0 known already, 0 not understood. Nothing is announced.',
  )
  expect(answer.reply).toMatchObject({ mood: 'good', personal: true })
  expect(await characters()).toEqual([
    ['Naruto', 85],
    ['Sakura', 40],
  ])
  expect(await world.read('sysadmin', '/vigie importer')).toContain('0 added, 2 known already')
  expect(await world.store.deliveries.list({ channel: 'town', limit: 10 })).toEqual([])
})

it('takes the file of a post by its link, the file that came with the words, and says what it did not understand', async () => {
  const rows = Array.from({ length: 12 }, (_, at) => `bad${at},x\n`)
  world.files.set('post', [{ name: 'a.csv', bytes: `nom,score\nNaruto,85\n${rows.join('')}`, user: 'member' }])
  world.locale.of = 'fr'
  const answer = await world.say('sysadmin', '/vigie importer post')
  expect(answer.reply.mood).toBe('warning')
  expect(readAnswer(answer)).toContain('1 ajouté, 0 déjà connu, 12 non compris.')
  expect(answer.reply.table?.rows).toHaveLength(10)
  expect(readAnswer(answer)).toContain('score ne convient pas')
  expect(answer.reply.footer).toBe('… +2')
  world.files.set('said', [{ name: 'b.ndjson', bytes: line('Sakura', 40), user: 'sysadmin' }])
  world.files.set('newer', [{ name: 'c.ndjson', bytes: line('Sasuke', 1), user: 'sysadmin' }])
  await world.dispatch.say({ by: 'direct', person: 'sysadmin', channel: 'direct', files: ['said'], text: 'importer' })
  expect(await characters()).toEqual([
    ['Naruto', 85],
    ['Sakura', 40],
  ])
})

it('is written down with the file’s name and what came of it', async () => {
  world.files.set('log', [{ name: 'log.json', bytes: line('Naruto', 85), user: 'sysadmin' }])
  await world.say('sysadmin', '/vigie import')
  expect(await world.store.audit.list({ limit: 1 })).toMatchObject([
    { person: 'sysadmin', verb: 'import', object: 'log.json (+1)', outcome: 'done' },
  ])
})

it.each([
  ['nothing was posted', [], 'I see no file of yours here within the last hour'],
  ['the file is none of ours', [{ name: 'x.json', bytes: '<html>\n</html>' }], 'This file is no archive'],
  ['the file is empty', [{ name: 'x.json', bytes: '' }], 'The file is empty'],
  [
    'there are several',
    [
      { name: 'x.json', bytes: '[]' },
      { name: 'y.csv', bytes: '' },
    ],
    'several archives',
  ],
  ['it is too large', [{ name: 'x.json', bytes: '[]', sizeBytes: 10 * 1024 * 1024 + 1 }], 'In a shell|in a shell'],
  ['it holds nothing', [{ name: 'x.json', bytes: '[]' }], 'holds no data'],
])('says so where %s', async (_what, files, words) => {
  if (files.length > 0)
    world.files.set(
      'post',
      files.map((file) => ({ ...file, user: 'sysadmin' as const })),
    )
  expect(await world.read('sysadmin', '/vigie import')).toMatch(new RegExp(words))
})

it('knows no post that the person cannot read', async () => {
  expect(await world.read('sysadmin', '/vigie import elsewhere')).toMatch(/^I see no file there that I can take up/)
})

it('is nobody else’s', async () => {
  world.files.set('log', [{ name: 'log.json', bytes: line('Naruto', 85), user: 'member' }])
  for (const who of ['member', 'chanadmin', 'teamadmin', 'guest'] as const) await world.say(who, '/vigie import')
  expect(await characters()).toEqual([])
})

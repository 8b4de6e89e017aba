// `/vigie import` from a Mattermost's own files: what came with the words, a post's, one's own newest; never what one may not read
// (interface.md, `/vigie`; "Who may").

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text } from '../contract/mattermost/driver.ts'
import { eventually, everyServer, type House, openHouse, type Someone, wordsOf } from './house.ts'

describe.each(everyServer())('on %s', (_name, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
  })
  afterAll(() => house.close())

  /** An administrator, and where they talk with the bot. */
  const chief = async (name: string) => {
    const claire = await house.person(name)
    await house.admin.put(`/users/${claire.id}/roles`, { roles: 'system_user system_admin' })
    return { claire, direct: text(await claire.post('/channels/direct', [claire.id, house.botId]), 'id') }
  }
  const attached = async (who: Someone, channel: string, name: string, bytes: string | Uint8Array, message = '') => {
    const upload = { field: 'files', name, type: 'application/octet-stream', bytes: new Uint8Array(Buffer.from(bytes)) }
    const id = text(await who.upload('/files', upload, { channel_id: channel }), 'file_infos.0.id')
    return text(await who.post('/posts', { channel_id: channel, message, file_ids: [id] }), 'id')
  }
  const csv = (nom: string) => `nom,score\n"${nom}, l’""Unique""",85\n'=1${nom},-3\n`
  const link = (post: string) => `${house.mattermost.url}/${house.team.name}/pl/${post}`
  const answered = (direct: string, post: string) =>
    eventually(async () => {
      const found = (await house.posts(direct)).find(({ props }) => props.vigie_reply === post)
      return found && wordsOf(found)
    }, 'an answer')

  test('the newest file of one’s own in a channel, without a word to those who subscribed', async () => {
    const { claire } = await chief('claire')
    const channel = await house.channel(claire)
    await claire.type(channel, '/subscribe personnage')
    const bob = await house.person('bob')
    await bob.post(`/channels/${channel}/members`, { user_id: bob.id })
    await attached(claire, channel, 'naruto.csv', csv('Naruto'))
    await attached(bob, channel, 'others.csv', csv('Sasuke'))
    expect(await claire.type(channel, '/vigie import')).toContain('2 ajoutés, 0 déjà connu, 0 non compris')
    expect(await claire.type(channel, '/vigie importer')).toContain('0 ajouté, 2 déjà connus, 0 non compris')
    expect(await claire.type(channel, '/personnage list')).toMatch(/Naruto, l’"Unique"[\s\S]*=1Naruto/)
    expect(await claire.type(channel, '/personnage list')).not.toContain('Sasuke')
    expect(await bob.type(channel, '/vigie import')).not.toContain('ajouté')
    expect((await house.posts(channel)).filter(({ props }) => props.vigie !== undefined)).toEqual([])
  })

  test('the file that came with a direct message or a mention', async () => {
    const { claire, direct } = await chief('chloe')
    const said = await attached(claire, direct, 'said.ndjson', '{"nom":"Said","score":1}\n', 'importer')
    expect(await answered(direct, said)).toContain('said.ndjson')
    const channel = await house.channel(claire)
    await claire.type(channel, '/vigie about')
    const mentioned = await attached(claire, channel, 'mention.json', '[{"nom":"Kept","score":1}]', '@vigie import')
    expect(await answered(direct, mentioned)).toContain('1 ajouté')
    // What came with the words is meant, whatever stands beside it.
    const picture = await attached(claire, channel, 'photo.png', 'PNG', '@vigie import')
    expect(await answered(channel, picture)).toContain('Je ne vois là aucun fichier')
    // Given by slash in another channel, the direct messages hold the newest.
    expect(await claire.type(await house.channel(claire), '/vigie import')).toContain('said.ndjson')
  })

  test('a post’s file by its link, where the person and the bot can read it', async () => {
    const { claire, direct } = await chief('chris')
    const channel = await house.channel(claire)
    await claire.type(channel, '/vigie about')
    const bob = await house.person('rob')
    await bob.post(`/channels/${channel}/members`, { user_id: bob.id })
    const open = await attached(bob, channel, 'open.csv', csv('Open'))
    expect(await claire.type(direct, `/vigie import ${link(open)}`)).toContain('2 ajoutés')
    const secret = await house.channel(bob, { type: 'P' })
    const hidden = await attached(bob, secret, 'hidden.csv', csv('Hidden'))
    expect(await claire.type(direct, `/vigie import ${link(hidden)}`)).toContain('Je ne vois là aucun fichier')
    const elsewhere = await house.channel(bob)
    const outside = await attached(bob, elsewhere, 'outside.csv', csv('Outside'))
    expect(await claire.type(direct, `/vigie import ${link(outside)}`)).toContain('Je ne vois là aucun fichier')
  })

  test('what was exported, and what is no archive', async () => {
    const { claire, direct } = await chief('carla')
    await claire.type(direct, '/vigie export personnages --format csv')
    const file = await eventually(async () => {
      const { body } = await claire.get(`/channels/${direct}/posts?per_page=5`)
      const { posts } = body as { posts: Record<string, { file_ids?: string[]; user_id: string }> }
      return Object.values(posts).find((post) => post.user_id === house.botId && post.file_ids)?.file_ids?.[0]
    }, 'an export')
    const exported = String((await claire.get(`/files/${file}`)).body)
    expect(exported).toContain("'=1Naruto")
    await attached(claire, direct, 'back.csv', exported)
    expect(await claire.type(direct, '/vigie import')).toMatch(/0 ajouté, \d+ déjà connus, 0 non compris/)
    await attached(claire, direct, 'page.csv', '<html>\n</html>')
    expect(await claire.type(direct, '/vigie import')).toContain('n’est pas une archive')
  })
})

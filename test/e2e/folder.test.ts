// A watched folder and Nextcloud's calls, end to end, on the stand-in, and on a real Mattermost where one is named (issue "The folder").

import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  eventually,
  everyServer,
  type House,
  isNews,
  openHouse,
  type Someone,
  type TestPost,
  wordsOf,
} from './house.ts'

const token = 'jeton-de-nextcloud'
const bytesOf = (body: object) => new TextEncoder().encode(JSON.stringify(body))

describe.each(everyServer())('a watched folder, on %s', (_where, open) => {
  let house: House
  let alice: Someone
  let channel: string
  let data: string
  let folder: string

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'vigie-data-'))
    folder = join(data, 'admin/files/Documents_RH')
    mkdirSync(join(folder, 'Contrats'), { recursive: true })
    writeFileSync(join(folder, 'Contrats/ancien.pdf'), 'déjà là')
    const settings = { WATCH_PATH: folder, NEXTCLOUD_WEBHOOK_TOKEN: token, ORGANISATION: 'TAAF' }
    house = await openHouse(await open(), { ...settings, NEXTCLOUD_URL: 'http://127.0.0.1:9' })
    alice = await house.person('alice')
    await house.stopApp()
    house.environment.VIGIE_ADMINS = alice.username
    await house.startApp()
    channel = await house.channel(alice)
    expect(await alice.type(channel, '/subscribe nextcloud')).toContain('nextcloud')
    await eventually(async () => ((await statut()).includes('1 fichier') ? true : undefined), 'the first scan')
  })
  afterAll(async () => {
    await house?.close()
    rmSync(data, { recursive: true, force: true })
  })

  const statut = () => alice.type(channel, '/statut nextcloud')
  const nameOf = (post: TestPost | undefined) => post?.props.attachments?.[0]?.fields?.[0]?.value
  const drop = (name: string) => {
    const whole = join(folder, name)
    writeFileSync(`${whole}.ocTransferId7.part`, 'x'.repeat(2048))
    renameSync(`${whole}.ocTransferId7.part`, whole)
  }
  const call = async (name: string, event: object) => {
    const response = await fetch(`http://127.0.0.1:${house.environment.PORT}/webhook/nextcloud`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      // Without a content type, as Nextcloud sends it.
      body: bytesOf({
        event: { class: `OCP\\Files\\Events\\Node\\${name}`, ...event },
        user: { uid: 'zoe', displayName: 'Zoé' },
        time: Math.floor(Date.now() / 1000),
      }),
    })
    expect(response.status).toBe(200)
    return (await response.json()) as { event: string; matched: number }
  }

  it('tells what is dropped into it, and nothing of what was there', async () => {
    drop('Contrats/contrat_dupont_2026.pdf')
    const [post] = await house.told(channel, 1)
    expect(post?.props.attachments?.[0]).toMatchObject({
      color: '#0082c9',
      title: '📄 Nouveau document RH déposé',
      text: 'Un nouveau document a été ajouté dans le dossier **Contrats**',
      footer: 'Nextcloud TAAF - Documents RH',
    })
    expect(post?.props.attachments?.[0]?.fields?.slice(0, 3).map(({ value }) => value)).toEqual([
      '`contrat_dupont_2026.pdf`',
      '📋 Contrats',
      '2,00\u00a0Ko',
    ])
    expect(post?.props.vigie?.events).toHaveLength(1)
  })

  it('tells a file once that Nextcloud calls about too, and answers with the very event', async () => {
    drop('Contrats/par_deux_voies.pdf')
    const node = { id: 4711, path: '/admin/files/Documents_RH/Contrats/par_deux_voies.pdf' }
    const first = await call('NodeCreatedEvent', { node })
    const again = await call('NodeWrittenEvent', { node })
    const [, post] = await house.told(channel, 2)
    expect(post?.props.vigie?.events).toEqual([first.event])
    expect(first).toMatchObject({ matched: 1 })
    expect(again).toEqual(first)
  })

  it('gives the card the link and the depositor that Nextcloud’s call brings in time', async () => {
    // Written in place, it would be told once it stood still for two seconds.
    writeFileSync(join(folder, 'Contrats/avec_lien.pdf'), 'x')
    const node = { id: 4712, path: '/admin/files/Documents_RH/Contrats/avec_lien.pdf' }
    const { event } = await call('NodeCreatedEvent', { node })
    const post = (await house.told(channel, 3))[2]
    expect(post?.props.vigie?.events).toEqual([event])
    expect(post?.props.attachments?.[0]?.title_link).toBe('http://127.0.0.1:9/f/4712')
    expect(wordsOf(post as TestPost)).toContain('Zoé')
  })

  it('tells by Nextcloud’s call alone what lies where it cannot see, with a link and who put it there', async () => {
    const node = { id: 12, path: '/bob/files/Équipe/Fiches_de_paie/mai.pdf' }
    const { event } = await call('NodeCreatedEvent', { node })
    const post = (await house.told(channel, 4))[3]
    expect(post?.props.vigie?.events).toEqual([event])
    expect(post?.props.attachments?.[0]).toMatchObject({ title_link: 'http://127.0.0.1:9/f/12' })
    expect(wordsOf(post as TestPost)).toContain('Zoé')
    expect(wordsOf(post as TestPost)).toContain('Fiches de Paie')
  })

  it('tells what came while Vigie was stopped, once', async () => {
    await house.stopApp()
    drop('Contrats/pendant_l_arrêt.pdf')
    await house.startApp()
    const posts = await house.told(channel, 5)
    expect(nameOf(posts[4])).toBe('`pendant_l_arrêt.pdf`')
    await house.stopApp()
    await house.startApp()
    drop('Contrats/après.pdf')
    expect((await house.told(channel, 6)).map(nameOf).slice(4)).toEqual(['`pendant_l_arrêt.pdf`', '`après.pdf`'])
  })

  it('tells many at once on one card, all of them named in its thread, and no name where none is wanted', async () => {
    const [many, unnamed] = [await house.channel(alice), await house.channel(alice)]
    await alice.type(many, '/subscribe nextcloud Documents_RH/Paie/**')
    await alice.type(unnamed, '/subscribe nextcloud Documents_RH/Paie/** --no-names')
    mkdirSync(join(folder, 'Paie'))
    const names = Array.from({ length: 30 }, (_, index) => `fiche_${index}.pdf`)
    for (const name of names) drop(`Paie/${name}`)
    const idsOf = (posts: readonly TestPost[]) => posts.flatMap(({ props }) => props.vigie?.events ?? [])
    const posts = await eventually(async () => {
      const all = await house.told(many, 2)
      return idsOf(all).length === names.length ? all : undefined
    }, 'all are told')
    expect(new Set(idsOf(posts)).size).toBe(names.length)
    const card = posts.find((post) => wordsOf(post).includes('nouveaux documents RH déposés'))
    const thread = posts.filter(({ root_id }) => root_id !== '' && root_id === card?.id)
    // On a slow machine the first few may come two seconds before the others, and are told one by one.
    const alone = posts.filter(({ id, root_id }) => root_id === '' && id !== card?.id)
    expect(alone.length).toBeLessThanOrEqual(5)
    expect(card?.props.attachments?.[0]?.title).toBe(`📥 ${names.length - alone.length} nouveaux documents RH déposés`)
    const words = [...thread, ...alone].map(wordsOf).join(' ')
    for (const name of names) expect(words).toContain(`\`${name}\``)
    const quiet = await eventually(async () => {
      const told = (await house.told(unnamed, 1)).map((post) => JSON.stringify(post)).join('')
      return told.includes('nouveaux documents') ? told : undefined
    }, 'the count')
    expect(quiet).not.toContain('fiche_')
  })

  it('tells much that came while Vigie was stopped on one card, not in a flood', async () => {
    const all = await house.channel(alice)
    await alice.type(all, '/subscribe nextcloud Documents_RH/** --events all')
    await house.stopApp()
    for (let index = 0; index < 25; index += 1) {
      mkdirSync(join(folder, `Dossier_${index}`))
      drop(`Dossier_${index}/pièce_${index}.pdf`)
      // Complete at a glance: what was written this moment would be told two seconds later, by itself if it is one of few.
      const before = new Date(Date.now() - 60_000)
      utimesSync(join(folder, `Dossier_${index}/pièce_${index}.pdf`), before, before)
    }
    for (let index = 0; index < 10; index += 1) rmSync(join(folder, `Paie/fiche_${index}.pdf`))
    await house.startApp()
    const cards = await eventually(async () => {
      const roots = (await house.told(all, 1)).filter(({ root_id }) => root_id === '')
      return roots.length >= 2 ? roots : undefined
    }, 'both kinds')
    const titles = cards.map(({ props }) => props.attachments?.[0]?.title)
    expect(titles.toSorted()).toEqual(['📥 10 documents RH supprimés', '📥 25 nouveaux documents RH déposés'])
    const thread = (await house.told(all, 4)).filter(({ root_id }) => root_id !== '').map(wordsOf)
    expect(thread.join(' ')).toContain('`Dossier_24/pièce_24.pdf`')
  })

  it('that goes away is told once to administrators, and that it is back, and in /statut', async () => {
    const direct = (await alice.post('/channels/direct', [alice.id, house.botId])).body as { id: string }
    const news = async () => (await house.posts(direct.id)).filter(isNews).map(wordsOf)
    const before = await house.told(channel, 10)
    renameSync(folder, `${folder}_ailleurs`)
    await eventually(async () => (await news()).find((words) => words.includes('a disparu')), 'told as gone')
    expect(await statut()).toContain('a disparu')
    renameSync(`${folder}_ailleurs`, folder)
    await eventually(async () => (await news()).find((words) => words.includes('est de retour')), 'told as back')
    expect((await news()).filter((words) => words.includes('Documents RH')).length).toBeLessThanOrEqual(2)
    await eventually(async () => ((await statut()).includes('disparu') ? undefined : true), 'well again')
    expect(await house.told(channel, 10)).toHaveLength(before.length)
  })

  it('is examined by the doctor, through the webhook', async () => {
    const lines = await house.app().doctor()
    expect(lines.find(({ path }) => path.startsWith('nextcloud'))).toMatchObject({ ok: true })
  })
})

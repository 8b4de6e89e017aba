// The character service on a whole Vigie: a key made in chat, calls as curl makes them, the card that people see, its buttons, the ranking.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually, everyServer, type House, openHouse, type Someone, wordsOf } from './house.ts'

const idOf = z.looseObject({ id: z.string() })
const textOf = z.looseObject({ text: z.string().default(''), attachments: z.array(z.any()).default([]) })
const fileOf = z.array(z.looseObject({ id: z.string(), name: z.string(), mime_type: z.string(), size: z.number() }))

describe.each(everyServer())('on %s', (_, open) => {
  let house: House
  let alice: Someone
  let channel: string
  let key: string

  const asAdmin = async (command: string) => {
    const { body } = await house.admin.post('/commands/execute', {
      channel_id: channel,
      team_id: house.team.id,
      command,
    })
    const { text, attachments } = textOf.parse(body)
    return wordsOf({ message: text, props: { attachments } })
  }
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${house.environment.PORT}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        // Vigie is restarted in between.
        connection: 'close',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  beforeAll(async () => {
    house = await openHouse(await open())
    alice = await house.person('alice')
    channel = await house.channel(alice)
    const { id } = idOf.parse((await house.admin.get('/users/me')).body)
    await house.admin.post(`/channels/${channel}/members`, { user_id: id })
    const answer = await asAdmin('/vigie key create Naruto-test --scope personnages:read,personnages:write')
    key = /\bvigie_[\w-]+/.exec(answer)?.[0] ?? ''
    expect(answer).toContain(key)
    expect(key).not.toBe('')
    await alice.type(channel, '/subscribe personnage')
  })
  afterAll(() => house?.close())

  it('a character arrives as a card, which its next score and its buttons edit', async () => {
    const nom = `Naruto Uzumaki ${house.team.name}`
    const made = await call('POST', '/webhook/personnage', { nom, score: 79 })
    expect(made).toMatchObject({ status: 200, body: { nom, score: 79, niveau: 'confirmé', matched: 1 } })
    const [first] = await house.told(channel, 1)
    expect(first && wordsOf(first)).toContain(`Nouveau personnage\u00a0: ${nom}`)
    expect(first?.props.vigie?.events).toEqual([made.body.event])

    const plus = first?.props.attachments?.[0]?.actions?.find(({ name }) => name === '+1')
    if (first === undefined || plus === undefined) throw new Error('no button +1')
    expect(await alice.press(first, plus)).toContain('79 → 80 · 🏆 expert')
    const edited = await eventually(async () => {
      const [post] = await house.told(channel, 1)
      return post?.edit_at ? post : undefined
    }, 'an edited card')
    expect(edited.id).toBe(first.id)
    expect(wordsOf(edited)).toContain('passe de 79 à 80')
    expect(wordsOf(edited)).toContain('devient **🏆 expert**')

    expect(await call('GET', `/personnages/${encodeURIComponent(nom)}`)).toMatchObject({ body: { score: 80 } })
    expect((await call('GET', '/personnages?limit=1000')).body.items).toContainEqual({
      nom,
      score: 80,
      niveau: 'expert',
    })
    expect((await call('POST', '/scores', { nom: nom.toUpperCase(), score: 12 })).body).toMatchObject({
      niveau: 'débutant',
    })
    expect(await alice.type(channel, `/personnage voir "${nom}"`)).toContain('Score: 12')
  })

  it('the ranking is a table at once, and a picture by direct message', async () => {
    await call('POST', '/webhook/personnage', { nom: `Sakura ${house.team.name}`, score: 90_000 })
    expect(await alice.type(channel, '/personnage top')).toMatch(/\| 1 \| \*\*Sakura/)
    const { id: direct } = idOf.parse((await alice.post('/channels/direct', [alice.id, house.botId])).body)
    const files = await eventually(async () => {
      const posts = await house.posts(direct)
      const [post] = posts.filter(({ message, props }) => wordsOf({ message, props }).includes('Classement'))
      if (post === undefined) return undefined
      return fileOf.parse((await alice.get(`/posts/${post.id}/files/info`)).body)
    }, 'the ranking as a picture')
    expect(files).toMatchObject([{ name: 'classement.png', mime_type: 'image/png' }])
    expect(files[0]?.size).toBeGreaterThan(3000)
  })

  it('what is removed is told on its card and gone, also after a restart', async () => {
    const nom = `Zabuza ${house.team.name}`
    await call('POST', '/webhook/personnage', { nom, score: 1 })
    expect(await alice.type(channel, `/personnage retirer "${nom}"`)).not.toContain('Retiré')
    expect((await call('DELETE', `/personnages/${encodeURIComponent(nom)}`)).status).toBe(204)
    await eventually(async () => {
      const told = await house.posts(channel)
      return told.some((post) => wordsOf(post).includes(`${nom} a été retiré`)) ? true : undefined
    }, 'the end of a character')
    await house.stopApp()
    await house.startApp()
    expect((await call('GET', `/personnages/${encodeURIComponent(nom)}`)).status).toBe(404)
    expect((await call('GET', `/personnages?nom=${encodeURIComponent(house.team.name)}`)).body.items).toHaveLength(2)
  })
})

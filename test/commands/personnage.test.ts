// `/personnage` in chat (interface.md, "/personnage"; issue "The open door").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { renderText } from '../../src/bot/render.ts'
import { tokenize } from '../../src/bot/tokens.ts'
import { typedName } from '../../src/text/typed.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const scoreOf = async (nom: string) => (await world.store.personnages.find(nom))?.score

describe('/personnage', () => {
  it('adds a character, and says how to hear of it while nobody does', async () => {
    expect(await world.read('member', '/personnage add "Naruto Uzumaki" 85')).toBe(
      '**Added:** **Naruto Uzumaki**, 85 · 🏆 expert\n\nNext: `/subscribe personnage`',
    )
    await world.say('member', '/subscribe personnage')
    expect(await world.read('member', '/personnage add Sakura −3')).toContain('Next: `/personnage show Sakura`')
  })

  it('gives one that exists already the score, in French by its French verbs too', async () => {
    world.locale.of = 'fr'
    await world.say('member', '/personnage ajouter Naruto 49')
    expect(await world.read('member', '/personnage ajouter NARUTO 50')).toContain(
      '**Score donné\u00a0:** **Naruto**, 49 → 50 · ⭐ confirmé',
    )
    expect(await world.read('member', '/personnage noter naruto 80')).toContain('50 → 80 · 🏆 expert')
    expect(await world.read('guest', '/personnage voir naruto')).toContain('**Niveau**\u00a0: 🏆 expert')
    expect(await world.read('sysadmin', '/personnage retirer naruto')).toContain('**Retiré\u00a0:** **Naruto** (80)')
    expect(await world.read('guest', '/personnage liste')).toContain('Aucun personnage encore.')
  })

  it('lists characters with their ranks, equal scores at equal ranks', async () => {
    for (const [nom, score] of [
      ['A', 90],
      ['B', 90],
      ['C', 10],
    ] as const)
      await world.say('member', `/personnage add ${nom} ${score}`)
    const list = await world.read('guest', '/personnage')
    expect(list).toContain('3 characters')
    expect(list).toMatch(
      /\| 1 \| \*\*A\*\* \| 90 .*\n\| 1 \| \*\*B\*\* \| 90 .*\n\| 3 \| \*\*C\*\* \| 10 \| 🌱 beginner/,
    )
  })

  it('shows one, its rank and who changed it last, with buttons', async () => {
    await world.say('member', '/personnage add A 90')
    await world.say('maker', '/personnage add "B C" 95')
    const { reply } = await world.say('guest', '/personnage show b  c')
    expect(reply.buttons?.map(({ verb, object }) => `${verb} ${object}`)).toEqual([
      'personnage.plus B C',
      'personnage.minus B C',
    ])
    const shown = await world.read('guest', '/personnage show A')
    expect(shown).toContain('**Rank**: 2 of 2')
    expect(shown).toContain('· **member**')
  })

  it('draws the ranking beside the table', async () => {
    for (let score = 1; score <= 12; score += 1) await world.say('member', `/personnage add n${score} ${score}`)
    const { reply } = await world.say('guest', '/personnage top')
    expect(reply.table?.rows).toHaveLength(10)
    expect(reply.file).toMatchObject({ name: 'ranking.png', type: 'image/png' })
    expect(Buffer.from(reply.file?.bytes ?? []).toString()).toContain(
      '"rank":1,"name":"n12","score":12,"color":"#0082c9"',
    )
    expect((await world.say('guest', '/personnage top 3')).reply.table?.rows).toHaveLength(3)
    expect(await world.read('guest', '/personnage top 21')).toContain('1 to 20')
  })

  it('counts up and down by the buttons of a card, and says where the end is', async () => {
    await world.say('member', '/personnage add Naruto 85')
    await world.press('member', 'personnage.plus', 'Naruto')
    await world.press('chanadmin', 'personnage.plus', 'Naruto')
    await world.press('member', 'personnage.minus', 'Naruto')
    expect(await scoreOf('Naruto')).toBe(86)
    const events = await world.store.events.recent({ source: 'personnage', limit: 10 })
    expect(events.map(({ event }) => event.data.score)).toEqual([86, 87, 86, 85])
    await world.say('member', `/personnage score Naruto ${Number.MAX_SAFE_INTEGER}`)
    expect((await world.press('member', 'personnage.plus', 'Naruto')).reply.text).toBeDefined()
    expect(await scoreOf('Naruto')).toBe(Number.MAX_SAFE_INTEGER)
    expect((await world.press('guest', 'personnage.plus', 'Naruto')).refused).toBe(true)
  })

  it('says what is wrong with what was typed, and changes nothing', async () => {
    expect(await world.read('member', '/personnage add Naruto 8.5')).toContain('`8.5` is none')
    expect(await world.read('member', '/personnage add Naruto Uzumaki')).toContain('stands in quotes')
    expect(await world.read('member', '/personnage add Naruto 9007199254740992')).toContain(
      'out of reach: a score goes from −9,007,199,254,740,991 to 9,007,199,254,740,991',
    )
    expect(await world.read('member', `/personnage add ${'x'.repeat(101)} 1`)).toContain('1 to 100 characters')
    expect(await world.read('member', '/personnage score Nobody 1')).toContain('No character is called `Nobody`')
    expect(await world.read('sysadmin', '/personnage remove Nobody')).toContain('No character is called `Nobody`')
    expect(await world.store.events.recent({ source: 'personnage', limit: 10 })).toEqual([])
  })

  it.each(['Dwayne "The Rock" Johnson', 'a « b » "c"', 'help', '--x', 'l’un', '"a" «b» “c” „d“ \'e\' C:\\temp\\'])(
    'writes %s as it can be typed',
    async (nom) => {
      expect(tokenize(typedName(nom))).toEqual([{ text: nom, quoted: typedName(nom) !== nom }])
    },
  )

  it.each(['help', 'Aïde'])('writes %s in quotes, lest it ask for help', (nom) => {
    expect(typedName(nom)).toBe(`"${nom}"`)
  })

  it('names its verbs to who gives a word that is none', async () => {
    expect(await world.read('member', '/personnage Naruto')).toContain(
      '`Naruto` is not known here. Choose among: `add`, `list`, `show`, `score`, `top`, `remove`.',
    )
  })

  it('says nothing of what stays silent to who subscribes: characters are everybody’s', async () => {
    expect(await world.read('member', '/subscribe personnage')).not.toContain('stays silent')
    expect(await world.read('sysadmin', '/subscribe personnage Naruto')).not.toContain('private')
  })

  it('lets nobody but a Vigie administrator remove a character', async () => {
    await world.say('chanadmin', '/personnage add Naruto 85')
    expect((await world.say('chanadmin', '/personnage remove Naruto')).refused).toBe(true)
    expect(await scoreOf('Naruto')).toBe(85)
  })

  it('mentions nobody and links nowhere, whatever a character is called', async () => {
    for (const nom of ['@all', '[a](https://evil.example)', '| a |'])
      await world.say('member', `/personnage add "${nom}" 1`)
    for (const line of ['/personnage', '/personnage top', '/personnage show @all', '/personnage score @all 2']) {
      const { reply, locale } = await world.say('member', line)
      const words = renderText(reply, locale)
      // In code, what is to be typed next, it calls nobody.
      expect(words.replace(/`[^`]*`/g, '')).not.toContain('@all')
      expect(words).not.toContain('](https')
    }
  })
})

// How characters are told (reference/cards.md): one live card each, in both languages, and no name that is anything but a name there.

import { expect, describe as group, it } from 'vitest'
import type { Draft, Event } from '../../../src/event.ts'
import type { PersonnageAuthor } from '../../../src/integrations/integration.ts'
import { createKeeper } from '../../../src/integrations/personnage/keeper.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { plain } from '../../../src/text/rich.ts'
import { describe, morning } from './world.ts'

const nothing = () => undefined
const claire: PersonnageAuthor = { person: 'c1', name: 'claire' }

/** What is told of a character that goes through these scores, then is removed. */
async function told(nom: string, scores: readonly number[], by: PersonnageAuthor = claire): Promise<Event[]> {
  const events: Event[] = []
  const kept = new Map<string, { nom: string; score: number; madeAt: number; changedAt: number; by: string }>()
  const keeper = createKeeper({
    store: { find: async () => kept.get('it'), list: async () => [], counts: async () => ({ all: 0, above: 0 }) },
    niveaux: { confirmé: 50, expert: 80 },
    emit: async (draft: Draft, options) => {
      const changed = options?.keeps?.change(kept.get('it'))
      if (changed?.personnage !== undefined) kept.set('it', changed.personnage)
      events.push({ ...(changed?.draft ?? draft), id: `e${events.length}` })
      return { event: `e${events.length}`, matched: 0, repeated: false }
    },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing },
    now: () => morning,
  })
  for (const score of scores) await keeper.put({ nom, score }, by)
  await keeper.remove(nom, by)
  return events
}

const card = (event: Event | undefined, locale: 'fr' | 'en') => {
  if (event === undefined) throw new Error('nothing was told')
  const {
    title = [],
    text = [],
    fields = [],
    line = [],
    actions = [],
    ...rest
  } = describe(event, {
    locale,
    timeZone: 'Europe/Paris',
    now: morning,
  })
  return {
    ...rest,
    title: plain(title),
    text: toMattermost(text),
    fields: fields.map((field) => `${field.title}: ${plain(field.value)}`),
    line: toMattermost(line),
    summary: plain(rest.summary),
    buttons: actions.map((action) =>
      action.kind === 'button' ? `${action.label} ${action.verb} ${action.object}` : '',
    ),
  }
}

group('the card of a character', () => {
  it('says who is new, by whom, with score and niveau, and how to change it', async () => {
    const [created] = await told('Naruto', [85])
    expect(card(created, 'fr')).toEqual({
      title: 'Nouveau personnage\u00a0: Naruto',
      text: 'Ajouté par **claire**',
      fields: ['Score: 85', 'Niveau: 🏆 expert'],
      color: '#3db887',
      footer: 'Personnages',
      summary: 'Nouveau personnage\u00a0: Naruto (85)',
      line: '**claire**\u00a0: ajouté',
      buttons: ['+1 personnage.plus Naruto', '−1 personnage.minus Naruto'],
    })
  })

  it('says what changed, and which niveau that is where it is another one', async () => {
    const [, scored, same] = await told('Naruto', [1200, 12, 12])
    expect(card(scored, 'fr')).toMatchObject({
      title: 'Naruto passe de 1\u202f200 à 12',
      text: 'Score donné par **claire** · devient **🌱 débutant**',
      line: '**claire**\u00a0: 1\u202f200 → 12 · devient **🌱 débutant**',
      color: '#0082c9',
    })
    expect(card(scored, 'en')).toMatchObject({
      title: 'Naruto goes from 1,200 to 12',
      text: 'Score given by **claire** · becomes **🌱 beginner**',
      fields: ['Score: 12', 'Level: 🌱 beginner'],
      footer: 'Characters',
    })
    expect(card(same, 'fr')).toMatchObject({ title: 'Naruto reste à 12', text: 'Score donné par **claire**' })
  })

  it('offers nothing more for who is gone', async () => {
    const [, removed] = await told('Naruto', [85], { key: 'k1', name: 'production' })
    expect(card(removed, 'fr')).toMatchObject({
      title: 'Naruto a été retiré',
      text: 'Retiré par l’API (clé `production`)',
      color: '#808080',
      buttons: [],
    })
  })

  it('names a key by its id where the event was told before keys were told by name', async () => {
    const [event] = await told('Naruto', [85], { key: 'k1', name: 'production' })
    if (event === undefined) throw new Error('nothing was told')
    expect(card({ ...event, data: { ...event.data, by: { key: 'k1' } } }, 'en').text).toBe(
      'Added by the API (key `k1`)',
    )
  })

  it('shows a hostile name as the name it is', async () => {
    const hostile = [
      '@all',
      '@channel **gras** [clic](https://evil.example)',
      '`code` | table | # titre',
      '![x](http://169.254.169.254/)',
      'gnp.\u202etxt',
      ':smile: ~town-square #tag',
      '<b>&lt;script&gt;',
    ]
    for (const nom of hostile) {
      for (const event of await told(nom, [1, 2])) {
        for (const locale of ['fr', 'en'] as const) {
          const { title, text, line, summary } = describe(event, { locale, timeZone: 'Europe/Paris', now: morning })
          const words = [title, text, line, summary].map((some = []) => toMattermost(some)).join('\n')
          expect(words).not.toMatch(/(^|\s)@(all|channel|here)\b/)
          expect(words).not.toContain('](http')
          expect(words).not.toContain('**gras**')
          expect(words).not.toContain('\u202e')
        }
      }
    }
  })
})

// The cards of a watched folder (reference/cards.md; issue "The folder"; threat T31).

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Description } from '../../../src/event.ts'
import { readLooks } from '../../../src/integrations/nextcloud/card-file.ts'
import { createWording } from '../../../src/integrations/nextcloud/describe.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { plain } from '../../../src/text/rich.ts'
import { accounts, changeOf, eventOf, inEnglish, inFrench, morning, people, told, wording } from './world.ts'

const cardOf = (
  change: Parameters<typeof told>[0],
  folder = people,
  telling: typeof inFrench | typeof inEnglish = inFrench,
) => wording.describe(eventOf(told(change, folder).draft), telling)

/** As Mattermost gets it. */
const seen = ({ title, text, fields = [], footer, color, url, summary, fallback = [] }: Description) => ({
  color,
  title: plain(title ?? []),
  url,
  text: toMattermost(text ?? []),
  fields: fields.map(({ title: name, value, short }) => [name, toMattermost(value), short]),
  footer,
  summary: toMattermost(summary),
  fallback: plain(fallback),
})

describe('the card of a new document', () => {
  it('is the one of the reference', () => {
    const file = { identity: '12', sizeBytes: 1_488_978, changedAt: morning, fileId: '12' }
    expect(seen(cardOf(changeOf('Contrats/contrat_dupont_2026.pdf', { file })))).toEqual({
      color: '#0082c9',
      title: '📄 Nouveau document RH déposé',
      url: 'https://cloud.example.org/f/12',
      text: 'Un nouveau document a été ajouté dans le dossier **Contrats**',
      fields: [
        ['📁 Fichier', '`contrat_dupont_2026.pdf`', false],
        ['📂 Catégorie', '📋 Contrats', true],
        ['💾 Taille', '1,42\u00a0Mo', true],
        ['📅 Date', '21/11/2026', true],
        ['🕐 Heure', '08:12:31', true],
      ],
      footer: 'Nextcloud TAAF - Documents RH',
      summary: '📄 `contrat_dupont_2026.pdf` dans **Contrats**',
      fallback: 'Nouveau document RH\u00a0: contrat_dupont_2026.pdf',
    })
  })

  it('is told in English, without a link where the file’s id is unknown, with the depositor where known', () => {
    const file = { identity: '1:2', sizeBytes: 500, changedAt: morning, owner: 'Alice @all' }
    expect(seen(cardOf(changeOf('photo.JPG', { file }), people, inEnglish))).toEqual({
      color: '#0082c9',
      title: '🖼️ New HR document added',
      url: undefined,
      text: 'A new document was added to the folder **Documents RH**',
      fields: [
        ['📁 File', '`photo.JPG`', false],
        ['📂 Category', '👥 General HR', true],
        ['💾 Size', '0.49\u00a0KB', true],
        ['📅 Date', '21/11/2026', true],
        ['🕐 Time', '08:12:31', true],
        ['👤 Added by', '**Alice @\u200ball**', true],
      ],
      footer: 'Nextcloud TAAF - Documents RH',
      summary: '🖼️ `photo.JPG` in **Documents RH**',
      fallback: 'New HR document: photo.JPG',
    })
  })

  it('says RH only of folders that are about people, and no organisation where none is set', () => {
    const { describe: tell } = createWording({ looks: () => readLooks('{}', []).looks('x'), organisation: undefined })
    const card = tell(eventOf(told(changeOf('2026/facture.pdf'), accounts).draft), inFrench)
    expect(plain(card.title ?? [])).toBe('📄 Nouveau document déposé')
    expect(card.footer).toBe('Nextcloud - compta')
    expect(plain(card.fields?.[1]?.value ?? [])).toBe('📁 2026')
    expect(plain(cardOf(changeOf('Documents-RH/x.pdf'), accounts).title ?? [])).toBe('📄 Nouveau document RH déposé')
  })

  it.each([
    ['a.pdf', '📄'],
    ['a.docx', '📝'],
    ['a.DOC', '📝'],
    ['a.xls', '📊'],
    ['a.csv', '📊'],
    ['a.pptx', '📽️'],
    ['a.txt', '📃'],
    ['a.png', '🖼️'],
    ['a.tar.gz', '📦'],
    ['a.dwg', '📎'],
    ['README', '📎'],
  ])('shows by an icon what %s is', (name, icon) => {
    expect(plain(cardOf(changeOf(name)).title ?? [])).toBe(`${icon} Nouveau document RH déposé`)
  })
})

describe('other changes', () => {
  const brief = (change: Parameters<typeof told>[0]) => {
    const { title, text, fields, url } = seen(cardOf(change))
    return { title, text, first: fields.slice(0, 2).map(([name, value]) => `${name} ${value}`), url }
  }
  it('are told in the same manner', () => {
    const file = { identity: '12', sizeBytes: 1, changedAt: morning, fileId: '12' }
    expect(brief(changeOf('Contrats/a.pdf', { kind: 'modified', file }))).toEqual({
      title: '📄 Document RH modifié',
      text: 'Un document a été modifié dans le dossier **Contrats**',
      first: ['📁 Fichier `a.pdf`', '📂 Catégorie 📋 Contrats'],
      url: 'https://cloud.example.org/f/12',
    })
    expect(brief(changeOf('Contrats/a.pdf', { kind: 'deleted', file }))).toEqual({
      title: '📄 Document RH supprimé',
      text: 'Un document a été supprimé du dossier **Contrats**',
      first: ['📁 Fichier `a.pdf`', '📂 Catégorie 📋 Contrats'],
      url: undefined,
    })
    expect(brief(changeOf('Contrats/a.pdf', { kind: 'moved', from: 'Formations/b.pdf' }))).toMatchObject({
      title: '📄 Document RH déplacé',
      text: 'Un document a été déplacé du dossier **Formations** vers **Contrats**',
      first: ['📁 Fichier `a.pdf`', '↩️ Avant `Formations/b.pdf`'],
    })
    expect(brief(changeOf('Contrats/a.pdf', { kind: 'moved', from: 'Contrats/b.pdf' }))).toMatchObject({
      title: '📄 Document RH renommé',
      text: 'Un document a été renommé dans le dossier **Contrats**',
    })
    expect(brief(changeOf('a.pdf', { kind: 'moved', from: 'b.pdf', fromFolder: 'compta' })).text).toBe(
      'Un document a été déplacé du dossier **compta** vers **Documents RH**',
    )
  })

  it('are heard only by who asks for them', () => {
    const types = (['created', 'modified', 'moved', 'deleted'] as const).map((kind) => {
      const { draft } = told(changeOf('a.pdf', { kind }))
      return [draft.type, draft.byDefault]
    })
    expect(types).toEqual([
      ['nextcloud.file.created', true],
      ['nextcloud.file.modified', false],
      ['nextcloud.file.moved', false],
      ['nextcloud.file.deleted', false],
    ])
  })
})

describe('names', () => {
  it('stand on one line, escaped, at most 120 characters, their end kept', () => {
    const value = (name: string) => toMattermost(cardOf(changeOf(name)).fields?.[0]?.value ?? [])
    expect(value('a\nb.pdf')).toBe('`a b.pdf`')
    expect(value('fdp.\u202efdp.exe')).toBe('`fdp.‹U+202E›fdp.exe`')
    expect(value('a`b``.pdf')).toBe('``` a`b``.pdf ```')
    const long = value(`${'é'.repeat(123)}.pdf`)
    expect([...long]).toHaveLength(122)
    expect(long).toMatch(/é….pdf`$/)
  })

  it('of whatever kind never throw, never mention, never take more than a line', () => {
    const segment = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }).filter((name) => !/[/\0]/.test(name))
    fc.assert(
      fc.property(segment, segment, (folder, name) => {
        const { fields = [], title = [], text = [], summary } = cardOf(changeOf(`${folder}/@channel ${name}`))
        const words = [title, text, summary, ...fields.map(({ value }) => value)].map(toMattermost)
        for (const one of words) {
          expect(one).not.toMatch(/[\n\u202a-\u202e\u2066-\u2069]/)
          expect(one.replace(/`[^`]*`/g, '')).not.toContain('@channel')
        }
      }),
      { numRuns: 40 },
    )
  })

  it('are not given away where they are not to be told', () => {
    const file = { identity: '12', sizeBytes: 987_654, changedAt: morning, fileId: '4711', owner: 'Zoé' }
    for (const kind of ['created', 'modified', 'moved', 'deleted'] as const) {
      const change = changeOf('Contrats/secret.xlsx', {
        kind,
        file,
        ...(kind === 'moved' ? { from: 'autre/avant.xlsx' } : {}),
      })
      const card = wording.describe(eventOf(told(change).draft), { ...inFrench, noNames: true })
      expect(JSON.stringify(card)).not.toMatch(/secret|xlsx|4711|Zoé|avant|autre|964|📊/)
      expect(plain(card.text ?? [])).toContain('Contrats')
    }
  })
})

describe('a burst', () => {
  const events = Array.from({ length: 7 }, (_, index) => eventOf(told(changeOf(`Contrats/c${index}.pdf`)).draft))

  it('is one card with the count and the first names, and a line with all of them', () => {
    const card = wording.describeBurst({ events, count: 12 }, inFrench)
    expect(plain(card.title ?? [])).toBe('📥 12 nouveaux documents RH déposés')
    expect(toMattermost(card.text ?? [])).toBe(
      [
        'Dans le dossier **Contrats**',
        ...[0, 1, 2, 3, 4].map((index) => `- \`c${index}.pdf\``),
        '- … et 7 de plus',
      ].join('\n'),
    )
    expect(toMattermost(card.line ?? [])).toBe(events.map((_, index) => `\`c${index}.pdf\``).join(' · '))
    expect(card).toMatchObject({ color: '#0082c9', footer: 'Nextcloud TAAF - Documents RH' })
    expect(card.url).toBeUndefined()
  })

  it('without names is a count, and no line', () => {
    const card = wording.describeBurst({ events, count: 1204 }, { ...inEnglish, noNames: true })
    expect([plain(card.title ?? []), plain(card.text ?? [])]).toEqual([
      '📥 1,204 new HR documents added',
      'In the folder Contrats',
    ])
    expect(plain(card.summary)).toBe('📥 1,204 new documents in the folder Contrats')
    expect(card.line).toBeUndefined()
    expect(JSON.stringify(card)).not.toContain('c0.pdf')
  })

  it('of other changes tells which', () => {
    const gone = [0, 1].map((index) => eventOf(told(changeOf(`Contrats/c${index}.pdf`, { kind: 'deleted' })).draft))
    const card = wording.describeBurst({ events: gone, count: 1951 }, inFrench)
    expect(plain(card.title ?? [])).toBe('📥 1\u202f951 documents RH supprimés')
    expect(plain(card.summary)).toBe('📥 1\u202f951 documents supprimés du dossier Contrats')
  })

  it('of what was missed tells which folder is watched, and where in it each file lies', () => {
    const missed = (kind: 'created' | 'modified' | 'moved' | 'deleted', locale: typeof inFrench | typeof inEnglish) => {
      const paths = ['Contrats/a.pdf', 'Congés/2026/b.pdf', 'c.pdf']
      const all = paths.map((path) => eventOf(told(changeOf(path, { kind, missedUntil: morning })).draft))
      return wording.describeBurst({ events: all, count: 60 }, locale)
    }
    const card = missed('deleted', inFrench)
    expect(plain(card.title ?? [])).toBe('📥 60 documents RH supprimés')
    expect(toMattermost(card.text ?? [])).toBe(
      'Dans le dossier **Documents RH**\n- `Contrats/a.pdf`\n- `Congés/2026/b.pdf`\n- `c.pdf`\n- … et 57 de plus',
    )
    expect(toMattermost(card.line ?? [])).toBe('`Contrats/a.pdf` · `Congés/2026/b.pdf` · `c.pdf`')
    expect(plain(card.summary)).toBe('📥 60 documents supprimés du dossier Documents RH')
    expect(plain(missed('created', inFrench).summary)).toBe('📥 60 nouveaux documents dans le dossier Documents RH')
    expect(plain(missed('modified', inEnglish).title ?? [])).toBe('📥 60 HR documents changed')
    expect(plain(missed('moved', inEnglish).summary)).toBe('📥 60 documents moved in the folder Documents RH')
  })
})

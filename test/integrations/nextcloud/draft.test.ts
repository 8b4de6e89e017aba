// What an event of a watched folder holds: subject, facts, facets, link, burst, dedupe keys (issue "The folder").

import { describe, expect, it } from 'vitest'
import { builtIn, categoryOf, plainly } from '../../../src/integrations/nextcloud/categories.ts'
import { createBursts } from '../../../src/integrations/nextcloud/draft.ts'
import { accounts, changeOf, morning, people, told } from './world.ts'

describe('an event of a watched folder', () => {
  it('holds the facts, and who may hear of it is decided elsewhere', () => {
    const file = { identity: '1:2', sizeBytes: 2048, changedAt: morning - 1000, fileId: '77', owner: 'Zoé' }
    expect(told(changeOf('Contrats/2026/Étude.PDF', { file })).draft).toMatchObject({
      source: 'nextcloud',
      type: 'nextcloud.file.created',
      subject: 'Documents_RH/Contrats/2026',
      time: '2026-11-21T07:12:31.000Z',
      severity: 'info',
      audience: 'closed',
      url: 'https://cloud.example.org/f/77',
      byDefault: true,
      facets: { extension: 'pdf', sizeBytes: 2048 },
      burst: 'Documents_RH Contrats/2026 2026-11-21T07:12:31.000Z',
      data: {
        folder: 'Documents_RH',
        title: 'Documents RH',
        path: 'Contrats/2026/Étude.PDF',
        name: 'Étude.PDF',
        directory: 'Contrats/2026',
        kind: 'pdf',
        category: 'contrats',
        sizeBytes: 2048,
        changedAt: morning - 1000,
        fileId: '77',
        owner: 'Zoé',
      },
    })
    expect(told(changeOf('a.pdf')).draft.subject).toBe('Documents_RH')
    expect(told(changeOf('a.pdf')).draft.url).toBeUndefined()
  })

  it('keeps a name that is no UTF-8 apart from one that looks the same', () => {
    const one = told(changeOf('x', { path: 'a\xff.pdf' }))
    const other = told(changeOf('x', { path: 'a\xfe.pdf' }))
    expect([one.draft.data.name, other.draft.data.name]).toEqual(['a\ufffd.pdf', 'a\ufffd.pdf'])
    expect(one.dedupe).not.toEqual(other.dedupe)
  })

  it('has a subject without spaces, which would tell globs apart', () => {
    expect(told(changeOf('Notes de Service/l\u2019été/a b.pdf')).draft.subject).toBe(
      'Documents_RH/Notes_de_Service/l\u2019été',
    )
  })

  it('has no link for an id that is none', () => {
    const file = { identity: 'x', sizeBytes: 1, changedAt: 1, fileId: '1/../../evil' }
    const { draft } = told(changeOf('a.pdf', { file }))
    expect(draft.url).toBeUndefined()
    expect(JSON.stringify(draft)).not.toContain('evil')
  })

  it('is the same event for the same change, and another for another', () => {
    const key = (...change: Parameters<typeof changeOf>) => told(changeOf(...change)).dedupe[0]?.key
    const file = { identity: '1:2', sizeBytes: 1, changedAt: 1 }
    expect(key('a.pdf', { file, at: 1 })).toBe(key('a.pdf', { file, at: 2 }))
    const others = [
      key('b.pdf', { file }),
      key('a.pdf', { file, kind: 'modified' }),
      key('a.pdf', { file: { ...file, identity: '1:3' } }),
      key('a.pdf', { file: { ...file, sizeBytes: 2 } }),
      key('a.pdf', { file: { ...file, changedAt: 2 } }),
      told(changeOf('a.pdf', { file }), accounts).dedupe[0]?.key,
    ]
    expect(new Set([key('a.pdf', { file }), ...others]).size).toBe(7)
    expect(told(changeOf('a.pdf')).dedupe[0]?.lifeMs).toBe(14 * 86_400_000)
    expect(told(changeOf('a.pdf')).draft.origin).toMatch(/^[0-9a-f]{22}$/)
  })
})

describe('a category', () => {
  const of = (...directories: string[]) => categoryOf({ directories, roots: ['Documents_RH', 'rh'] }, builtIn)?.title.fr
  it.each([
    ['Contrats', 'Contrats'],
    ['anciens-CONTRATS_2024', 'Contrats'],
    ['Fiches_de_paie', 'Fiches de Paie'],
    ['fiches paie 2026', 'Fiches de Paie'],
    ['Notes-de-Service', 'Notes de Service'],
    ['Documents RH', 'RH Général'],
    ['Congés', 'Congés'],
    ['Conge\u0301s', 'Congés'],
    ['FORMATIONS', 'Formations'],
    ['Divers', undefined],
    ['Contr', undefined],
  ])('of %s is %s', (name, title) => {
    expect(of(name)).toBe(title)
  })

  it('is that of the nearest folder that has one', () => {
    expect(of('Contrats', 'Formations', '2026')).toBe('Formations')
    expect(of('Contrats', '2026', 'mai')).toBe('Contrats')
    expect(of()).toBe('RH Général')
    expect(plainly('Fiches__DE--Paie')).toBe('fiches paie')
    expect(told(changeOf('Divers/a.pdf')).draft.data.category).toBe('Divers')
  })
})

describe('a burst', () => {
  it('begins with the first file after ten seconds of quiet, and lasts ten minutes at most', () => {
    let at = 0
    const burstOf = createBursts(() => at)
    const later = (ms: number, directory = 'a') => {
      at += ms
      return burstOf(people, directory)
    }
    const first = later(1000)
    expect(later(9000)).toBe(first)
    expect(later(10_000)).toBe(first)
    expect(later(0, 'b')).not.toBe(first)
    const second = later(10_001)
    expect(second).not.toBe(first)
    for (let count = 0; count < 60; count += 1) expect(later(10_000)).toBe(second)
    expect(later(1)).not.toBe(second)
  })

  it('is of one directory and one kind of change', () => {
    const burst = (path: string, more: Parameters<typeof changeOf>[1] = {}) => told(changeOf(path, more)).draft.burst
    const kinds = (['created', 'modified', 'moved', 'deleted'] as const).map((kind) => burst('a/b.pdf', { kind }))
    expect(new Set([...kinds, burst('b.pdf', { kind: 'deleted' })]).size).toBe(5)
    expect(burst('a/c.pdf', { kind: 'deleted' })).toBe(kinds[3])
    expect(kinds[0]).toBe(`Documents_RH a ${new Date(morning).toISOString()}`)
  })

  it('of what was missed holds all of its kind, wherever it lies', () => {
    const burst = (path: string, more: Parameters<typeof changeOf>[1] = {}) => told(changeOf(path, more)).draft.burst
    const missedUntil = morning
    const missed = burst('Contrats/a.pdf', { missedUntil })
    expect(burst('Congés/2026/b.pdf', { missedUntil })).toBe(missed)
    const kinds = (['modified', 'moved', 'deleted'] as const).map((kind) => burst('a.pdf', { kind, missedUntil }))
    const others = [missed, burst('Contrats/a.pdf'), burst('c.pdf', { missedUntil: morning + 1 }), ...kinds]
    expect(new Set(others).size).toBe(6)
  })
})

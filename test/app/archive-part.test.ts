// The archive's line in `/statut`.

import { expect, it } from 'vitest'
import { archivePart } from '../../src/app/archive-part.ts'
import { plain } from '../../src/text/rich.ts'

it('counts a file that was filled up twice once', () => {
  const day = '2026-11-21'
  const mended = [
    { day, how: 'missing', events: 3, at: 0 },
    { day, how: 'cut', events: 1, at: 0 },
  ] as const
  const { glance, details } = archivePart({ days: 1, mended }, 0)
  expect(plain(glance.fr)).toBe('à jour, 1 fichier, dont 1 complété depuis la base')
  expect(plain(glance.en)).toBe('up to date, 1 file, 1 of them filled up from the database')
  expect(details?.fr).toHaveLength(2)
})

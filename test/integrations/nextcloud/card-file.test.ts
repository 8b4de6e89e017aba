// WATCH_CARD_FILE: what it changes, and what is said of a wrong one (interface.md, "Settings").

import { describe, expect, it } from 'vitest'
import { readLooks } from '../../../src/integrations/nextcloud/card-file.ts'
import { createWording } from '../../../src/integrations/nextcloud/describe.ts'
import { plain } from '../../../src/text/rich.ts'
import { accounts, changeOf, eventOf, inEnglish, inFrench, people, told } from './world.ts'

const file = JSON.stringify({
  title: { fr: 'Nouvelle pièce déposée', en: 'New item added' },
  icons: { pdf: '🧾', DWG: '📐', archive: '🗜️' },
  categories: [
    { contains: 'Factures', title: 'Factures', icon: '💶' },
    { contains: 'devis', title: { fr: 'Devis', en: 'Quotes' } },
  ],
  folders: { Documents_RH: { titles: { created: 'Dossier du personnel', deleted: 'Pièce retirée' } } },
})

describe('the card file', () => {
  const { looks, problems } = readLooks(file, ['compta', 'documents_rh'])
  const wording = createWording({ looks, organisation: 'TAAF' })
  const card = (path: string, folder = accounts, telling: typeof inFrench | typeof inEnglish = inFrench) => {
    const { title = [], fields = [] } = wording.describe(eventOf(told(changeOf(path), folder, looks).draft), telling)
    return [plain(title), plain(fields[1]?.value ?? [])]
  }

  it('changes title, icons and categories', () => {
    expect(problems).toEqual([])
    expect(card('factures_2026/a.pdf')).toEqual(['🧾 Nouvelle pièce déposée', '💶 Factures'])
    expect(card('Devis/b.dwg', accounts, inEnglish)).toEqual(['📐 New item added', '📁 Quotes'])
    expect(card('autres/c.zip')).toEqual(['🗜️ Nouvelle pièce déposée', '📁 autres'])
    expect(card('c.docx')).toEqual(['📝 Nouvelle pièce déposée', '📁 compta'])
  })

  it('says of one folder what it does not say of all', () => {
    expect(card('Factures/a.pdf', people)).toEqual(['🧾 Dossier du personnel', '💶 Factures'])
    const deleted = told(changeOf('a.pdf', { kind: 'deleted' }), people, looks).draft
    expect(plain(wording.describe(eventOf(deleted), inFrench).title ?? [])).toBe('🧾 Pièce retirée')
    const burst = wording.describeBurst(
      { events: [eventOf(told(changeOf('a.pdf'), people, looks).draft)], count: 6 },
      inFrench,
    )
    expect(plain(burst.title ?? [])).toBe('📥 Dossier du personnel (6)')
  })

  it.each([
    ['{', /^ce n’est pas du JSON/, /^this is no JSON/],
    ['{"titre": "x"}', /titre/, /titre/],
    [
      '{"icons": {".pdf": "x"}}',
      /^icons\.\.pdf\u00a0: une extension sans point/,
      /^icons\.\.pdf: an extension without/,
    ],
    [
      '{"categories": [{"contains": "- -", "title": "x"}]}',
      /contains\u00a0: il y faut une lettre ou un chiffre\.$/,
      /contains: it needs a letter or a digit\.$/,
    ],
    [
      '{"categories": [{"contains": "", "title": "x"}]}',
      /^categories\.0\.contains\u00a0: /,
      /^categories\.0\.contains: /,
    ],
    ['{"icons": {"pdf": "un mot beaucoup trop long"}}', /^icons\.pdf\u00a0: /, /^icons\.pdf: /],
    ['{"folders": {"paie": {}}}', /nomme paie/, /names paie/],
    ['[]', /./, /./],
  ])('that is wrong (%s) is told in both languages', (written, fr, en) => {
    const { problems: found } = readLooks(written, ['compta'])
    expect(found.length).toBeGreaterThan(0)
    expect(found[0]?.fr).toMatch(fr)
    expect(found[0]?.en).toMatch(en)
  })

  it.each(['3', '["a"]', '{"fr": "x"}', '{"fr": "x", "en": 4}'])('says what a title is, of %s', (title) => {
    const [problem] = readLooks(`{"title": ${title}}`, []).problems
    expect(problem).toEqual({
      fr: 'title\u00a0: un texte de 120 caractères au plus est attendu, ou {"fr": "…", "en": "…"}.',
      en: 'title: a text of at most 120 characters is expected, or {"fr": "…", "en": "…"}.',
    })
  })
})

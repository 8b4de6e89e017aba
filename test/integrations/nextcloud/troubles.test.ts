// The administrators' card about a folder that cannot be looked at (fault F23): in words, and no more than is so.

import { describe, expect, it } from 'vitest'
import type { Draft } from '../../../src/event.ts'
import type { Trouble } from '../../../src/integrations/nextcloud/folder.ts'
import { createTroubleTeller } from '../../../src/integrations/nextcloud/troubles.ts'
import { describeFolder } from '../../../src/integrations/vigie/folders.ts'
import type { Locale } from '../../../src/text/locale.ts'
import { plain } from '../../../src/text/rich.ts'
import { createFakeLog } from '../../fakes/log.ts'
import { eventOf, inEnglish, inFrench, morning, people } from './world.ts'

/** Titles and texts of the cards, one after another. */
async function cards(locale: Locale, ...troubles: (Trouble | undefined)[]): Promise<string[]> {
  const drafts: Draft[] = []
  let now = morning
  const tell = createTroubleTeller(people, {
    emit: async (draft) => {
      drafts.push(draft)
      return { event: 'e', matched: 1, repeated: false }
    },
    admins: async () => ['admin1'],
    log: createFakeLog(),
    now: () => now,
  })
  for (const trouble of troubles) {
    await tell(trouble)
    now += 60_000
  }
  return drafts.map((draft) => {
    const { title = [], text = [] } = describeFolder(eventOf(draft), locale === 'fr' ? inFrench : inEnglish)
    return `${plain(title)}\n${plain(text)}`
  })
}

describe('the card about a folder', () => {
  it('says of one that was replaced how much of it is not there', async () => {
    const trouble = { kind: 'replaced', error: '', lacking: { absent: 3, known: 4 } } as const
    const [french = ''] = await cards('fr', trouble)
    expect(french).toContain('🔴 Le dossier Documents RH a été remplacé par un autre\n')
    expect(french).toContain('3 des 4 fichiers connus n’y sont plus.\n')
    const [english = ''] = await cards('en', { ...trouble, lacking: { absent: 1, known: 1 } })
    expect(english).toContain('the only known file is not there.\n')
  })

  it('does not say that the whole cannot be read where a folder in it cannot', async () => {
    const error = 'EACCES: /srv/rh/Paie, owner 0:0, mode 0700'
    const [gone = '', back = ''] = await cards('fr', { kind: 'partly', error }, undefined)
    expect(gone).toContain('🔴 Une partie du dossier Documents RH ne peut plus être lue\n')
    expect(gone).toContain(error)
    expect(gone).toContain('Le reste du dossier est surveillé')
    expect(back).toContain(
      '🟢 Le dossier Documents RH peut de nouveau être lu en entier\nLu en partie pendant 1\u00a0min',
    )
    const [english = ''] = await cards('en', { kind: 'partly', error })
    expect(english).toContain('🔴 A part of the folder Documents RH cannot be read any more\n')
  })

  it('says that one that cannot be read at all is so', async () => {
    const [gone = '', back = ''] = await cards('en', { kind: 'unreadable', error: 'EACCES' }, undefined)
    expect(gone).toContain('🔴 The folder Documents RH cannot be read any more\n')
    expect(back).toContain('🟢 The folder Documents RH is back\nAway for 1\u00a0min')
  })
})

// A file that appeared in a watched folder, and what is told of it.

import type { Draft, Event } from '../../../src/event.ts'
import { type Looks, plainLook } from '../../../src/integrations/nextcloud/card-file.ts'
import { createWording } from '../../../src/integrations/nextcloud/describe.ts'
import { createBursts, type Told, tell } from '../../../src/integrations/nextcloud/draft.ts'
import type { Folder } from '../../../src/integrations/nextcloud/folder.ts'
import { rawOf } from '../../../src/integrations/nextcloud/paths.ts'

/** 08:12:31 in Paris. */
export const morning = Date.UTC(2026, 10, 21, 7, 12, 31)

export const people: Folder = {
  name: 'Documents_RH',
  title: 'Documents RH',
  at: { disk: '/srv/nextcloud/data/admin/files/Documents_RH' },
}
export const accounts: Folder = { name: 'compta', title: 'compta', at: { disk: '/srv/compta' } }

export function changeOf(path: string, more: Partial<Told> = {}): Told {
  const file = { identity: '1:2', sizeBytes: 1_488_978, changedAt: morning - 60_000 }
  return { kind: 'created', path: rawOf(path), file, at: morning, ...more }
}

export function told(change: Told, folder: Folder = people, looks: Looks = () => plainLook) {
  const burstOf = createBursts(() => morning)
  return tell(change, folder, { looks, nextcloudUrl: 'https://cloud.example.org', burstOf })
}

let last = 0
export function eventOf(draft: Draft): Event {
  last += 1
  return { ...draft, id: `e${last}` }
}

export const wording = createWording({ looks: () => plainLook, organisation: 'TAAF' })
export const inFrench = { locale: 'fr', timeZone: 'Europe/Paris', now: morning } as const
export const inEnglish = { ...inFrench, locale: 'en' } as const

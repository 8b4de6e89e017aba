// The folders and Nextcloud at a glance (reference/cards.md; issue "The folder", "Commands").

import { describe, expect, it } from 'vitest'
import { healthWords } from '../../../src/integrations/nextcloud/health.ts'
import { nextcloudPart, type PartFacts } from '../../../src/integrations/nextcloud/part.ts'
import type { WatchingStatus } from '../../../src/integrations/nextcloud/watching.ts'
import type { Locale } from '../../../src/text/locale.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { accounts, morning, people } from './world.ts'

const nothing: PartFacts = { folders: [], isCalled: false, isRefused: false, lastAt: undefined, health: undefined }

function said(facts: Partial<PartFacts>, locale: Locale = 'fr'): string {
  const { state, glance } = nextcloudPart({ ...nothing, ...facts }, morning)
  // Foreign words that look like addresses are held apart.
  return `${state}: ${toMattermost(glance[locale]).replaceAll('\u200b', '')}`
}
const detailsOf = (facts: Partial<PartFacts>, locale: Locale = 'fr') =>
  nextcloudPart({ ...nothing, ...facts }, morning).operatorDetails?.[locale].map(toMattermost)

const well: WatchingStatus = { state: 'watched', files: 602, isHearing: true }

describe('the part of /statut', () => {
  it('tells how many folders and files there are, and when the last was told', () => {
    const folders = [
      { folder: people, status: well },
      { folder: accounts, status: well },
    ]
    const health = healthWords({ status: 200, tookMs: 42, body: '{"installed":true,"versionstring":"32.0.1"}' })
    expect(said({ folders, lastAt: morning - 3_600_000 })).toBe(
      'ok: 2 dossiers, 1\u202f204 fichiers · dernier il y a 1\u00a0h',
    )
    expect(said({ folders: folders.slice(1), health }, 'en')).toBe(
      'ok: 1 folder, 602 files · `/status.php` 42\u00a0ms · 32.0.1',
    )
    expect(detailsOf({ folders })).toEqual([
      '**Documents RH** · `/srv/nextcloud/data/admin/files/Documents_RH` · 602 fichiers',
      '**compta** · `/srv/compta` · 602 fichiers',
    ])
  })

  it('counts folders that are awaited, gone or read by polling; names them, and the limit to raise, to administrators alone', () => {
    const awaited = { folder: accounts, status: { state: 'awaited', files: 0, isHearing: false } as const }
    expect(said({ folders: [{ folder: people, status: well }, awaited] })).toBe(
      'warning: 2 dossiers, 602 fichiers · 1 dossier est attendu',
    )
    expect(detailsOf({ folders: [awaited] }, 'en')).toEqual([
      '**compta** · `/srv/compta` · does not exist yet, looked for every second',
    ])

    const trouble = { kind: 'unreadable', error: '/srv/compta: EACCES, owner root, mode 0700' } as const
    const lost = { folder: accounts, status: { state: 'trouble', files: 12, isHearing: false, trouble } as const }
    expect(said({ folders: [{ folder: people, status: well }, lost] }, 'en')).toBe(
      'warning: 2 folders, 614 files · 1 folder cannot be read',
    )
    expect(said({ folders: [lost] })).toBe('down: 1 dossier, 12 fichiers · 1 dossier ne peut pas être lu')
    const both = [lost, { ...lost, folder: people }]
    expect(said({ folders: both })).toBe('down: 2 dossiers, 24 fichiers · 2 dossiers ne peuvent pas être lus')
    expect(nextcloudPart({ ...nothing, folders: both }, morning).details).toBeUndefined()
    expect(detailsOf({ folders: [lost] })?.[0]).toContain('`/srv/compta: EACCES, owner root, mode 0700`')

    const lacking = { absent: 11, known: 12 }
    const other = { ...lost, status: { ...lost.status, trouble: { kind: 'replaced', error: '', lacking } as const } }
    expect(detailsOf({ folders: [other] })).toEqual([
      '**compta** · `/srv/compta` · a été remplacé par un autre (11 fichiers sur 12 n’y sont plus)',
    ])
    const inPart = { ...lost, status: { ...lost.status, trouble: { ...trouble, kind: 'partly' } as const } }
    expect(said({ folders: [inPart] })).toBe(
      'warning: 1 dossier, 12 fichiers · 1 dossier ne peut pas être lu en entier',
    )
    expect(detailsOf({ folders: [inPart] }, 'en')).toEqual([
      '**compta** · `/srv/compta` · 12 files · cannot be read as a whole (`/srv/compta: EACCES, owner root, mode 0700`)',
    ])

    const polling = { why: 'limit', everyMs: 10_000, setting: 'fs.inotify.max_user_watches', folders: 550 } as const
    const polled = { folder: people, status: { ...well, polling } }
    expect(said({ folders: [polled] })).toBe(
      'warning: 1 dossier, 602 fichiers · 1 dossier sans surveillance du système',
    )
    expect(detailsOf({ folders: [polled] })?.[1]).toBe(
      'les surveillances du système sont épuisées (550 dossiers)\u00a0: relevez `fs.inotify.max_user_watches` avec sysctl\u202f; d’ici là, parcouru toutes les 10\u00a0s',
    )
    const byDav = { folder: people, status: { ...well, polling: { why: 'source', everyMs: 60_000 } } as const }
    expect(said({ folders: [byDav] })).toBe('ok: 1 dossier, 602 fichiers')
    expect(detailsOf({ folders: [byDav] }, 'en')?.[1]).toBe('looked through every 1\u00a0min, by WebDAV')
  })

  it('is off without settings, and says when calls are refused', () => {
    expect(said({})).toBe('off: non configuré\u00a0: renseignez `WATCH_PATH`')
    expect(said({ isCalled: true })).toBe('ok: aucun événement reçu')
    expect(said({ isCalled: true, isRefused: true, lastAt: morning - 60_000 }, 'en')).toBe(
      'warning: last 1\u00a0min ago · calls are refused: token not valid',
    )
  })
})

describe('Nextcloud', () => {
  const health = (status: number | undefined, body: string) =>
    said({
      health: healthWords({ tookMs: 42, body, ...(status === undefined ? { error: 'ECONNREFUSED' } : { status }) }),
    })

  it('is told by its status page', () => {
    const status = { installed: true, maintenance: false, needsDbUpgrade: false, versionstring: '32.0.1' }
    expect(health(200, JSON.stringify(status))).toBe('ok: `/status.php` 42\u00a0ms · 32.0.1')
    expect(health(200, JSON.stringify({ ...status, maintenance: true }))).toContain('warning: en maintenance')
    expect(health(200, JSON.stringify({ ...status, needsDbUpgrade: true }))).toContain('warning: mise à niveau')
    expect(health(200, '<html>')).toContain('down: ')
    expect(health(503, '')).toBe('down: `/status.php` répond `503`')
    expect(health(undefined, '')).toBe('down: `/status.php` ne répond pas (`ECONNREFUSED`)')
  })
})

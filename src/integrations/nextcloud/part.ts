// How the folders and Nextcloud do, for `/statut` and `vigie status` (reference/cards.md: « 2 dossiers, 1 204 fichiers · dernier il y a 1 h »).

import type { Part } from '../../event.ts'
import { ago, duration, number, plural } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { bold, code, join, own, type Rich, rich, shorten } from '../../text/rich.ts'
import type { Folder, Trouble } from './folder.ts'
import type { HealthWords } from './health.ts'
import type { Polling } from './hearing.ts'
import { placeOf } from './standing.ts'
import type { WatchingStatus } from './watching.ts'

export interface FolderNow {
  readonly folder: Folder
  readonly status: WatchingStatus
}

export interface PartFacts {
  readonly folders: readonly FolderNow[]
  /** Whether Nextcloud may call us. */
  readonly isCalled: boolean
  /** Its calls were refused lately. */
  readonly isRefused: boolean
  /** When an event of this source last came in, milliseconds since 1970. */
  readonly lastAt: number | undefined
  readonly health: HealthWords | undefined
}

const title = { fr: 'Nextcloud', en: 'Nextcloud' }

export function nextcloudPart(facts: PartFacts, now: number): Part {
  const { folders, isCalled, health } = facts
  if (folders.length === 0 && !isCalled && health === undefined) return offPart
  const glance = (locale: Locale): Rich =>
    join(
      [
        folders.length === 0 ? [] : own(countWords(folders, locale)),
        ...worriesOf(folders, locale),
        facts.lastAt === undefined
          ? []
          : own(`${locale === 'fr' ? 'dernier' : 'last'} ${ago(locale, now - facts.lastAt)}`),
        facts.isRefused ? own(refusals[locale]) : [],
        folders.length === 0 && isCalled && facts.lastAt === undefined ? own(silence[locale]) : [],
        health?.glance[locale] ?? [],
      ],
      ' · ',
    )
  const details = (locale: Locale) => folders.flatMap((one) => detailsOf(one, locale))
  return {
    name: 'nextcloud',
    title,
    state: stateOf(facts),
    glance: { fr: glance('fr'), en: glance('en') },
    ...(folders.length === 0 ? {} : { operatorDetails: { fr: details('fr'), en: details('en') } }),
  }
}

const offPart: Part = {
  name: 'nextcloud',
  title,
  state: 'off',
  glance: {
    fr: rich`non configuré\u00a0: renseignez ${code('WATCH_PATH')}`,
    en: rich`not configured: set ${code('WATCH_PATH')}`,
  },
}

const refusals: Said = {
  fr: 'des appels sont refusés\u00a0: jeton non valable',
  en: 'calls are refused: token not valid',
}
const silence: Said = { fr: 'aucun événement reçu', en: 'no event received' }

function stateOf({ folders, isRefused, health }: PartFacts): Part['state'] {
  const isLost =
    folders.length > 0 && folders.every(({ status: { trouble } }) => trouble !== undefined && trouble.kind !== 'partly')
  if (isLost || health?.state === 'down') return 'down'
  const isWorrying = folders.some(({ status: { state, polling } }) => state !== 'watched' || isForced(polling))
  return isWorrying || isRefused || health?.state === 'warning' ? 'warning' : 'ok'
}

/** Nobody asked for polling. */
function isForced(polling: Polling | undefined): boolean {
  return polling?.why === 'limit' || polling?.why === 'failed'
}

/** `2 dossiers, 1 204 fichiers` */
function countWords(folders: readonly FolderNow[], locale: Locale): string {
  const files = folders.reduce((sum, { status }) => sum + status.files, 0)
  return `${folderCount(folders.length, locale)}, ${fileCount(files, locale)}`
}

function folderCount(count: number, locale: Locale): string {
  const [one, several] = locale === 'fr' ? ['dossier', 'dossiers'] : ['folder', 'folders']
  return `${number(locale, count)} ${plural(locale, count, one, several)}`
}

function fileCount(count: number, locale: Locale): string {
  const [one, several] = locale === 'fr' ? ['fichier', 'fichiers'] : ['file', 'files']
  return `${number(locale, count)} ${plural(locale, count, one, several)}`
}

type Worry = Trouble['kind'] | 'awaited' | 'starting' | 'polled'

/** Of one folder, and of several. */
const worries: Readonly<Record<Worry, Readonly<Record<Locale, readonly [one: string, several: string]>>>> = {
  missing: { fr: ['a disparu', 'ont disparu'], en: ['is gone', 'are gone'] },
  replaced: {
    fr: ['a été remplacé par un autre', 'ont été remplacés par d’autres'],
    en: ['was replaced by another', 'were replaced by others'],
  },
  unreadable: {
    fr: ['ne peut pas être lu', 'ne peuvent pas être lus'],
    en: ['cannot be read', 'cannot be read'],
  },
  partly: {
    fr: ['ne peut pas être lu en entier', 'ne peuvent pas être lus en entier'],
    en: ['cannot be read as a whole', 'cannot be read as a whole'],
  },
  silent: { fr: ['ne répond pas', 'ne répondent pas'], en: ['does not answer', 'do not answer'] },
  refused: {
    fr: ['est refusé par Nextcloud', 'sont refusés par Nextcloud'],
    en: ['is refused by Nextcloud', 'are refused by Nextcloud'],
  },
  awaited: { fr: ['est attendu', 'sont attendus'], en: ['is awaited', 'are awaited'] },
  starting: { fr: ['est parcouru', 'sont parcourus'], en: ['is being read', 'are being read'] },
  polled: {
    fr: ['sans surveillance du système', 'sans surveillance du système'],
    en: ['not watched by the system', 'not watched by the system'],
  },
}

/** Everybody reads them: how many, never which. */
function worriesOf(folders: readonly FolderNow[], locale: Locale): Rich[] {
  const counts = new Map<Worry, number>()
  for (const { status } of folders) {
    const worry = worryOf(status)
    if (worry !== undefined) counts.set(worry, (counts.get(worry) ?? 0) + 1)
  }
  return [...counts].map(([worry, count]) => {
    const [one, several] = worries[worry][locale]
    return own(`${folderCount(count, locale)} ${plural(locale, count, one, several)}`)
  })
}

function worryOf({ state, trouble, polling }: WatchingStatus): Worry | undefined {
  if (trouble !== undefined) return trouble.kind
  if (state === 'awaited' || state === 'starting') return state
  return isForced(polling) ? 'polled' : undefined
}

function detailsOf({ folder, status }: FolderNow, locale: Locale): Rich[] {
  const { trouble, state, polling } = status
  const name = rich`${bold(shorten(folder.title, 120))} · ${code(shorten(placeOf(folder), 300))}`
  const files = own(fileCount(status.files, locale))
  const awaited = own(
    locale === 'fr' ? 'n’existe pas encore, cherché chaque seconde' : 'does not exist yet, looked for every second',
  )
  const said =
    trouble === undefined ? (state === 'awaited' ? awaited : files) : troubleWords(trouble, status.files, locale)
  return [join([name, said], ' · '), ...(polling === undefined ? [] : [pollingWords(polling, locale)])]
}

function troubleWords({ kind, error, lacking }: Trouble, files: number, locale: Locale): Rich {
  const said = own(worries[kind][locale][0])
  const why = lacking === undefined ? [code(shorten(error, 300))] : own(lackingWords(lacking, locale))
  return rich`${kind === 'partly' ? own(`${fileCount(files, locale)} · `) : []}${said} (${why})`
}

/** `3 fichiers sur 4 n’y sont plus` */
function lackingWords({ absent, known }: NonNullable<Trouble['lacking']>, locale: Locale): string {
  const [some, all] = [fileCount(absent, locale), number(locale, known)]
  return locale === 'fr'
    ? `${some} sur ${all} ${plural('fr', absent, 'n’y est plus', 'n’y sont plus')}`
    : `${some} of ${all} ${plural('en', absent, 'is', 'are')} not there`
}

function pollingWords({ why, everyMs, setting, folders, error }: Polling, locale: Locale): Rich {
  const fr = locale === 'fr'
  const every = { own: duration(locale, everyMs) }
  const often = fr ? rich`parcouru toutes les ${every}` : rich`looked through every ${every}`
  if (why === 'setting') return fr ? rich`${often} (${code('WATCH_POLL')})` : rich`${often} (${code('WATCH_POLL')})`
  if (why === 'source') return fr ? rich`${often}, par WebDAV` : rich`${often}, by WebDAV`
  if (why === 'failed' || setting === undefined) {
    const reason = code(shorten(error ?? '', 300))
    return fr
      ? rich`${often}\u00a0: le système ne l’annonce pas (${reason})`
      : rich`${often}: the system does not announce it (${reason})`
  }
  const raise = code(setting)
  const count = folders === undefined ? [] : own(` (${number(locale, folders)} ${fr ? 'dossiers' : 'folders'})`)
  return fr
    ? rich`les surveillances du système sont épuisées${count}\u00a0: relevez ${raise} avec sysctl\u202f; d’ici là, ${often}`
    : rich`the system’s watches are used up${count}: raise ${raise} with sysctl; until then ${often}`
}

// What the cards of this source say, in both languages (reference/cards.md; issue "The folder").

import { number } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { type Rich, rich, type Span } from '../../text/rich.ts'
import type { ChangeKind } from './folder.ts'

interface Titles {
  /** About human resources. */
  readonly people: Said
  readonly any: Said
}

export const titles: Readonly<Record<ChangeKind, Titles>> = {
  created: {
    people: { fr: 'Nouveau document RH déposé', en: 'New HR document added' },
    any: { fr: 'Nouveau document déposé', en: 'New document added' },
  },
  modified: {
    people: { fr: 'Document RH modifié', en: 'HR document changed' },
    any: { fr: 'Document modifié', en: 'Document changed' },
  },
  moved: {
    people: { fr: 'Document RH déplacé', en: 'HR document moved' },
    any: { fr: 'Document déplacé', en: 'Document moved' },
  },
  deleted: {
    people: { fr: 'Document RH supprimé', en: 'HR document deleted' },
    any: { fr: 'Document supprimé', en: 'Document deleted' },
  },
}

export const renamed: Titles = {
  people: { fr: 'Document RH renommé', en: 'HR document renamed' },
  any: { fr: 'Document renommé', en: 'Document renamed' },
}

/** `Nouveau document RH`: of a new one, before its name. */
export const newOne: Titles = {
  people: { fr: 'Nouveau document RH', en: 'New HR document' },
  any: { fr: 'Nouveau document', en: 'New document' },
}

interface Many {
  /** After the number, in a title. */
  readonly people: Said
  readonly any: Said
  /** After the number, before the folder. */
  readonly brief: Said
}

const manies: Readonly<Record<ChangeKind, Many>> = {
  created: {
    people: { fr: 'nouveaux documents RH déposés', en: 'new HR documents added' },
    any: { fr: 'nouveaux documents déposés', en: 'new documents added' },
    brief: { fr: 'nouveaux documents dans le dossier', en: 'new documents in the folder' },
  },
  modified: {
    people: { fr: 'documents RH modifiés', en: 'HR documents changed' },
    any: { fr: 'documents modifiés', en: 'documents changed' },
    brief: { fr: 'documents modifiés dans le dossier', en: 'documents changed in the folder' },
  },
  moved: {
    people: { fr: 'documents RH déplacés', en: 'HR documents moved' },
    any: { fr: 'documents déplacés', en: 'documents moved' },
    brief: { fr: 'documents déplacés dans le dossier', en: 'documents moved in the folder' },
  },
  deleted: {
    people: { fr: 'documents RH supprimés', en: 'HR documents deleted' },
    any: { fr: 'documents supprimés', en: 'documents deleted' },
    brief: { fr: 'documents supprimés du dossier', en: 'documents deleted from the folder' },
  },
}

/** `12 nouveaux documents RH déposés` */
export function manyTitle(locale: Locale, kind: ChangeKind, count: number, isAboutPeople: boolean): string {
  const { people, any } = manies[kind]
  return `${number(locale, count)} ${(isAboutPeople ? people : any)[locale]}`
}

export const fields = {
  file: { fr: '📁 Fichier', en: '📁 File' },
  before: { fr: '↩️ Avant', en: '↩️ Before' },
  category: { fr: '📂 Catégorie', en: '📂 Category' },
  size: { fr: '💾 Taille', en: '💾 Size' },
  date: { fr: '📅 Date', en: '📅 Date' },
  hour: { fr: '🕐 Heure', en: '🕐 Time' },
  owner: { fr: '👤 Déposé par', en: '👤 Added by' },
} satisfies Record<string, Said>

/** What happened in which folder: the line under the title. */
export function whatHappened(locale: Locale, kind: Exclude<ChangeKind, 'moved'> | 'renamed', folder: Span): Rich {
  const said: Readonly<Record<typeof kind, Readonly<Record<Locale, Rich>>>> = {
    created: {
      fr: rich`Un nouveau document a été ajouté dans le dossier ${folder}`,
      en: rich`A new document was added to the folder ${folder}`,
    },
    modified: {
      fr: rich`Un document a été modifié dans le dossier ${folder}`,
      en: rich`A document was changed in the folder ${folder}`,
    },
    renamed: {
      fr: rich`Un document a été renommé dans le dossier ${folder}`,
      en: rich`A document was renamed in the folder ${folder}`,
    },
    deleted: {
      fr: rich`Un document a été supprimé du dossier ${folder}`,
      en: rich`A document was deleted from the folder ${folder}`,
    },
  }
  return said[kind][locale]
}

export function movedWords(locale: Locale, from: Span, to: Span): Rich {
  return locale === 'fr'
    ? rich`Un document a été déplacé du dossier ${from} vers ${to}`
    : rich`A document was moved from the folder ${from} to ${to}`
}

/** One line for digests: `contrat.pdf` dans **Contrats**. */
export function briefly(locale: Locale, kind: ChangeKind | 'renamed', name: Span, folder: Span): Rich {
  const said: Readonly<Record<typeof kind, Readonly<Record<Locale, Rich>>>> = {
    created: { fr: rich`${name} dans ${folder}`, en: rich`${name} in ${folder}` },
    modified: { fr: rich`${name} modifié dans ${folder}`, en: rich`${name} changed in ${folder}` },
    renamed: { fr: rich`${name} renommé dans ${folder}`, en: rich`${name} renamed in ${folder}` },
    moved: { fr: rich`${name} déplacé vers ${folder}`, en: rich`${name} moved to ${folder}` },
    deleted: { fr: rich`${name} supprimé de ${folder}`, en: rich`${name} deleted from ${folder}` },
  }
  return said[kind][locale]
}

/** Without names: `1 document` dans **Contrats**. */
export function oneDocument(locale: Locale, kind: ChangeKind | 'renamed', folder: Span): Rich {
  return locale === 'fr'
    ? briefly(locale, kind, { own: kind === 'created' ? '1\u00a0nouveau document' : '1\u00a0document' }, folder)
    : briefly(locale, kind, { own: kind === 'created' ? '1 new document' : '1 document' }, folder)
}

/** `12 nouveaux documents dans le dossier **Contrats**` */
export function manyIn(locale: Locale, kind: ChangeKind, count: number, folder: Span): Rich {
  return rich`${{ own: `${number(locale, count)} ${manies[kind].brief[locale]}` }} ${folder}`
}

/** Under a title that says how many. */
export function inFolder(locale: Locale, folder: Span): Rich {
  return locale === 'fr' ? rich`Dans le dossier ${folder}` : rich`In the folder ${folder}`
}

/** After the first names. */
export function andMore(locale: Locale, count: number): Rich {
  const many = number(locale, count)
  return locale === 'fr' ? rich`… et ${{ own: many }} de plus` : rich`… and ${{ own: many }} more`
}

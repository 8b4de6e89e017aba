// The contract of documents: tables with a few words around them, that leave as CSV, Excel, PDF or HTML (issue "The watch", "Commands").

import type { Locale } from '../text/locale.ts'

export interface Document {
  readonly title: string
  /** What it covers, in a line. */
  readonly subtitle: string
  /** CSV holds the first alone. */
  readonly tables: readonly DocumentTable[]
  /** How its figures were counted. */
  readonly notes: readonly string[]
  readonly locale: Locale
  /** IANA, of its moments. */
  readonly timeZone: string
}

export interface DocumentTable {
  readonly title: string
  readonly columns: readonly Column[]
  /** In the order of the columns; what is not known is left empty. */
  readonly rows: readonly (readonly (string | number | undefined)[])[]
}

/** `share`: 0 to 1; `duration`: milliseconds; `moment`: milliseconds since 1970. */
export interface Column {
  readonly title: string
  readonly kind: 'text' | 'number' | 'share' | 'duration' | 'moment'
}

export const documentFormats = ['csv', 'xlsx', 'pdf', 'html'] as const
export type DocumentFormat = (typeof documentFormats)[number]

/** Resolves the file's bytes. Its work is done beside the main thread. */
export type WriteDocument = (document: Document, format: DocumentFormat) => Promise<Uint8Array>

// A sentence of ours with foreign words in it, ready for Mattermost in both languages: what a UserError says.

import type { Locale, Said } from './locale.ts'
import { toMattermost } from './mattermost-markdown.ts'
import type { Rich } from './rich.ts'

/** The sentence as Mattermost markdown: what was interpolated is escaped, so that a typed word mentions nobody in the answer to it. */
export function said(words: Readonly<Record<Locale, Rich>>): Said {
  return { fr: toMattermost(words.fr), en: toMattermost(words.en) }
}

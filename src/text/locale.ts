// The languages Vigie speaks, and the words shared by every room (design.md, "text/").

/** French is the default language, English the second. */
export type Locale = 'fr' | 'en'

/** One sentence in every language; the reader's language is known only when it is told. */
export type Said = Readonly<Record<Locale, string>>

export const locales: readonly Locale[] = ['fr', 'en']

/** The language for a Mattermost locale or an `Accept-Language` header: French for `fr…`, English for anything else said, `fallback` for nothing. */
export function localeOf(tag: string | undefined, fallback: Locale = 'fr'): Locale {
  if (tag === undefined || tag.trim() === '') return fallback
  for (const part of tag.split(',')) {
    const language = part.trim().slice(0, 2).toLowerCase()
    if (language === 'fr' || language === 'en') return language
  }
  return 'en'
}

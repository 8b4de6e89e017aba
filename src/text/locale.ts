// The languages Vigie speaks, and the words shared by every room (design.md, "text/").

/** French is the default language, English the second. */
export type Locale = 'fr' | 'en'

/** One sentence in every language; the reader's language is known only when it is told. */
export type Said = Readonly<Record<Locale, string>>

export const locales: readonly Locale[] = ['fr', 'en']

/**
 * The language for a Mattermost locale or an `Accept-Language` header (RFC 9110, 12.5.4): what is preferred of French and English, English
 * for anything else said, `fallback` for nothing, and for `*` alone, as clients that are no browsers say when nobody chose.
 */
export function localeOf(tag: string | undefined, fallback: Locale = 'fr'): Locale {
  if (tag === undefined || tag.trim() === '') return fallback
  const wanted = tag
    .split(',')
    .map(rangeOf)
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
  for (const { language } of wanted) if (language === 'fr' || language === 'en') return language
  return wanted.length > 0 && wanted.every(({ language }) => language === '*') ? fallback : 'en'
}

function rangeOf(part: string): { readonly language: string; readonly weight: number } {
  const [range = '', ...parameters] = part.split(';')
  const said = parameters.map((one) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(one)?.[1]).find((one) => one !== undefined)
  return { language: range.trim().slice(0, 2).toLowerCase(), weight: said === undefined ? 1 : Number(said) }
}

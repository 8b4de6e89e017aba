// WATCH_CARD_FILE: titles, icons and categories of cards for folders that are not about human resources, or that say it otherwise
// (interface.md, "Settings"). Read at the start, like every setting that is no secret.

import { z } from 'zod'
import type { Locale, Said } from '../../text/locale.ts'
import { builtIn, type Category, ownIcon, plainly } from './categories.ts'
import type { ChangeKind } from './folder.ts'

/** How the cards of a folder look, where that is not built in. */
export interface Look {
  readonly titles: Readonly<Partial<Record<ChangeKind, Said>>>
  /** By kind of file or by extension. */
  readonly icons: Readonly<Record<string, string>>
  readonly categories: readonly Category[]
}

/** By the folder's name. */
export type Looks = (folder: string) => Look

export const plainLook: Look = { titles: {}, icons: {}, categories: builtIn }

const longestWords = 120
const longestIcon = 16

const words = z.string().trim().min(1).max(longestWords)
const text = z.union([words, z.strictObject({ fr: words, en: words })])
const icon = z.string().trim().min(1).max(longestIcon)
const look = {
  title: text.optional(),
  titles: z.strictObject({ created: text, modified: text, moved: text, deleted: text }).partial().optional(),
  icons: z
    .record(
      z
        .string()
        .regex(/^[\p{L}\p{N}]+$/u)
        .max(longestIcon),
      icon,
    )
    .optional(),
  categories: z
    .array(
      z.strictObject({
        contains: words.refine((name) => plainly(name) !== ''),
        title: text,
        icon: icon.optional(),
      }),
    )
    .max(100)
    .optional(),
}
const shape = z.strictObject({ ...look, folders: z.record(z.string(), z.strictObject(look)).optional() })

type Written = Omit<z.infer<typeof shape>, 'folders'>

export interface ReadLooks {
  readonly looks: Looks
  readonly problems: readonly Said[]
}

/**
 * `written`: the file's content, JSON:
 * `{"title": "Nouvelle facture", "icons": {"pdf": "🧾"}, "categories": [{"contains": "factures", "title": {"fr": …, "en": …}, "icon": "🧾"}],
 * "folders": {"compta": {"title": …}}}`; what a folder does not say is said by the whole, what neither says is built in.
 * Problems are sentences without the setting's name.
 */
export function readLooks(written: string, folders: readonly string[]): ReadLooks {
  const nothing = (problems: readonly Said[]): ReadLooks => ({ looks: () => plainLook, problems })
  let json: unknown
  try {
    json = JSON.parse(written)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return nothing([{ fr: `ce n’est pas du JSON (${reason}).`, en: `this is no JSON (${reason}).` }])
  }
  const french = shape.safeParse(json, { error: z.locales.fr().localeError })
  const english = shape.safeParse(json, { error: z.locales.en().localeError })
  if (!french.success || !english.success) {
    const inFrench = french.error?.issues.map(sentence('fr', '\u00a0: ')) ?? []
    const inEnglish = english.error?.issues.map(sentence('en', ': ')) ?? []
    return nothing(inEnglish.map((en, index) => ({ fr: inFrench[index] ?? en, en })))
  }
  const { folders: own = {}, ...whole } = english.data
  const known = new Set(folders.map((name) => name.toLowerCase()))
  const strangers = Object.keys(own).filter((name) => !known.has(name.toLowerCase()))
  if (strangers.length > 0) {
    const names = strangers.join(', ')
    return nothing([
      {
        fr: `«\u00a0folders\u00a0» nomme ${names}, que WATCH_PATH ne nomme pas.`,
        en: `"folders" names ${names}, which WATCH_PATH does not.`,
      },
    ])
  }
  const common = over(plainLook, whole)
  const byName = new Map(Object.entries(own).map(([name, mine]) => [name.toLowerCase(), over(common, mine)]))
  return { looks: (folder) => byName.get(folder.toLowerCase()) ?? common, problems: [] }
}

/** Of what the library calls "invalid input" only. */
const expected: Readonly<Partial<Record<z.core.$ZodIssue['code'], Said>>> = {
  invalid_union: {
    fr: `un texte de ${longestWords} caractères au plus est attendu, ou {"fr": "…", "en": "…"}`,
    en: `a text of at most ${longestWords} characters is expected, or {"fr": "…", "en": "…"}`,
  },
  invalid_key: {
    fr: `une extension sans point («\u00a0pdf\u00a0») ou un genre de fichier est attendu, ${longestIcon} lettres et chiffres au plus`,
    en: `an extension without the dot ("pdf") or a kind of file is expected, at most ${longestIcon} letters and digits`,
  },
  custom: { fr: 'il y faut une lettre ou un chiffre', en: 'it needs a letter or a digit' },
}

function sentence(locale: Locale, separator: string): (issue: z.core.$ZodIssue) => string {
  return ({ path, code, message }) =>
    `${[...(path.length === 0 ? [] : [path.join('.')]), expected[code]?.[locale] ?? message].join(separator)}.`
}

function over(below: Look, { title, titles = {}, icons = {}, categories }: Written): Look {
  const { created = title, modified, moved, deleted } = titles
  const said = Object.entries({ created, modified, moved, deleted }).flatMap(([kind, one]) =>
    one === undefined ? [] : [[kind, inBoth(one)] as const],
  )
  const lower = Object.entries(icons).map(([name, one]) => [name.toLowerCase(), one] as const)
  return {
    titles: { ...below.titles, ...Object.fromEntries(said) },
    icons: { ...below.icons, ...Object.fromEntries(lower) },
    categories:
      categories?.map((one) => ({
        contains: plainly(one.contains),
        title: inBoth(one.title),
        icon: one.icon ?? ownIcon,
      })) ?? below.categories,
  }
}

function inBoth(said: string | Said): Said {
  return typeof said === 'string' ? { fr: said, en: said } : said
}

/** For a file: by its extension, else by its kind; nothing where the file does not say. */
export function iconOf(look: Look, extension: string, kind: string): string | undefined {
  const own = (name: string) => (Object.hasOwn(look.icons, name) ? look.icons[name] : undefined)
  return own(extension) ?? own(kind)
}

// Files that appeared, changed, moved or went, in words (reference/cards.md; issue "The folder"). Foreign names stand in code spans, cut
// to 120 characters (threat T31).

import type { Burst, Describe, DescribeBurst, Description, Event, Field, Telling } from '../../event.ts'
import { dayAndHour, fileSize } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { bold, code, item, join, own, plain, type Rich, rich, type Span, shorten } from '../../text/rich.ts'
import { iconOf, type Look, type Looks } from './card-file.ts'
import { ownIcon } from './categories.ts'
import { changeKindOf, type Facts, factsShape, typePrefix } from './facts.ts'
import type { ChangeKind } from './folder.ts'
import { icons, kindOf } from './kinds.ts'
import {
  andMore,
  briefly,
  fields,
  inFolder,
  manyIn,
  manyTitle,
  movedWords,
  newOne,
  oneDocument,
  renamed,
  titles,
  whatHappened,
} from './words.ts'

/** Nextcloud's own blue. */
export const color = '#0082c9'
/** Instead of a file's icon, where there are many or names are not told. */
const manyIcon = '📥'
const mostOfAName = 120
const mostFirstNames = 5

export interface Wording {
  readonly looks: Looks
  /** ORGANISATION. */
  readonly organisation: string | undefined
}

/** Both are pure. */
export function createWording({ looks, organisation }: Wording): {
  readonly describe: Describe
  readonly describeBurst: DescribeBurst
} {
  const footerOf = ({ title }: Facts) =>
    `${['Nextcloud', organisation].filter((word) => word !== undefined && word !== '').join(' ')} - ${cut(title)}`
  return {
    describe(event, telling) {
      // A call that nobody is told of, for who asks about it.
      if (!event.type.startsWith(typePrefix)) return { color, footer: 'Nextcloud', summary: [code(cut(event.type))] }
      const facts = factsShape.parse(event.data)
      const file = fileOf(event, facts, looks(facts.folder))
      const common = { color, footer: footerOf(facts) }
      return telling.noNames
        ? { ...withoutNames(file, telling.locale), ...common }
        : { ...card(file, telling), ...common }
    },
    describeBurst(burst, telling) {
      const [first] = burst.events
      if (first === undefined) throw new Error('a burst without events')
      const facts = factsShape.parse(first.data)
      const footer = footerOf(facts)
      return { ...burstCard(burst, fileOf(first, facts, looks(facts.folder)), telling), color, footer }
    },
  }
}

interface File {
  readonly event: Event
  readonly facts: Facts
  readonly look: Look
  /** A move that leaves it in its folder is a renaming. */
  readonly what: ChangeKind | 'renamed'
  /** Its folder's own name, as a reader knows it. */
  readonly folder: Span
  readonly icon: string
}

function fileOf(event: Event, facts: Facts, look: Look): File {
  const kind = changeKindOf(event.type)
  const isRenamed = kind === 'moved' && facts.fromTitle === undefined && parentOf(facts.from ?? '') === facts.directory
  const folder = bold(folderName(facts.directory, facts.title))
  const icon = iconOf(look, facts.extension, facts.kind) ?? icons[kindOf(facts.extension)]
  return { event, facts, look, what: isRenamed ? 'renamed' : kind, folder, icon }
}

function card(file: File, { locale, timeZone }: Telling): Omit<Description, 'color'> {
  const { event, facts, what, folder, icon } = file
  const name = code(cut(facts.name))
  const from = bold(folderName(parentOf(facts.from ?? ''), facts.fromTitle ?? facts.title))
  const isPlain = what === 'created' && file.look.titles.created === undefined
  const alone = isPlain ? (facts.isAboutPeople ? newOne.people : newOne.any)[locale] : titleOf(file, locale)
  return {
    title: rich`${icon} ${titleOf(file, locale)}`,
    ...(event.url === undefined ? {} : { url: event.url }),
    text: what === 'moved' ? movedWords(locale, from, folder) : whatHappened(locale, what, folder),
    fields: fieldsOf(file, { locale, timeZone }),
    summary: rich`${icon} ${briefly(locale, what, name, folder)}`,
    fallback: rich`${{ own: alone }}${{ own: locale === 'fr' ? '\u00a0: ' : ': ' }}${name}`,
  }
}

function fieldsOf(
  { event, facts, look, what }: File,
  { locale, timeZone }: Pick<Telling, 'locale' | 'timeZone'>,
): Field[] {
  const { day, hour } = dayAndHour(locale, timeZone, Date.parse(event.time))
  const field = (title: Said, value: Rich, short = true): Field => ({ title: title[locale], value, short })
  return [
    field(fields.file, [code(cut(facts.name))], false),
    ...(facts.from === undefined ? [] : [field(fields.before, [code(cutPath(facts.from))], false)]),
    field(fields.category, categoryWords(facts, look, locale)),
    ...(facts.sizeBytes === undefined ? [] : [field(fields.size, own(fileSize(locale, facts.sizeBytes)))]),
    field(fields.date, own(day)),
    field(fields.hour, own(hour)),
    // Whose it is says nothing of who changed it.
    ...(facts.owner === undefined || what !== 'created' ? [] : [field(fields.owner, [bold(cut(facts.owner))])]),
  ]
}

function categoryWords({ category }: Facts, { categories }: Look, locale: Locale): Rich {
  const known = categories.find(({ contains }) => contains === category)
  return known === undefined ? rich`${ownIcon} ${cut(category)}` : rich`${known.icon} ${known.title[locale]}`
}

/** Folder and count: no icon, extension, link or field that says which. */
function withoutNames(file: File, locale: Locale): Omit<Description, 'color'> {
  const told = oneDocument(locale, file.what, file.folder)
  const text = file.what === 'moved' ? told : whatHappened(locale, file.what, file.folder)
  return { title: rich`${manyIcon} ${titleOf(file, locale)}`, text, summary: rich`${manyIcon} ${told}` }
}

function burstCard({ events, count }: Burst, file: File, { locale, noNames }: Telling): Omit<Description, 'color'> {
  const { facts, look } = file
  const kind = changeKindOf(file.event.type)
  const folder = facts.isMissed ? bold(cut(facts.title)) : file.folder
  const custom = look.titles[kind]?.[locale]
  const title = custom === undefined ? manyTitle(locale, kind, count, facts.isAboutPeople) : `${custom} (${count})`
  const summary = rich`${manyIcon} ${manyIn(locale, kind, count, folder)}`
  const where = inFolder(locale, folder)
  const common = { title: rich`${manyIcon} ${title}`, summary }
  if (noNames) return { ...common, text: where }
  const names = events.map(nameOf)
  const first = names.slice(0, mostFirstNames).map((name) => item([code(name)]))
  const more = count - first.length
  return {
    ...common,
    text: [...where, ...first, ...(more > 0 ? [item(andMore(locale, more))] : [])],
    line: join(
      names.map((name) => [code(name)]),
      ' · ',
    ),
  }
}

/** What was missed may lie anywhere in the watched folder. */
function nameOf({ data }: Event): string {
  const { name, path, isMissed } = factsShape.parse(data)
  return isMissed ? cutPath(path) : cut(name)
}

function titleOf({ facts, look, what }: File, locale: Locale): string {
  const custom = look.titles[what === 'renamed' ? 'moved' : what]
  if (custom !== undefined) return custom[locale]
  const built = what === 'renamed' ? renamed : titles[what]
  return (facts.isAboutPeople ? built.people : built.any)[locale]
}

/** `Contrats` of `RH/Contrats`; the watched folder's title for what lies in it. */
function folderName(directory: string, title: string): string {
  return cut(directory === '' ? title : directory.slice(directory.lastIndexOf('/') + 1))
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '' : path.slice(0, slash)
}

/** As much of a name as is shown; what a long one ends with stays, since that says what it is. */
function cut(name: string): string {
  const runes = [...plain([name])]
  if (runes.length <= mostOfAName) return runes.join('')
  const [end = ''] = /\.[^.]{1,12}$/.exec(runes.join('')) ?? []
  return `${shorten(runes.join(''), mostOfAName - [...end].length)}${end}`
}

/** The end of a long path: the name stands there. */
function cutPath(path: string): string {
  const runes = [...plain([path])]
  return runes.length <= mostOfAName ? runes.join('') : `…${runes.slice(1 - mostOfAName).join('')}`
}

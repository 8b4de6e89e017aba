// Facts that many kinds share, and how they are told: people, projects, labels, commits.

import type { Field } from '../../../event.ts'
import type { Locale, Said } from '../../../text/locale.ts'
import { bold, code, join, link, own, type Rich, rich } from '../../../text/rich.ts'
import { count, firstLine, list, object, text, word } from '../fields.ts'
import type { Place } from './kind.ts'

export const person = { name: text(100), username: word }
export const user = object(person)
export const people = list(person, 20)
export const project = object({ id: count, name: text(), path_with_namespace: word, web_url: word })
export const labels = list({ title: text(100) }, 50)
export const commit = object({ id: word, title: firstLine, message: firstLine, url: word })

/** The facts nearly every kind carries. */
export const common = { user, project }

export type Person = { readonly name?: string | undefined; readonly username?: string | undefined } | undefined
type Project = { readonly name?: string | undefined; readonly path_with_namespace?: string | undefined } | undefined

/** The colours of cards (issue 3, "GitLab relay"). */
export const colors = {
  opened: '#00ff00',
  merged: '#0000ff',
  closed: '#ff0000',
  changed: '#ffaa00',
  other: '#808080',
  good: '#00ff00',
  bad: '#ff0000',
} as const

/** A person as people know them: the name, else the username. */
export function nameOf(someone: Person): string | undefined {
  return someone?.name ?? someone?.username
}

/** Names in bold, as a list in words: `**a**, **b** et **c**`. */
export function names(locale: Locale, persons: readonly Person[]): Rich {
  const known = persons.flatMap((someone) => nameOf(someone) ?? []).map((name): Rich => [bold(name)])
  const last = known.at(-1)
  if (known.length < 2 || last === undefined) return known[0] ?? []
  return join([join(known.slice(0, -1), ', '), last], locale === 'fr' ? ' et ' : ' and ')
}

/** A line of compared facts; nothing where there is no value. */
export function field(title: string, value: Rich): Field[] {
  return value.length === 0 ? [] : [{ title, value, short: true }]
}

/** The same, in a code span. */
export function codeField(title: string, value: string | undefined): Field[] {
  return field(title, value === undefined ? [] : [code(value)])
}

/** The field every card begins with. */
export function projectField(locale: Locale, of: Project): Field[] {
  const name = projectName(of)
  return field(say(locale, { fr: 'Projet', en: 'Project' }), name === undefined ? [] : [name])
}

export function projectName(of: Project): string | undefined {
  return of?.name ?? of?.path_with_namespace?.split('/').at(-1)
}

export function say(locale: Locale, said: Said): string {
  return said[locale]
}

/** A known word in the reader's language; an unknown one as the machine wrote it. */
export function wordFor(locale: Locale, words: Readonly<Record<string, Said>>, key: string | undefined): Rich {
  if (key === undefined) return []
  const said = Object.hasOwn(words, key) ? words[key] : undefined
  return said ? own(said[locale]) : [code(key)]
}

/** ``(`9f0c1b22` title)``, the hash linked where the commit's page is known. */
export function commitWords(
  of: { id?: string | undefined; title?: string | undefined; url?: string | undefined } | undefined,
): Rich {
  const hash = shortHash(of?.id)
  const mark: Rich = hash === undefined ? [] : [of?.url === undefined ? code(hash) : link(of.url, [code(hash)])]
  return join([mark, of?.title === undefined ? [] : [of.title]], ' ')
}

/** Eight digits of a hash; nothing where it is none. */
export function shortHash(hash: string | undefined): string | undefined {
  return hash !== undefined && /^[0-9a-f]{8,64}$/i.test(hash) ? hash.slice(0, 8) : undefined
}

/** A card's key: the kind, where it belongs, which one; nothing where either is unknown. */
export function cardKey(kind: string, place: Place, id: number | string | undefined): string | undefined {
  return place.home === undefined || id === undefined ? undefined : `${kind}:${place.home}:${id}`
}

/** What identifies a thing without its number in the project: no number of another. */
export function otherId(id: number | undefined): string | undefined {
  return id === undefined ? undefined : `id${id}`
}

/** A page of the project: `-/jobs/1` below its own; nothing where that may not be linked. */
export function projectPage(place: Place, path: string): string | undefined {
  return place.webUrl === undefined ? undefined : `${place.webUrl.replace(/\/+$/, '')}/${path}`
}

/** Names of labels, for filters. */
export function titles(of: readonly { readonly title?: string | undefined }[] | undefined): readonly string[] {
  return (of ?? []).flatMap((label) => label.title ?? [])
}

/** `**Jeanne** a …`, or the sentence that does without a name. */
export function sentence(someone: Person, active: Rich, passive: Rich): Rich {
  const name = nameOf(someone)
  return name === undefined ? passive : rich`${bold(name)} ${active}`
}

/** A day as people write it: `26/01/2024`. */
export function dayWords(locale: Locale, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const format = new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', {
    timeZone: 'UTC',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  })
  return format.format(Date.parse(value))
}

/** Words with a capital. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

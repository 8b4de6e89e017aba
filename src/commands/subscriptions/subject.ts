// Subjects and branch globs as people type them (interface.md): paths whose segments may hold `*`, `**` as a segment of its own, and a
// leading `!` that excludes. What can be read is kept as typed; what cannot is answered with what to write.

import { UserError } from '../../errors.ts'
import { code, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import { typedName, typedSubject } from '../../text/typed.ts'

const longestGlob = 255
/** What one subscription may ask of every event that is routed. */
const mostGlobs = 20
const longestSubject = 2000

/** Globs separated by spaces, `!` excludes, as the store keeps them; nothing for nothing. `source`: whose they are; `hook` has types instead of paths. @throws {UserError} for one that cannot be read, or too many. */
export function readSubject(text: string | undefined, source?: string): string | undefined {
  const words = (text ?? '').split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return undefined
  const read = (word: string) => readGlob(word, source)
  const globs = [...new Set(words.map((word) => (word.startsWith('!') ? `!${read(word.slice(1))}` : read(word))))]
  return requireShort((globs.every((glob) => glob.startsWith('!')) ? ['**', ...globs] : globs).join(' '))
}

/** The subject itself. @throws {UserError} when it holds too many globs. */
export function requireShort(subject: string): string {
  if (subject.split(' ').length <= mostGlobs && subject.length <= longestSubject) return subject
  throw new UserError(
    said({
      fr: rich`C’est trop pour un abonnement\u00a0: ${mostGlobs} motifs et ${longestSubject} caractères au plus. Un groupe entier s’écrit ${code('groupe/**')}.`,
      en: rich`That is too much for one subscription: ${mostGlobs} globs and ${longestSubject} characters at most. A whole group is written ${code('group/**')}.`,
    }),
  )
}

/** A kept subject as people type it: a character's has `_` where its name has a space. */
export function asTyped(source: string, subject: string): string {
  if (source !== 'personnage') return typedSubject(subject)
  const names = subject.split(' ').map((glob) => typedName(glob.replaceAll('_', ' ')))
  return names.join(' ')
}

/** Subjects are told apart without regard to case, as paths are. */
export function isSameSubject(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase()
}

/** One glob without `!`. @throws {UserError} */
export function readGlob(typed: string, source?: string): string {
  const word = source === 'hook' ? typeGlob(typed) : typed
  const better =
    source === 'hook' && /^[\p{L}\p{N}*?][\p{L}\p{N}\p{M}._:/+~*?-]*$/u.test(word) ? word : nearestGlob(word)
  if (better === word && word !== '' && word.length <= longestGlob) return word
  const why: { fr: Rich; en: Rich } = {
    fr: rich`${code(shown(word))} n’est pas un motif\u00a0: un chemin comme ${code('groupe/projet')}, ${code('groupe/*')} ou ${code('groupe/**')}.`,
    en: rich`${code(shown(word))} is not a glob: a path like ${code('group/project')}, ${code('group/*')} or ${code('group/**')}.`,
  }
  if (better === '' || word.length > longestGlob) throw new UserError(said(why))
  throw new UserError(
    said({
      fr: rich`${why.fr} Vouliez-vous dire ${code(better)}\u202f?`,
      en: rich`${why.en} Did you mean ${code(better)}?`,
    }),
  )
}

/** A glob on a type, which has dots where paths have `/`: `com.acme.**` is `com.acme.*`; the type may be written as the event bears it. */
function typeGlob(word: string): string {
  const type = word.replace(/^hook\.(?=.)/, '')
  return type === '**' || type.includes('/') ? type : type.replace(/\*{2,}/g, '*')
}

/** The readable glob that was probably meant: the word itself where it is one. */
function nearestGlob(word: string): string {
  const path = URL.canParse(word) && /^https?:/i.test(word) ? new URL(word).pathname.split('/-/')[0] : word
  return (path ?? '')
    .replace(/^!+/, '')
    .replace(/\\/g, '/')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
    .map((segment) => (/^\*{3,}$/.test(segment) ? '**' : withoutBrackets(segment)))
    .join('/')
}

/** Only `*`, `**` and `?` mean something: what a shell would read in brackets becomes `*`. */
const withoutBrackets = (segment: string): string =>
  segment
    .replace(/\[[^\]]*\]|\{[^}]*\}/g, '*')
    .replace(/[[\]{}]/g, '')
    .replace(/\*+/g, (stars) => (stars === segment ? stars : '*'))

const shown = (word: string): string => (word.length > 60 ? `${word.slice(0, 59)}…` : word)

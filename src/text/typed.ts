// What we print so that it can be typed again as it stands (interface.md, "What people type").

import { fold } from './suggest.ts'

/** Alone, these ask what a command does. */
export const helpWords: readonly string[] = ['help', 'aide']

const asksHelp = (word: string): boolean => helpWords.includes(fold(word))

/** A subject, one glob or several, after its source: `"help"` in quotes, any other as it is. */
export const typedSubject = (subject: string): string => (asksHelp(subject) ? `"${subject}"` : subject)

/** A name: in quotes where it needs them. */
export function typedName(name: string): string {
  return asksHelp(name) || /[\s"“”„«»']|^[-—–]/.test(name) ? inQuotes(name) : name
}

/** In quotes that it does not hold; in straight ones, its own doubled, where it holds every kind. */
export function inQuotes(text: string): string {
  const free = (...marks: readonly string[]) => !marks.some((mark) => text.includes(mark))
  if (free('"')) return `"${text}"`
  if (free('»')) return `«\u00a0${text}\u00a0»`
  return free('“', '”') ? `“${text}”` : `"${text.replaceAll('"', '""')}"`
}

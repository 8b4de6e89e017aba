// The words that ask what a command does (interface.md, "What people type"), and how a subject that reads like one is typed.

import { fold } from './suggest.ts'

export const helpWords: readonly string[] = ['help', 'aide']

/** A subject as it is typed alone after its source: `"help"` in quotes, any other as it is. */
export const typedSubject = (subject: string): string => (helpWords.includes(fold(subject)) ? `"${subject}"` : subject)

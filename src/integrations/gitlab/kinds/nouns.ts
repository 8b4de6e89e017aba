// Merge request, issue, task…: what a deed is done to, in the forms that sentences need.

import type { Locale } from '../../../text/locale.ts'
import { link, own, type Rich } from '../../../text/rich.ts'
import { capital } from './common.ts'

export interface Noun {
  readonly fr: { readonly word: string; readonly feminine: boolean }
  readonly en: string
  /** At the head of a card; the word with a capital where absent. */
  readonly head?: string
}

export const mergeRequestNoun: Noun = {
  fr: { word: 'merge request', feminine: true },
  en: 'merge request',
  head: 'Merge Request',
}
export const issueNoun: Noun = { fr: { word: 'issue', feminine: true }, en: 'issue' }
const plainNoun: Noun = { fr: { word: 'élément de travail', feminine: false }, en: 'work item' }

const workItems: Readonly<Record<string, Noun>> = {
  issue: issueNoun,
  epic: { fr: { word: 'epic', feminine: true }, en: 'epic' },
  task: { fr: { word: 'tâche', feminine: true }, en: 'task' },
  incident: { fr: { word: 'incident', feminine: false }, en: 'incident' },
  'test case': { fr: { word: 'cas de test', feminine: false }, en: 'test case' },
  requirement: { fr: { word: 'exigence', feminine: true }, en: 'requirement' },
  objective: { fr: { word: 'objectif', feminine: false }, en: 'objective' },
  'key result': { fr: { word: 'résultat clé', feminine: false }, en: 'key result' },
  ticket: { fr: { word: 'ticket', feminine: false }, en: 'ticket' },
}

/** The noun for GitLab's `object_attributes.type`: `Task`, `Test Case`… */
export function workItemNoun(type: string | undefined, fallback: Noun = plainNoun): Noun {
  const key = type?.toLowerCase() ?? ''
  return (Object.hasOwn(workItems, key) ? workItems[key] : undefined) ?? fallback
}

/** A noun in a sentence: each form begins with a space, or is empty where the sentence does without. */
export interface Thing {
  /** ` une merge request` */
  readonly plain: Rich
  /** ` d’une merge request` */
  readonly of: Rich
  /** ` à une merge request` */
  readonly to: Rich
  /** ` dans une merge request` */
  readonly into: Rich
}

export const nothing: Thing = { plain: [], of: [], to: [], into: [] }

/** `une merge request`, with its forms. */
export function someThing(locale: Locale, noun: Noun): Thing {
  if (locale === 'en') {
    const words = `${/^[aeiou]/.test(noun.en) ? 'an' : 'a'} ${noun.en}`
    return { plain: own(` ${words}`), of: own(` of ${words}`), to: own(` to ${words}`), into: own(` to ${words}`) }
  }
  const words = `${noun.fr.feminine ? 'une' : 'un'} ${noun.fr.word}`
  return { plain: own(` ${words}`), of: own(` d’${words}`), to: own(` à ${words}`), into: own(` dans ${words}`) }
}

/** `la merge request #5`, linked, with its forms; without a number, `une merge request`. */
export function theThing(locale: Locale, noun: Noun, iid: number | undefined, url: string | undefined): Thing {
  if (iid === undefined) return someThing(locale, noun)
  const words = `${locale === 'fr' ? noun.fr.word : noun.en} #${iid}`
  const named: Rich = url === undefined ? own(words) : [link(url, own(words))]
  const after = (before: string): Rich => [...own(before), ...named]
  if (locale === 'en') return { plain: after(' '), of: after(' of '), to: after(' to '), into: after(' to ') }
  const vowel = /^[aeiouéè]/.test(noun.fr.word)
  const article = vowel ? 'l’' : noun.fr.feminine ? 'la ' : 'le '
  const masculine = !vowel && !noun.fr.feminine
  return {
    plain: after(` ${article}`),
    of: after(masculine ? ' du ' : ` de ${article}`),
    to: after(masculine ? ' au ' : ` à ${article}`),
    into: after(` dans ${article}`),
  }
}

/** `Merge Request #5: title`, of which any part may be missing. */
export function head(locale: Locale, noun: Noun, iid: number | undefined, title: string | undefined): Rich {
  const word = noun.head ?? capital(locale === 'fr' ? noun.fr.word : noun.en)
  const numbered = iid === undefined ? word : `${word} #${iid}`
  return title === undefined ? own(numbered) : [{ own: `${numbered}: ` }, title]
}

/** A French participle in the noun's gender: `ouvert`, `ouverte`. */
export function agree(noun: Noun, participle: string): string {
  if (!noun.fr.feminine) return participle
  return participle.startsWith('mis ') ? participle.replace('mis ', 'mise ') : `${participle}e`
}

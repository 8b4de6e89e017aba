// What was got instead of what was expected, so that whoever sent it sees why: its kind, and as much of it as tells.

import { isExactNumber } from '../../text/exact-number.ts'
import { number } from '../../text/format.ts'
import type { Said } from '../../text/locale.ts'
import { shorten } from '../../text/rich.ts'

const mostShown = 40

/** `le texte "85"`, `a list`, `10 000 caractères`. */
export function gotWords(value: unknown): Said {
  if (value === undefined) return { fr: 'rien', en: 'nothing' }
  if (value === null) return { fr: 'null', en: 'null' }
  if (isExactNumber(value)) return numberWords(shorten(value.rawJSON, mostShown))
  if (Array.isArray(value)) return { fr: 'une liste', en: 'a list' }
  if (typeof value === 'object') return { fr: 'un objet', en: 'an object' }
  if (typeof value === 'string') return textWords(value)
  if (typeof value !== 'number') return { fr: String(value), en: String(value) }
  // JSON has no such number: it was written as one that is too large.
  if (!Number.isFinite(value)) return { fr: 'un nombre trop grand', en: 'a number that is too large' }
  return numberWords(String(value))
}

const numberWords = (digits: string): Said => ({ fr: `le nombre ${digits}`, en: `the number ${digits}` })

function textWords(text: string): Said {
  if (text.trim() === '') return { fr: 'un texte vide', en: 'an empty text' }
  const count = text.length <= mostShown ? 0 : [...text].length
  // Line breaks and control characters are written out: they may be what is wrong.
  const shown = `"${shorten(JSON.stringify(text.slice(0, 4 * mostShown)).slice(1, -1), mostShown)}"`
  return count === 0
    ? { fr: `le texte ${shown}`, en: `the text ${shown}` }
    : {
        fr: `un texte de ${number('fr', count)} caractères, ${shown}`,
        en: `a text of ${number('en', count)} characters, ${shown}`,
      }
}

// Names of characters: how one is written, and by what it is known (interface.md, "What people type": unique without regard to case).

/** What a name may not hold: control characters, halves of characters, line breaks. */
const forbidden = /[\p{Cc}\p{Cs}\u2028\u2029]/u
/** It must hold something that is seen. */
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u

/** Without width and without meaning within a word: names that differ in them alone look the same, and are. */
const unseen = /[\u00ad\u200b\u2060\ufeff]/gu

/** Characters (code points) of the longest name. */
export const longestNom = 100

/** As it is kept: NFC, without spaces around it or characters that nobody sees in it. */
export function cleanNom(text: string): string {
  return text.replace(unseen, '').normalize('NFC').trim()
}

/** Why a cleaned name is none; nothing where it is one. */
export function nomFault(nom: string): 'empty' | 'long' | 'hidden' | undefined {
  if (nom === '') return 'empty'
  // Counted only where it may matter: a name comes from anywhere, and may be long.
  if (nom.length > 2 * longestNom || [...nom].length > longestNom) return 'long'
  return forbidden.test(nom) || !visible.test(nom) ? 'hidden' : undefined
}

/** Equal for names that differ in case, or in which spaces they have, alone; `ß` and `ss` are the same, as in capitals. */
export function nomKey(nom: string): string {
  return cleanNom(nom).replace(/\s+/gu, ' ').toUpperCase().toLowerCase().normalize('NFC')
}

/** What stands for what in the order of the alphabet, of letters as `nomKey` has them. The database's index is made of it: it is only ever added to with a new one. */
export const unaccented: readonly (readonly [letters: string, as: string])[] = [
  ['àáâãäå', 'a'],
  ['ç', 'c'],
  ['èéêë', 'e'],
  ['ìíîï', 'i'],
  ['ñ', 'n'],
  ['òóôõöø', 'o'],
  ['ùúûü', 'u'],
  ['ýÿ', 'y'],
  ['æ', 'ae'],
  ['œ', 'oe'],
]

const plainLetters = new Map(unaccented.flatMap(([letters, as]) => [...letters].map((letter) => [letter, as])))

/** Sorts names as a dictionary does: Élise before Zoé. */
export function nomOrder(nom: string): string {
  return [...nomKey(nom)].map((letter) => plainLetters.get(letter) ?? letter).join('')
}

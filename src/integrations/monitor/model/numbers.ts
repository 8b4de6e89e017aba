// What a sentence may say in figures: the status, how many checks failed, what took how long, when it began; each only as what it is.

import type { Locale } from '../../../text/locale.ts'
import type { Evidence } from './evidence.ts'

/** Two to the numbers somebody writes out; `un`, `one` and `neuf` mean other things more often. */
const spelled: Readonly<Record<string, number>> = {
  deux: 2,
  two: 2,
  trois: 3,
  three: 3,
  quatre: 4,
  four: 4,
  cinq: 5,
  five: 5,
  six: 6,
  sept: 7,
  seven: 7,
  huit: 8,
  eight: 8,
  nine: 9,
  dix: 10,
  ten: 10,
  onze: 11,
  eleven: 11,
  douze: 12,
  twelve: 12,
  quinze: 15,
  fifteen: 15,
  vingt: 20,
  twenty: 20,
  trente: 30,
  thirty: 30,
  quarante: 40,
  forty: 40,
  cinquante: 50,
  fifty: 50,
  soixante: 60,
  sixty: 60,
}

/** Amounts that no evidence bears out. */
const vague =
  /%|pour cent|percent|(?<!\p{L})(?:cents?|mille|millions?|milliards?|hundreds?|thousands?|billions?|centaines?|dizaines?|douzaines?|milliers?|dozens?|moitié|half|tiers|quarts?|double|triple|plusieurs|several|many|nombreu(?:x|ses)|multiples?|tous les|all (?:of )?the)(?!\p{L})/iu

const unitsMs: readonly (readonly [unit: RegExp, ms: number])[] = [
  [/^(?:ms|millisecondes?|milliseconds?)(?!\p{L})/iu, 1],
  [/^(?:s|sec|secondes?|seconds?)(?!\p{L})/iu, 1000],
  [/^(?:min|mn|minutes?)(?!\p{L})/iu, 60_000],
  [/^(?:h|heures?|hours?)(?!\p{L})/iu, 3_600_000],
  [/^(?:j|jours?|d|days?)(?!\p{L})/iu, 86_400_000],
]

const ofChecks =
  /^(?:failed |consecutive |successive |unsuccessful |échecs? de )*(?:vérif|tentativ|échec|essai|contrôl|fois|sond|test|check|attempt|failure|probe|tries|try|times|sur\b|of\b|out of\b)/iu
const beforeStatus =
  /(?:statut|code|erreur|error|http|https|status|réponse|response|answer|retour|renvoie|retourne|returns?|returned|returning|with|avec|an?|une?|du|le|la|the|de|:|\(|«)[\s\u00a0\u202f:«("]*$/iu
const afterStatus =
  /^(?:[\s\u00a0\u202f]*(?:$|[.,;:!?)»"”–—-]|¤)|\s+(?:err|stat|rép|resp|service|et|and|depuis|since|sur|on|pour|for|lors|when|à|at|from|http|retourn|renvoy|return|a|est|is|was|persist|continu|indique|signal|émis|reçu))/iu

const spans = /(\d+)[\s\u00a0\u202f]*(\p{L}+)[\s\u00a0\u202f]+(?:et |and )?(\d+)[\s\u00a0\u202f]*(\p{L}+)/gu

/** `2 min 30 s` of the evidence are taken out. */
function withoutSpans(sentence: string, { durationsMs }: Evidence): string {
  return sentence.replace(spans, (whole, ...[long, longUnit, short, shortUnit]: readonly string[]) => {
    const totalMs = Number(long) * unitOf(longUnit) + Number(short) * unitOf(shortUnit)
    const precisionMs = unitOf(shortUnit)
    return durationsMs.some((one) => Math.abs(one - totalMs) <= precisionMs) ? ' ' : whole
  })
}

const unitOf = (words = ''): number => unitsMs.find(([unit]) => unit.test(words))?.[1] ?? Number.NaN

/** True where it states a number that the evidence does not hold; its moments are taken out already. */
export function madeUpNumber(sentence: string, evidence: Evidence): boolean {
  if (vague.test(sentence)) return true
  const rest = withoutSpans(sentence, evidence)
  if (/(?<!\p{L})nos? \d|[½¼¾²³]/iu.test(rest)) return true
  const numerals = new RegExp(
    `\\d+(?:[.,]\\d+)?|(?<![\\p{L}-])(?:${Object.keys(spelled).join('|')})(?![\\p{L}-])`,
    'giu',
  )
  for (const found of rest.matchAll(numerals)) {
    const [numeral] = found
    const before = rest.slice(0, found.index)
    const after = rest.slice(found.index + numeral.length)
    const value = spelled[numeral.toLowerCase()] ?? Number(numeral.replace(',', '.'))
    if (!isHeld({ value, numeral, before, after }, evidence)) return true
  }
  return false
}

interface Stated {
  readonly value: number
  readonly numeral: string
  readonly before: string
  readonly after: string
}

function isHeld({ value, numeral, before, after }: Stated, { status, failures, port, durationsMs }: Evidence): boolean {
  const next = after.replace(/^[\s\u00a0\u202f]+/, '')
  const unit = unitsMs.find(([words]) => words.test(next))
  if (unit) {
    const [, unitMs] = unit
    const statedMs = value * unitMs
    return durationsMs.some(
      (one) =>
        Math.abs(one - statedMs) <=
        Math.max(one * 0.1, numeral.includes('.') || numeral.includes(',') ? unitMs / 20 : unitMs / 2),
    )
  }
  if (value === status && beforeStatus.test(before) && afterStatus.test(after)) return true
  if (value === failures && (ofChecks.test(next) || /(?:sur|of|out of)\s+$/iu.test(before))) return true
  return value === port && /\bport[\s\u00a0\u202f:]+$/iu.test(before)
}

/** How the moments of the evidence may be written, the longest first. */
export function momentsOf({ times, timeZone, locale }: Evidence): readonly RegExp[] {
  return times
    .flatMap((at) => spellings(at, timeZone, locale))
    .toSorted((one, other) => other.length - one.length)
    .map((spelling) => new RegExp(`(?<![\\p{N}\\p{L}:/])${RegExp.escape(spelling)}(?![\\p{N}:/]|\\p{L})`, 'giu'))
}

/** Moments of the evidence are taken out; others stay, and are numbers without a meaning. */
export function withoutMoments(sentence: string, moments: readonly RegExp[]): string {
  return /\d/.test(sentence) ? moments.reduce((words, moment) => words.replace(moment, ' '), sentence) : sentence
}

function spellings(at: number, timeZone: string, locale: Locale): readonly string[] {
  const pick = (options: Intl.DateTimeFormatOptions, tag = 'en-GB') =>
    new Intl.DateTimeFormat(tag, { timeZone, ...options }).format(at)
  const minutes = pick({ hour: '2-digit', minute: '2-digit' })
  const seconds = pick({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const [hour = '', minute = ''] = minutes.split(':')
  const tag = locale === 'fr' ? 'fr-FR' : 'en-GB'
  const long = pick({ day: 'numeric', month: 'long', year: 'numeric' }, tag)
  return [
    seconds,
    minutes,
    `${Number(hour)}:${minute}`,
    `${hour}h${minute}`,
    `${Number(hour)}h${minute}`,
    `${hour} h ${minute}`,
    `${hour}\u00a0h\u00a0${minute}`,
    pick({ day: '2-digit', month: '2-digit', year: 'numeric' }),
    pick({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'sv-SE'),
    long,
    long.replace(/\s*\d{4}$/, ''),
  ]
}

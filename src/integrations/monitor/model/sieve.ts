// What may be told of what the model wrote (issue "The watch", "The short text"; threats T20, T21, T33): two or three plain sentences, and
// of those only such as state no host, number or cause that the evidence does not hold. Pure.

import { madeUpCause, quoted } from './causes.ts'
import type { Evidence } from './evidence.ts'
import { madeUpNumber, momentsOf, withoutMoments } from './numbers.ts'
import type { Answer } from './ollama.ts'

const mostSentences = 3
const mostRunes = 500
const mostSentenceRunes = 300
/** What goes on for longer is no short text. */
const mostTried = 40

/** The sentences that are kept, in their order; nothing where none is. */
export function sieve(answer: Answer, evidence: Evidence): string | undefined {
  const moments = momentsOf(evidence)
  const kept: string[] = []
  let runes = 0
  for (const sentence of sentencesOf(answer).slice(0, mostTried)) {
    const length = [...sentence].length + 1
    if (kept.length === mostSentences || runes + length > mostRunes) break
    if (!mayBeTold(sentence, evidence, moments) || kept.includes(sentence)) continue
    kept.push(sentence)
    runes += length
  }
  return kept.length === 0 ? undefined : kept.join(' ')
}

/** Lines and sentences, without what models decorate them with. Half a sentence at the end is none. */
function sentencesOf({ text, isCut }: Answer): readonly string[] {
  const plain = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/<think>[\s\S]*?(?:<\/think>|$)/gi, '\n')
    .replace(/```[\s\S]*?(?:```|$)/g, '\n')
  const sentences = plain
    .split(/[\r\n]+/)
    .flatMap((line) => undecorated(line).split(/(?<=[.!?…]["»”)]?)\s+(?=[^\p{Ll}\s])/u))
    .map((sentence) => sentence.trim().replace(/ {2,}/g, ' '))
    .filter((sentence) => sentence !== '')
  const last = sentences.at(-1)
  return isCut && last !== undefined && !/[.!?…]["»”)]?$/.test(last) ? sentences.slice(0, -1) : sentences
}

function undecorated(line: string): string {
  return line
    .replace(/^\s*(?:#{1,6}\s+|>\s+|[-*+•]\s+|\d[.)]\s+)*/, '')
    .replace(/(\*\*|__|\*|`)(?=\S)([^*`]*?\S)\1/g, '$2')
    .replace(/^\s*"(.*)"\s*$/, '$1')
}

/** True where it says nothing but what the evidence holds, in words that do nothing. */
function mayBeTold(sentence: string, evidence: Evidence, moments: readonly RegExp[]): boolean {
  if ([...sentence].length > mostSentenceRunes || /:$/.test(sentence)) return false
  // What the evidence says is no control character of the model's.
  if (sentence.includes(quoted)) return false
  const words = withoutMoments(withoutQuotes(sentence, evidence), moments)
  return (
    words.replaceAll(quoted, '').trim() !== '' &&
    /\p{L}{2}/u.test(words) &&
    isPlain(words) &&
    !namesPlace(words) &&
    !namesStranger(words, evidence) &&
    !madeUpNumber(words, evidence) &&
    !madeUpCause(words, evidence)
  )
}

function withoutQuotes(sentence: string, { name, target, host, port, failure }: Evidence): string {
  const places = host === '' ? [] : [port === undefined ? '' : `${host}:${port}`, host]
  const detail = failure?.detail ?? ''
  const [code = '', ...more] = detail.split(' ')
  const quotes = [
    detail,
    more.join(' '),
    /^[A-Z_]{4,}$/.test(code) ? code : '',
    target,
    target.replace(/\/$/, ''),
    target.replace(/^https?:\/\//, ''),
    ...places,
    name,
  ]
    .filter((quote) => [...quote].length > 2)
    .toSorted((one, other) => other.length - one.length)
  return quotes.reduce((words, quote) => {
    const isWord = new RegExp(
      `(?<![\\p{L}\\p{N}_@.-])${RegExp.escape(quote)}(?![\\p{L}\\p{N}_@/?#-]|[.:]\\p{L}|[.:]\\p{N})`,
      'giu',
    )
    return words.replace(isWord, quoted)
  }, sentence)
}

/** Letters of French and English, figures and the marks of prose: nothing that a client could take for markup, a link or a mention. */
function isPlain(words: string): boolean {
  const isProse = /^[A-Za-zÀ-ÖØ-öø-ÿŒœŸ0-9¤ \u00a0\u202f.,;:!?'’"“”«»()/°%…–—-]*$/u.test(words)
  const isOdd = /:\w+:|\(\)|(?:^|[\s(])\/|\/\/|\/(?:$|\s)|--|www\.|\w\/\w+\/|[:;][)(]|\b(?:here|channel|all):/iu.test(
    words,
  )
  return isProse && !isOdd
}

/** A host, an address or a machine's name: all that are known were quotes. */
function namesPlace(words: string): boolean {
  const isDotted = /[\p{L}\p{N}_-]\.[\p{L}\p{N}_-]*\p{L}{2}/u.test(words)
  const isAddress = /\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f]*:[0-9a-f]|\blocalhost\b/iu.test(words)
  const isMachine = /\b(?:srv|serv|web|db|app|api|node|host|vm|dc|pod|prod|preprod|staging|k8s|ns|mx|lb)-\p{L}/iu.test(
    words,
  )
  const isMixed = /\p{L}\d|\d\p{L}/u.test(
    words.replace(/\b\d+(?:ms|s|min|mn|h|j|d)\b/giu, ' ').replace(/\b\d{1,2}h\d{2}\b/giu, ' '),
  )
  return isDotted || isAddress || isMachine || isMixed
}

/** Capitals that need no evidence. */
const common: ReadonlySet<string> = new Set(
  `http https url ip alerte alert urgent urgence attention important incident critique critical info erreur error statut status code
  service site web internet technique technical équipe equipe team it sre devops ops ko ok i tls ssl dns
  lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday`.split(
    /\s+/,
  ),
)

/** Somebody or something with a name of its own, that the evidence does not name. */
function namesStranger(words: string, { name, failure }: Evidence): boolean {
  const known = new Set(`${name} ${failure?.detail ?? ''}`.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  for (const { index, 0: word } of words.matchAll(/(?<![\p{L}\p{N}'’-])(?:[LlDdNnSsCcJjMm]['’])?\p{Lu}\p{L}*/gu)) {
    const isFirst = /(?:^|[.!?…:]["»”)]?|["«“(]|\s[–—-])\s*$/u.test(words.slice(0, index))
    const bare = word.replace(/^[LlDdNnSsCcJjMm]['’]/u, '')
    if (!/^\p{Lu}/u.test(bare) || (isFirst && !/^\p{Lu}{2}/u.test(bare))) continue
    if (!common.has(bare.toLowerCase()) && !known.has(bare.toLowerCase())) return true
  }
  return false
}

// What the model is asked (issue "The watch", "The short text"): the words of the house, of OLLAMA_PROMPT or of the monitor, and this
// incident's evidence alone. Pure.

import { oneLine } from '../../../text/rich.ts'
import type { Evidence } from './evidence.ts'

/** Of the whole request (threat T33). */
const mostBytes = 4096
const mostPromptRunes = 2000
const mostFactRunes = 500

const builtIn = {
  fr:
    'Un service web à l’adresse {url} est indisponible ou en échec. Son statut ou son erreur\u00a0: {error}. ' +
    'Rédige une alerte courte, professionnelle et concise, de deux ou trois phrases, pour l’équipe technique.',
  en:
    'A web service at the address {url} is unavailable or failed. Its status or error: {error}. ' +
    'Write a short, professional and concise alert of two or three sentences for the technical team.',
}

const rules = {
  fr: 'Réponds en français, par ces phrases seules, sans titre, sans lien ni mise en forme. N’invente ni cause, ni chiffre, ni nom de machine.',
  en: 'Answer in English, with these sentences alone, without a title, links or formatting. Do not make up causes, numbers or names of machines.',
}

/** `prompt`: instead of the built-in words; `{name}`, `{url}` and `{error}` in it are filled in, once. */
export function requestOf(evidence: Evidence, prompt?: string): string {
  const { locale, name, target } = evidence
  const facts: Readonly<Record<string, string>> = {
    name: cut(oneLine(name), mostFactRunes),
    url: cut(oneLine(target === '' ? name : target), mostFactRunes),
    error: cut(oneLine(errorOf(evidence)), mostFactRunes),
  }
  const words = cut(prompt ?? builtIn[locale], mostPromptRunes)
  const asked = words.replace(/\{(name|url|error)\}/g, (_, fact: string) => facts[fact] ?? '')
  // Words that name nothing would be answered about nothing.
  const told = words.includes('{url}') || words.includes('{error}') ? [] : [`${facts.url}\u00a0: ${facts.error}`]
  return cutBytes([asked, ...told, rules[locale]].join('\n\n'), mostBytes)
}

function errorOf({ failure, status, locale }: Evidence): string {
  if (failure?.detail) return failure.kind === 'status' ? failure.detail : `${failure.kind} (${failure.detail})`
  if (failure) return failure.kind
  if (status !== undefined) return String(status)
  return locale === 'fr' ? 'inconnu' : 'unknown'
}

function cut(text: string, runes: number): string {
  const characters = [...text.toWellFormed()]
  return characters.length <= runes ? characters.join('') : characters.slice(0, runes).join('')
}

function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text)
  return bytes.length <= most
    ? text
    : bytes
        .subarray(0, most)
        .toString()
        .replace(/\ufffd+$/, '')
}

// What `POST /subscribe` and `DELETE /subscribe` ask for, in the one spelling in which it is kept; what cannot be taken is refused by field.

import { readSubject } from '../commands/subscriptions/subject.ts'
import { HttpProblem, UserError } from '../errors.ts'
import type { Subscription } from '../event.ts'
import type { SubscriptionWish } from '../integrations/integration.ts'
import type { Said } from '../text/locale.ts'

/** What is heard. */
export type About = Pick<Subscription, 'source' | 'subject'>

const wrong: Said = {
  fr: 'Cet abonnement ne peut pas être pris\u00a0: voir les champs.',
  en: 'This subscription cannot be taken: see the fields.',
}
const address: Said = {
  fr: 'une adresse http ou https, sans nom ni mot de passe, est attendue',
  en: 'an http or https address is expected, without a name or password',
}

/** @throws {HttpProblem} 422 */
export function readWish(wish: SubscriptionWish, sources: readonly { readonly name: string }[]): About {
  const source = sources.find(({ name }) => name === wish.source)?.name
  if (source === undefined) {
    const names = sources.map(({ name }) => name).join(', ')
    throw refused('source', {
      fr: `cette source n’existe pas\u00a0: il y a ${names}`,
      en: `there is no such source: there are ${names}`,
    })
  }
  const typed = source === 'personnage' ? nameOrGlobs(wish.subject) : wish.subject
  const subject = orRefused('subject', () => readSubject(typed, source))
  return { source, ...(subject === undefined ? {} : { subject }) }
}

/** A character's name is one subject, its spaces `_`, as chat takes it in quotes; globs of which some exclude are a list. */
const nameOrGlobs = (text = ''): string => (/(?:^|\s)!\S/u.test(text) ? text : text.trim().replace(/\s/gu, '_'))

/** In its one spelling. @throws {HttpProblem} 422 */
export function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw refused('url', address)
  url.hash = ''
  return url
}

/** What a person would be told is told of a field. @throws {HttpProblem} 422 */
export function orRefused<T>(field: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof UserError) throw refused(field, error.said)
    throw error
  }
}

export function refused(field: string, said: Said): HttpProblem {
  return new HttpProblem(422, wrong, undefined, { fields: [{ field, said }] })
}

// What is told of an event of `hook` on its card and in its card's thread.

import { expect, describe as group, it } from 'vitest'
import type { Json } from '../../../src/event.ts'
import { describe } from '../../../src/integrations/hook/describe.ts'
import { plain } from '../../../src/text/rich.ts'
import { draftOf } from '../../fakes/event.ts'

const lineOf = (data: Json, locale: 'fr' | 'en' = 'en') => {
  const facts = { type: 'deploy.step', source: 'ci', subject: 'Site', data }
  const event = { id: 'e1', ...draftOf({ source: 'hook', type: 'hook.deploy.step', card: 'c', data: facts }) }
  const { line } = describe(event, { locale, timeZone: 'Europe/Paris', now: 0 })
  return line === undefined ? undefined : plain(line)
}

group('the line in the thread of a card', () => {
  it('says what happened, not only to what', () => {
    expect(lineOf({ step: 'tests', left: 3 })).toBe('deploy.step · step: tests · left: 3')
    expect(lineOf({ étape: 'essais' }, 'fr')).toBe('deploy.step · étape\u00a0: essais')
    expect(lineOf({})).toBe('deploy.step')
  })

  it('is not written for a step of a bar', () => {
    const facts = { type: 'deploy.step', subject: 'Site', data: { progress: 40 }, progress: 40 }
    const event = { id: 'e1', ...draftOf({ source: 'hook', type: 'hook.deploy.step', card: 'c', data: facts }) }
    expect(describe(event, { locale: 'en', timeZone: 'Europe/Paris', now: 0 }).line).toBeUndefined()
  })
})

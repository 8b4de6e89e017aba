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

group('the whole in one line, as digests and phones say it', () => {
  const summaryOf = (facts: { [name: string]: Json }, template?: string) => {
    const event = { id: 'e1', ...draftOf({ source: 'hook', type: 'hook.order.paid', data: facts }) }
    const words = template === undefined ? {} : { template }
    return plain(describe(event, { locale: 'en', timeZone: 'Europe/Paris', now: 0, ...words }).summary)
  }
  const paid = { type: 'order.paid', source: '/shop', data: { total: 12, by: 'Ann', id: 7, more: 1 } }

  it('says what happened, not only to what: a digest counts what reads the same as one', () => {
    expect(summaryOf({ ...paid, subject: 'order 7' })).toBe('order 7 · order.paid · total: 12 · by: Ann · id: 7')
    expect(summaryOf(paid)).toBe('order.paid · total: 12 · by: Ann · id: 7')
    expect(summaryOf({ type: 'order.step', subject: 'order 7', progress: 40 })).toBe('order 7 · order.step · 40%')
    expect(summaryOf({ type: 'a.b', told: { title: 'Backup', text: '\n42 GB\nin all' } })).toBe('Backup · 42 GB')
    expect(summaryOf({ type: 'a.b', told: { title: '42 GB', text: '42 GB' } })).toBe('42 GB')
    expect(summaryOf({ type: 'a.b', told: {} })).toBe('a.b')
  })

  it('begins as the template does, where there is one', () => {
    const alert = { ...paid, subject: 'order 7' }
    expect(summaryOf(alert, '{{data.by}} paid {{data.total}}\\nfrom {{source}}')).toBe('order 7 · Ann paid 12')
    expect(summaryOf(alert, '\\nfrom {{source}}')).toBe('order 7 · from /shop')
    expect(summaryOf(paid, '\\n\\nfar below')).toBe('order.paid')
  })
})

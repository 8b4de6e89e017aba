// A description as a post, exactly (reference/cards.md; mattermost.md §0 rules 4, 14 and 17).

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Description } from '../../src/event.ts'
import { cutTo, renderPost, type Stamp } from '../../src/notifiers/mattermost-post.ts'
import { bold, code, item, own, type Rich, rich } from '../../src/text/rich.ts'

const stamp: Stamp = (offers) => ({ url: 'http://vigie/mattermost/action', context: { vigie: offers.length } })

const mergeRequest: Description = {
  title: rich`Merge Request #5: ${'Feature: Nouveau module'}`,
  url: 'http://git.example.org/taaf/projet-test-taaf/-/merge_requests/5',
  text: rich`${bold('Admin TAAF')} a ouvert une merge request`,
  fields: [
    { title: 'Projet', value: ['projet-test-taaf'], short: true },
    { title: 'Cible', value: [code('main')], short: true },
  ],
  color: '#00ff00',
  footer: 'GitLab · taaf/projet-test-taaf',
  summary: rich`Admin TAAF a ouvert la merge request #5 : ${'Feature: Nouveau module'}`,
  actions: [
    {
      kind: 'menu',
      label: 'Options…',
      options: [
        { verb: 'gitlab.mute', object: 'taaf/projet-test-taaf', label: 'Sourdine 1 h' },
        { verb: 'gitlab.why', object: 'e1', label: 'Pourquoi ce message ?' },
      ],
    },
    { kind: 'button', verb: 'gitlab.stop', object: 'x', label: 'Arrêter', style: 'danger' },
  ],
}

test('a card looks as it should', () => {
  expect(renderPost(mergeRequest, stamp)).toEqual({
    message: '',
    attachments: [
      {
        fallback: 'Admin TAAF a ouvert la merge request #5 : Feature: Nouveau module',
        color: '#00ff00',
        title: 'Merge Request #5: Feature: Nouveau module',
        title_link: 'http://git.example.org/taaf/projet-test-taaf/-/merge_requests/5',
        text: '**Admin TAAF** a ouvert une merge request',
        fields: [
          { title: 'Projet', value: 'projet-test-taaf', short: true },
          { title: 'Cible', value: '`main`', short: true },
        ],
        footer: 'GitLab · taaf/projet-test-taaf',
        actions: [
          {
            id: 'action0',
            name: 'Options…',
            type: 'select',
            options: [
              { text: 'Sourdine 1 h', value: '0' },
              { text: 'Pourquoi ce message ?', value: '1' },
            ],
            integration: { url: 'http://vigie/mattermost/action', context: { vigie: 2 } },
          },
          {
            id: 'action1',
            name: 'Arrêter',
            type: 'button',
            style: 'danger',
            integration: { url: 'http://vigie/mattermost/action', context: { vigie: 1 } },
          },
        ],
      },
    ],
  })
})

test('a title with a link is plain, one without is markdown', () => {
  const title = rich`${bold('x')} sur ${code('main')}`
  const common = { title, color: '#808080', summary: title }
  expect(renderPost({ ...common, url: 'http://git.example.org/' }, stamp).attachments[0]?.title).toBe('x sur main')
  expect(renderPost(common, stamp).attachments[0]?.title).toBe('**x** sur `main`')
})

test('a line alone is a message without card', () => {
  const line = rich`${bold('Claire')} a approuvé`
  expect(renderPost({ message: line, color: '#808080', summary: line }, stamp)).toEqual({
    message: '**Claire** a approuvé',
    attachments: [],
  })
})

test('what is too long is cut between its pieces: a code span is never left open', () => {
  const commits: Rich = Array.from({ length: 2000 }, (_, index) => item(rich`${code(`@all ${index}`)} ${'`@channel'}`))
  const told = cutTo(commits, 16_000)
  expect([...told].length).toBeLessThanOrEqual(16_000)
  expect(told.endsWith('…')).toBe(true)
  expect((told.match(/(?<!\\)`/g) ?? []).length % 2).toBe(0)
})

test('whatever is told, the post stays within the limits of Mattermost', () => {
  const words = fc.string({ unit: 'binary', maxLength: 20_000 })
  const text = fc.array(
    fc.oneof(
      words,
      words.map(code),
      words.map(bold),
      words.map((word) => item([word])),
    ),
    { maxLength: 20 },
  )
  const ids = Array.from({ length: 1000 }, (_, index) => `e${index}`.padEnd(20, 'x'))
  fc.assert(
    fc.property(text, words, (rich, word) => {
      const fields = Array.from({ length: 50 }, () => ({ title: word, value: rich, short: true }))
      const description = {
        message: rich,
        title: rich,
        text: rich,
        fields,
        footer: word,
        color: '#000000',
        summary: rich,
      }
      const post = renderPost(description, stamp)
      const props = { attachments: post.attachments, vigie: { events: ids, deliveries: ids } }
      expect([...post.message].length).toBeLessThanOrEqual(16_383)
      expect(Buffer.byteLength(JSON.stringify({ message: post.message, props }))).toBeLessThan(300_000)
    }),
    { numRuns: 30 },
  )
})

test('words of ours alone are told as they stand', () => {
  expect(cutTo(own('Panne de 14 min'), 100)).toBe('Panne de 14 min')
})

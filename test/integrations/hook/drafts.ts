// Events of `hook` with foreign words in every place that takes any.

import type { Draft } from '../../../src/event.ts'
import { readChatBody } from '../../../src/integrations/hook/chat-body.ts'
import { readStructured } from '../../../src/integrations/hook/cloud-event.ts'
import { createDrafts } from '../../../src/integrations/hook/draft.ts'
import { readPlain } from '../../../src/integrations/hook/plain.ts'

const draftOf = createDrafts({ now: () => 0, linkOrigins: new Set(['https://git.example.org']) })
const holder = { id: 'k1', name: 'ci', vigieAdmin: true }
const line = (words: string) =>
  words
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .toWellFormed()
    .slice(0, 900) || 'x'

/** Every kind of body with these words in every string that takes any. */
export function draftsWith(words: string): Draft[] {
  const one = line(words)
  const cloud = readStructured({
    specversion: '1.0',
    id: one,
    source: one,
    type: 'a.b',
    subject: one,
    vigiecard: one,
    data: { [words]: words, text: words, deep: { [words]: words } },
  })
  const form = readPlain({
    type: 'a.b',
    text: words || 'x',
    title: one,
    subject: one,
    severity: 'critical',
    progress: 50,
    fields: { [words.slice(0, 100) || 'x']: words.slice(0, 1000) },
  })
  const attachment = { title: words, text: words, pretext: words, footer: words, author_name: words, color: words }
  const chat = readChatBody('in', {
    text: words,
    username: words,
    channel: words,
    attachments: [{ ...attachment, fields: [{ title: words, value: words }] }, attachment],
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: words } }],
  })
  return [cloud, form.facts, chat, readChatBody('in', { [words]: words }), readChatBody('in', words)].map((facts) =>
    draftOf(facts, holder),
  )
}

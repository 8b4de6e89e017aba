// Mails with names that try to be more than a name, through a real server: who receives, which headers come out (threat T23).

import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { expect } from 'vitest'
import { rich } from '../../src/text/rich.ts'
import { neverStop } from '../contract/notifier.ts'
import { createMailServer } from '../fakes/mail-server.ts'
import { described, notifierOf, receiver, settingsOf } from './mail-stage.ts'

const headers = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
  'x-auto-response-suppress',
  'x-vigie-events',
]
const atOnce = 50
/** Threat T23: whatever the mail, it is read in less, by the clock of this thread alone. */
const readWithinMs = 50

const breaks = fc.constantFrom(
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\u2028',
  '\u0085',
  '\x0b',
  '=?utf-8?q?=0D=0A?=',
  '\r\n\r\n',
  '\r\n.\r\n',
)
const orders = fc.constantFrom(
  'Bcc: spy@evil.example',
  'RCPT TO:<spy@evil.example>',
  'To: spy@evil.example',
  'Content-Type: text/html',
  'From: <ceo@example.org>',
  'X-Extra: 1',
  '<spy@evil.example>',
  '"x" <spy@evil.example>, y@evil.example',
  ',spy@evil.example',
  'Subject: other',
  '--boundary',
  ' folded',
  '\tfolded',
  'QUIT',
)
export const hostileName = fc.oneof(
  fc.array(fc.oneof(breaks, orders, fc.string({ maxLength: 20 })), { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.tuple(fc.string({ maxLength: 10 }), breaks, orders).map((pieces) => pieces.join('')),
  // What made readers of addresses slow (CVE-2025-14874).
  fc.integer({ min: 1, max: 3000 }).map((depth) => `${'('.repeat(depth)}x`),
)

/** Sends so many, and looks at every one that was taken. */
export async function storm(count: number, { isTimed = false } = {}): Promise<void> {
  const server = await createMailServer({ hideSTARTTLS: true, maxClients: 2 * atOnce })
  const notifier = notifierOf(settingsOf(server.port))
  const names = fc.sample(hostileName, count)
  try {
    for (let from = 0; from < count; from += atOnce) {
      const some = names.slice(from, from + atOnce)
      server.mails.length = 0
      await Promise.all(some.map((name) => notifier.send(hostile(name), receiver, neverStop)))
      expect(server.mails).toHaveLength(some.length)
      for (const { from: sender, to, raw } of server.mails) {
        expect([sender, ...to]).toEqual(['vigie@example.org', receiver])
        const began = process.threadCpuUsage()
        const mail = await PostalMime.parse(raw)
        if (isTimed) expect(process.threadCpuUsage(began).user / 1000).toBeLessThan(readWithinMs)
        expect(mail.headers.map(({ key }) => key).sort()).toEqual(headers)
        expect([mail.from?.address, ...(mail.to ?? []).map(({ address }) => address)]).toEqual([
          'vigie@example.org',
          receiver,
        ])
        expect([mail.cc, mail.bcc, mail.attachments]).toEqual([undefined, undefined, []])
        expect(mail.subject?.startsWith('ALERTE : Indisponibilité du service')).toBe(true)
      }
    }
  } finally {
    await server.stop()
  }
}

const hostile = (name: string) =>
  described({
    subject: rich`ALERTE : Indisponibilité du service ${name}`,
    title: [name],
    text: [name],
    fields: [{ title: name, value: [{ code: name }], short: true }],
    footer: name,
    line: [name],
  })

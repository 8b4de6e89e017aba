// T24: what strangers, GitLab and Mattermost send cannot write a line of the log, nor a header of an answer. Records = lines, and every
// line is JSON without control characters.

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Log } from '../../src/event.ts'
import { createLog } from '../../src/log.ts'
import { heard, secrets, signed, startVigie, team, type Vigie } from './http-vigie.ts'

let vigie: Vigie
beforeAll(async () => {
  vigie = await startVigie({ TRUST_PROXY: 'loopback' })
})
afterAll(() => vigie.stop())

const nasty = [
  '\r\n',
  '\n',
  '\r',
  '\x1b[2J',
  '\x1b]0;x\x07',
  '\u2028',
  '\u2029',
  '\0',
  '\x7f',
  '\x85',
  '\x9b',
  '\ud800',
  '\udfff',
  '\ufeff',
  '"',
  '\\',
  '{"level":"fatal"}',
  '%0d%0a',
  '%1b',
  'é',
  '😀',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 8 })
  .map((parts) => parts.join(''))

function expectSound(from: number): void {
  const lines = vigie.lines.slice(from)
  for (const line of lines) {
    expect(line.endsWith('\n')).toBe(true)
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), msg: expect.any(String) })
  }
  expect(vigie.lines).toHaveLength(vigie.records())
}

it('every field of an event, every user name', async () => {
  const from = vigie.lines.length
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (words, more) => {
      const body = JSON.stringify({
        object_kind: 'issue',
        event_type: words,
        user: { name: words, username: more },
        project: { id: 1, name: more, path_with_namespace: `a/${words}`, web_url: `https://git.example.org/${more}` },
        object_attributes: { title: words, action: 'open', url: more, state: more },
        [words]: more,
      })
      await fetch(`${vigie.url}/webhook/gitlab`, { method: 'POST', headers: signed(body), body })
    }),
    { numRuns: 150 },
  )
  expect(vigie.lines.length - from).toBeGreaterThanOrEqual(150)
  expectSound(from)
})

it('every field of a press, a form and a command', async () => {
  const from = vigie.lines.length
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (words, more) => {
      const json = { 'content-type': 'application/json' }
      const press = {
        user_id: words,
        channel_id: more,
        post_id: words,
        context: { vigie: more, selected_option: words },
      }
      const form = { user_id: words, channel_id: more, state: words, submission: { [words]: more } }
      for (const [path, body] of [
        ['action', press],
        ['dialog', form],
        ['action', words],
      ] as const)
        await fetch(`${vigie.url}/mattermost/${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })
      const command = {
        token: secrets.command,
        team_id: team,
        channel_id: more,
        user_id: words,
        command: '/vigie',
        text: words,
      }
      await fetch(`${vigie.url}/mattermost/command`, { method: 'POST', body: new URLSearchParams(command) })
    }),
    { numRuns: 50 },
  )
  expect(vigie.lines.length - from).toBeGreaterThanOrEqual(100)
  expectSound(from)
})

it('every byte of an address and of headers, and answers give none of them back in theirs', async () => {
  const from = vigie.lines.length
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (words, more) => {
      const canary = `canary${words}`
      const lines = [
        `POST /webhook/gitlab?${canary} HTTP/1.1`,
        'host: v',
        `x-forwarded-for: ${canary}, 192.0.2.1${more}`,
        `x-gitlab-token: ${canary}`,
        `x-gitlab-event: ${more}`,
        `accept-language: ${canary}`,
        `origin: ${canary}`,
        `webhook-id: ${canary}`,
        'connection: close',
        '',
        '',
      ]
      for (const path of ['/webhook/gitlab', `/${canary}`, '/metrics', '/health']) {
        const socket = await vigie.connect()
        const answer = heard(socket)
        const said = lines.join('\r\n').replace('/webhook/gitlab', path)
        socket.write(Buffer.from(path === '/metrics' ? said.replace('POST', 'GET') : said, 'latin1'))
        const [head = ''] = (await answer).split('\r\n\r\n')
        expect(head).toMatch(/^HTTP\/1\.1 \d{3} [A-Za-z -]+(\r\n[a-z-]+: [\x20-\x7e]+)*$/i)
        expect(head).not.toContain('canary')
      }
    }),
    // Most of the others are no HTTP, and end before there is anything to log.
    { numRuns: 50, examples: [['plain', 'words']] },
  )
  expect(vigie.lines.length).toBeGreaterThan(from)
  expectSound(from)
})

it('every name, value, error and message that is ever logged', () => {
  const lines: string[] = []
  const log: Log = createLog({ level: 'debug', write: (line) => lines.push(line), secrets: () => ['secret-canary'] })
  let records = 0
  fc.assert(
    fc.property(hostile, hostile, fc.anything(), (words, more, value) => {
      records += 3
      log.info({ [words]: more, value: { [more]: words }, words: [words] }, more)
      log.error(
        { error: Object.assign(new Error(words, { cause: new Error(more) }), { code: more }), err: new Error(more) },
        words,
      )
      log.warn({ value: typeof value === 'bigint' ? String(value) : value }, words)
    }),
    { numRuns: 500 },
  )
  expect(lines).toHaveLength(records)
  for (const line of lines) {
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u)
    expect(() => JSON.parse(line)).not.toThrow()
  }
})

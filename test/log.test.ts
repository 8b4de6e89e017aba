import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLog } from '../src/log.ts'

function logged(secrets: string[], write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  write(createLog({ level: 'debug', write: (line) => lines.push(line), secrets: () => secrets }))
  return lines
}

it('writes one JSON record a line, with its level and time', () => {
  const [line = ''] = logged([], (log) => log.warn({ channel: 'town' }, 'gone'))
  expect(JSON.parse(line)).toMatchObject({
    level: 'warn',
    msg: 'gone',
    channel: 'town',
    time: expect.stringMatching(/^\d{4}-/),
  })
})

it('keeps any text on its line, without raw control characters (T24)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const lines = logged([], (log) => log.info({ text }, text))
      expect(lines).toHaveLength(1)
      expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(JSON.parse(lines[0] ?? '').msg).toBe(text.toWellFormed())
    }),
  )
})

it('cuts known secrets out of whatever a record carries, also encoded (T25)', () => {
  const secret = 'canary-secret/+"x'
  const lines = logged([secret], (log) => {
    log.error(
      { error: new Error(`refused ${secret}`), url: `http://x/?t=${encodeURIComponent(secret)}` },
      `token ${secret}`,
    )
    log.info({ basic: Buffer.from(secret).toString('base64') }, 'sent')
  })
  const whole = lines.join('')
  expect(whole).not.toContain('canary-secret')
  expect(whole).not.toContain(Buffer.from(secret).toString('base64'))
  expect(whole).toContain('[secret]')
})

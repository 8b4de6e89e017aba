// What may be named to be watched (interface.md, "/monitor"), and what is refused in words (threats T14, T17).

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../../src/errors.ts'
import { type CheckedType, readTarget } from '../../../../src/integrations/monitor/guard/target.ts'

function refusal(words: string, type?: CheckedType): string {
  try {
    return `accepted as ${readTarget(words, type).target}`
  } catch (error) {
    if (error instanceof UserError) return error.in('fr')
    throw error
  }
}

/** What targets are made of, and what is slipped into them. */
const piece = fc.constantFrom(
  ...['http://', 'https://', 'HTTP:', 'file:///', 'a', 'www.', 'example', '.org', 'é', 'ß', ':80', ':0', ':', '/', '@'],
  ...[
    '\\',
    '[',
    ']',
    '::1',
    '127.1',
    '0x7f.1',
    '%31',
    '%0a',
    '?',
    '#',
    ' ',
    '\n',
    '。',
    '１',
    '.',
    '..',
    '-',
    '_',
    '*',
    '\u200b',
  ],
)

describe('a target', () => {
  test.each([
    ['https://example.org', 'http', 'https://example.org/', 'example.org', 443],
    [
      'HTTP://Example.ORG:8080/a b?x#y'.replace(' ', '%20'),
      'http',
      'http://example.org:8080/a%20b?x',
      'example.org',
      8080,
    ],
    ['https://example.org./', 'http', 'https://example.org/', 'example.org', 443],
    ['https://münchen.example/', 'http', 'https://xn--mnchen-3ya.example/', 'xn--mnchen-3ya.example', 443],
    ['http://2130706433/', 'http', 'http://127.0.0.1/', '127.0.0.1', 80],
    ['http://[0:0::1]:81/', 'http', 'http://[::1]:81/', '::1', 81],
    ['example.org:5432', 'tcp', 'example.org:5432', 'example.org', 5432],
    ['[FD00::2]:22', 'tcp', '[fd00::2]:22', 'fd00::2', 22],
    ['Example.org.:22', 'tcp', 'example.org:22', 'example.org', 22],
    ['127.1:22', 'tcp', '127.0.0.1:22', '127.0.0.1', 22],
  ])('%s is %s', (words, type, target, host, port) => {
    expect(readTarget(words)).toEqual({ type, target, endpoint: { host, port } })
  })

  test('is a name for the name servers when it has no port', () => {
    expect(readTarget('_Dmarc.Example.org.')).toEqual({
      type: 'dns',
      target: '_dmarc.example.org',
      endpoint: undefined,
    })
  })

  test('of a certificate may leave the port out', () => {
    expect(readTarget('example.org', 'tls').target).toBe('example.org:443')
    expect(readTarget('[::1]', 'tls').target).toBe('[::1]:443')
    expect(readTarget('example.org:993', 'tls').target).toBe('example.org:993')
  })

  test.each([
    'file:///etc/passwd',
    'FILE:/etc/passwd',
    'gopher://example.org:70/_x',
    'ftp://example.org/',
    'data:text/html,x',
    'javascript:alert(1)',
    'view-source:http://example.org/',
    'jar:http://example.org!/',
    'ws://example.org/',
    'ldap://example.org',
    'mailto:a@example.org',
    'blob:https://example.org/1',
    'about:blank',
    '//example.org/',
  ])('is refused for its scheme: %s', (words) => {
    expect(refusal(words)).toContain('seules les adresses')
    expect(refusal(words, 'http')).toContain('seules les adresses')
  })

  test.each([
    'http://example.org/\r\nHost: x',
    'http://example.org/\nfile:///etc/passwd',
    'http://exam\tple.org/',
    'http://example.org/ HTTP/1.1',
    'example.org\r\n:22',
    'http://example.org/\u2028x',
    'http://example.org/\u0000',
  ])('is refused for what breaks a line: %j', (words) => {
    expect(refusal(words)).toContain('retour à la ligne')
  })

  test.each([
    'http://example.org/%0d%0aX:1',
    'http://example.org/%0D',
    'https://example.org/a?b=%0A',
    'http://e.org/%00',
  ])('is refused for a hidden line break: %s', (words) => {
    expect(refusal(words)).toContain('caché')
  })

  test.each([
    'http://user@example.org/',
    'https://user:word@example.org/',
    'https://@example.org/',
    'user@example.org:22',
  ])('is refused for a login: %s', (words) => {
    expect(refusal(words)).toMatch(/nom d’utilisateur|seules/)
  })

  test.each([
    'http://',
    'https://:80/',
    'http:example.org',
    'http:/example.org',
    'http:///example.org',
    'http://example.org:0/',
    'http://example.org:65536/',
    'http://exa mple.org'.replace(' ', '<'),
    'http://example..org/',
    'http://[fe80::1%25eth0]/',
    'http://[::1/',
    'http://1.2.3.4.5/',
    'http://300.1.1.1/',
    'http://example.org\\@127.0.0.1/',
    `http://${'a'.repeat(64)}.example/`,
    'http://*.example.org/',
  ])('is refused as no address: %s', (words) => {
    expect(refusal(words)).toContain('n’est pas une adresse complète')
  })

  test.each([
    ':80',
    'example.org:0',
    'example.org:65536',
    'example.org:99999',
    '::1:22',
    '[::1]',
    '[::1',
    '[fe80::1%25eth0]:22',
  ])('is refused as no place to connect to: %s', (words) => {
    expect(refusal(words, 'tcp')).toContain('où se connecter')
  })

  test.each(['127.0.0.1', 'example.org:80', 'a..b', 'exa*mple.org', '::1', `${'a.'.repeat(130)}org`])(
    'is refused as no name: %s',
    (words) => {
      expect(refusal(words, 'dns')).toContain('DNS')
    },
  )

  test('is refused when it is missing or endless', () => {
    expect(refusal('   ')).toContain('Il manque')
    expect(refusal(`https://example.org/${'x'.repeat(2000)}`)).toContain('trop longue')
  })

  test('is read or refused in both languages, whatever is typed, and stays as it is once read', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary-ascii' }),
          fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        ),
        fc.constantFrom<(CheckedType | undefined)[]>(undefined, 'http', 'tcp', 'dns', 'tls'),
        (words, type) => {
          try {
            const { target, type: found } = readTarget(words, type)
            expect(readTarget(target, found).target).toBe(target)
          } catch (error) {
            if (!(error instanceof UserError)) throw error
            expect(error.in('fr').length * error.in('en').length).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})

// T10: what compares secrets does it by digests in constant time, and nothing else does. Reads source text; a lint that knows where
// secrets are shown.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../../src', import.meta.url))
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith(`sandbox${sep}`))
  .map((path) => ({
    path: relative('.', path).split(sep).join('/'),
    code: codeOf(readFileSync(join(source, path), 'utf8')),
  }))

/** Without comments, and with every string and template's own words emptied. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*$/gm, '')
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, (word) => (word.length === 2 ? "''" : "'…'"))
}

/** Where a caller's secret is held against ours: all of them, and what in them names a secret. */
const rooms: readonly string[] = [
  'bot/command-token.ts',
  'bot/provision-reach.ts',
  'integrations/gitlab/hooks/own.ts',
  'integrations/gitlab/verify.ts',
  'integrations/nextcloud/webhook/proof.ts',
  'standard-webhooks.ts',
  'web/keys.ts',
  'web/metrics.ts',
]

/** A word that holds a secret, or what proves one. */
const secretWord = String.raw`(?:\w*(?:[tT]oken|[sS]ecret|[sS]ignature|[pP]assword|[dD]igest|[pP]roof|[hH]mac)s?|given|expected|header|authorization|known)`
/** It, what is read from it, and calls on it. */
const operand = String.raw`\b${secretWord}(?:\??\.\w+|\[[^\]]*\]|\([^()]*\))*`
const shown = String.raw`\w*\.reveal\(\)`
const secret = `(?:${operand}|${shown})`
const looks = '(?:has|includes|indexOf|lastIndexOf|startsWith|endsWith|localeCompare|search|match|equals|compare)'

const banned: readonly (readonly [string, RegExp])[] = [
  ['compares a secret with ===', new RegExp(`${secret}\\s*[!=]==?`)],
  ['compares a secret with ===', new RegExp(`[!=]==?\\s*${secret}`)],
  ['looks a secret up', new RegExp(`\\.${looks}\\(\\s*${secret}`)],
  ['looks into a secret', new RegExp(`${secret}\\.${looks}\\(`)],
  ['compares buffers in their order', /\bBuffer\.compare\(|\.equals\(/],
  ['stops at the first that fits', /\.(?:some|find|findIndex|every)\(.*timingSafeEqual/],
]

/** How long a list is, or whether something is there at all, tells nothing of a secret. */
const harmless = (line: string): string =>
  line
    .replace(/\b[\w.()]+\.(?:length|size)\b/g, '0')
    .replace(/(?:typeof )?[\w.?()[\]]+ [!=]==? (?:undefined\b|null\b|true\b|false\b|\d+|'…'(?=\s|\)|$)|'')/g, 'true')

/** Of what was proven already, asked by ourselves. */
const allowed = ['heard: (token) => heard.has(token),']

const faultsOf = (code: string): string[] =>
  code
    .split('\n')
    .filter((line) => !allowed.includes(line.trim()))
    .map(harmless)
    .flatMap((line) => banned.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${what}: ${line.trim()}`))

describe('what compares secrets', () => {
  it('is all known', () => {
    const comparing = files.filter(({ code }) => code.includes('timingSafeEqual('))
    expect(comparing.map(({ path }) => path).toSorted()).toEqual(rooms)
  })

  it.each(rooms)('does it in constant time alone: %s', (room) => {
    const code = files.find(({ path }) => path === room)?.code ?? ''
    expect(faultsOf(code)).toEqual([])
    // It throws on unequal lengths: digests have one length.
    for (const [, args] of code.matchAll(/timingSafeEqual\(((?:[^()]|\([^()]*(?:\([^()]*\))?[^()]*\))*)\)/g))
      expect(args, room).toMatch(/digest|expected|given/)
  })

  it('is nowhere else: a secret that is shown is never compared', () => {
    const others = files.filter(({ path }) => !rooms.includes(path))
    const pattern = new RegExp(
      `${shown}\\s*[!=]==?|[!=]==?\\s*${shown}(?!\\.)|\\.(?:has|includes|indexOf)\\(\\s*${shown}\\s*\\)`,
    )
    const comparing = others.flatMap(({ path, code }) =>
      code
        .split('\n')
        .filter((line) => pattern.test(harmless(line)))
        .map((line) => `${path}: ${line.trim()}`),
    )
    expect(comparing).toEqual([])
  })

  it('is where credentials are read from headers', () => {
    const readers = files.filter(({ path }) =>
      /x-gitlab-token|webhook-signature|headers\.authorization/.test(readFileSync(join(source, path), 'utf8')),
    )
    // These send them, tell of them, or hand the header on to what compares it.
    const sending = [
      'bot/http.ts',
      'cli/demo.ts',
      'integrations/gitlab/probe.ts',
      'integrations/hook/routes.ts',
      'notifiers/webhook.ts',
      'web/api/openapi.ts',
      'web/api/words.ts',
    ]
    const compare = readers.map(({ path }) => path).filter((path) => !sending.includes(path))
    expect(compare.filter((path) => !rooms.includes(path))).toEqual([])
  })
})

describe('the lint', () => {
  it.each([
    'if (token === given) return true',
    'return secret.reveal() === header',
    'return known.has(token)',
    'return tokens.includes(request.token)',
    'if (given !== digest(secret)) throw no',
    'if (header.startsWith(token)) return',
    'return tokens.indexOf(given) >= 0',
    'return a.equals(b)',
    'return secrets.some((one) => timingSafeEqual(one, given))',
    'if (expected[0] != given[0]) return',
    'const fits = one.reveal() == x',
  ])('finds %s', (line) => {
    expect(faultsOf(line)).not.toEqual([])
  })

  it.each([
    'if (token === undefined) return',
    "const given = digest(header ?? '')",
    'return timingSafeEqual(digest(secret), given)',
    'return known.length > 0 && given.length === 2',
    "return typeof token === '…'",
    "if (!signature || expected === '') return",
  ])('lets %s be', (line) => {
    expect(faultsOf(line)).toEqual([])
  })
})

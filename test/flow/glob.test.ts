import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlobs } from '../../src/flow/glob.ts'

const verdict = (globs: string | undefined, subject: string | undefined) => compileGlobs(globs).judge(subject)

describe('globs on subjects', () => {
  test.each([
    ['acme', 'acme', 'matches'],
    ['acme', 'acme-evil', 'misses'],
    ['acme', 'acme/site', 'misses'],
    ['acme/**', 'acme-evil/site', 'misses'],
    ['acme/**', 'acme', 'matches'],
    ['acme/**', 'acme/a/b/c', 'matches'],
    ['acme/*', 'acme/a', 'matches'],
    ['acme/*', 'acme/a/b', 'misses'],
    ['acme/*', 'acme', 'misses'],
    ['*', 'acme', 'matches'],
    ['*', 'acme/site', 'misses'],
    ['**', 'acme/site', 'matches'],
    ['**/site', 'acme/web/site', 'matches'],
    ['**/site', 'site', 'matches'],
    ['acme/**/site', 'acme/site', 'matches'],
    ['acme/s?te', 'acme/site', 'matches'],
    ['acme/s?te', 'acme/ste', 'misses'],
    ['acme/.hidden', 'acme/.hidden', 'matches'],
    ['acme/*', 'acme/.hidden', 'matches'],
    ['ACME/Site', 'acme/site', 'matches'],
    ['acme/site', 'Acme/SITE', 'matches'],
    ['acme/a acme/b', 'acme/b', 'matches'],
    ['acme/** !acme/old/**', 'acme/old/x', 'excluded'],
    ['acme/** !acme/old/**', 'acme/older/x', 'matches'],
    ['!acme/old/**', 'acme/new', 'matches'],
    ['!acme/old/**', 'acme/old', 'excluded'],
    [undefined, 'acme/site', 'matches'],
    ['', 'acme/site', 'matches'],
  ])('%s and %s: %s', (globs, subject, expected) => {
    expect(verdict(globs, subject)).toBe(expected)
  })

  test('what is no wildcard stands for itself', () => {
    for (const glob of ['a/{b,c}', 'a/[bc]', 'a/(b|c)', 'a/+(b)', 'a/b+', 'a/.', '\\*', 'a/@(b)', 'a/b$', '^a'])
      expect([glob, verdict(glob, 'a/b')]).toEqual([glob, 'misses'])
    expect(verdict('a/c++', 'a/c++')).toBe('matches')
    expect(verdict('a/(b)', 'a/(b)')).toBe('matches')
  })

  test('an event without subject is matched by ** and by nothing else said', () => {
    expect(verdict('**', undefined)).toBe('matches')
    expect(verdict(undefined, undefined)).toBe('matches')
    expect(verdict('!acme/**', undefined)).toBe('matches')
    expect(verdict('acme ** ', undefined)).toBe('matches')
    expect(verdict('*', undefined)).toBe('misses')
    expect(verdict('**/site', undefined)).toBe('misses')
  })

  test('branches keep their case', () => {
    expect(compileGlobs('Main', { caseMatters: true }).judge('main')).toBe('misses')
    expect(compileGlobs('release/*', { caseMatters: true }).judge('release/1')).toBe('matches')
  })

  test('a glob made to take for ever does not', () => {
    expect(verdict(`${'*a'.repeat(60)}b`, 'a'.repeat(5000))).toBe('misses')
    expect(verdict(`${'**/a/'.repeat(200)}b`, 'a/'.repeat(2000))).toBe('misses')
  })

  test('it says what the definition says, word by word', () => {
    const piece = fc.constantFrom('a', 'b', 'ab', 'aba', '*', '**', 'a*', '*b', 'a*a', '?', 'a?')
    const name = fc.constantFrom('a', 'b', 'ab', 'ba', 'aba', 'abba', 'aa')
    const globs = fc.array(piece, { minLength: 1, maxLength: 5 })
    const paths = fc.array(name, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(globs, paths, (glob, path) => {
        expect(verdict(glob.join('/'), path.join('/')) === 'matches').toBe(matchesByDefinition(glob, path))
      }),
      { numRuns: 3000 },
    )
  })

  test('an index finds a glob under every beginning of what it matches', () => {
    const piece = fc.constantFrom('a', 'b', 'ab', '*', '**', 'a*')
    const name = fc.constantFrom('a', 'b', 'ab', 'aa')
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        (glob, path) => {
          const globs = compileGlobs(glob.join('/'))
          fc.pre(globs.judge(path.join('/')) === 'matches')
          const beginnings = path.map((_, index) => path.slice(0, index + 1).join('/'))
          expect(globs.beginnings.every((beginning) => ['', ...beginnings].includes(beginning))).toBe(true)
        },
      ),
    )
  })
})

/** The plain recursion, which may take for ever on long globs. */
function matchesByDefinition(glob: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = glob
  if (first === undefined) return path.length === 0
  if (first === '**') return path.concat('').some((_, skipped) => matchesByDefinition(rest, path.slice(skipped)))
  const [segment, ...others] = path
  return segment !== undefined && matchesWord(first, segment) && matchesByDefinition(rest, others)
}

function matchesWord(glob: string, word: string): boolean {
  if (glob === '') return word === ''
  if (glob.startsWith('*')) return [...word, ''].some((_, skipped) => matchesWord(glob.slice(1), word.slice(skipped)))
  return word !== '' && (glob[0] === '?' || glob[0] === word[0]) && matchesWord(glob.slice(1), word.slice(1))
}

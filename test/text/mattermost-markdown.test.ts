import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeSpan, toMattermost } from '../../src/text/mattermost-markdown.ts'
import { bold, code, link, type Rich, rich } from '../../src/text/rich.ts'
import { hostileString, hostileWords } from './hostile.ts'
import { effectsOf } from './mattermost-reading.ts'

describe('the model of how Mattermost reads a post', () => {
  it.each([
    ['hello @all', 'mention @all'],
    ['&#64;all', 'mention @all'],
    ['[x](https://a.example)', 'link https://a.example'],
    ['![x](https://a.example)', 'image x'],
    ['# title', 'block heading_open'],
    [':smile:', 'emoji :smile:'],
  ])('sees what %s does', (post, effect) => {
    expect(effectsOf(post)).toContain(effect)
  })
})

describe('foreign words in a Mattermost post', () => {
  it.each(hostileWords)('do nothing as plain words: %j', (words) => {
    expect(effectsOf(toMattermost([words]))).toEqual([])
  })

  it.each(hostileWords)('do nothing in a code span: %j', (words) => {
    expect(effectsOf(toMattermost([code(words)]))).toEqual([])
  })

  it('do nothing, whatever they are, in every place a card has for them', () => {
    const ours = 'https://gitlab.example.org/c/1'
    const places: readonly ((words: string) => Rich)[] = [
      (words) => [words],
      (words) => [code(words)],
      (words) => rich`${bold(words)} a poussé sur ${bold(words)} (branche ${code(words)})`,
      (words) => rich`${link(ours, [code('da156088')])} ${words}${{ own: '\n' }}${link(ours, [code(words)])} ${words}`,
      (words) => rich`Projet\u00a0: ${words}\n${words}\n${words}`,
      (words) => rich`${words}: ${words} (${words}), ${words}! ${words}'s ${words}`,
      (words) => rich`[${words}] **${words}** ${words}… ${words}-${words}`,
    ]
    fc.assert(
      fc.property(hostileString, fc.constantFrom(...places), (words, place) => {
        const effects = effectsOf(toMattermost(place(words)))
        expect(effects.filter((effect) => effect !== `link ${ours}`)).toEqual([])
      }),
      { numRuns: 5000 },
    )
  })

  it('stay as they are where they could do nothing', () => {
    for (const words of [
      'feat: ajout du module de congés',
      'fix(api)!: 3 < 4, a_b_c 10:30 (50 %)',
      'C:\\temp',
      'Étape n°1',
    ])
      expect(toMattermost([words])).toBe(words)
  })

  it('never end a link of ours somewhere else', () => {
    const foreign = toMattermost([link('https://gitlab.example.org/c/1', [code('da156088')]), ' x](evil.example)'])
    expect(foreign).not.toContain('](evil')
  })
})

describe('a code span', () => {
  it('keeps backticks inside by a longer fence', () => {
    expect(codeSpan('a``b')).toBe('``` a``b ```')
    expect(codeSpan('`')).toBe('`` ` ``')
  })

  it('takes any number of backticks', () => {
    expect(codeSpan('`a'.repeat(200_000))).toMatch(/^`` `a/)
  })

  it('is nothing where there is nothing to show', () => {
    expect(codeSpan(' \n ')).toBe('')
  })
})

describe('a link', () => {
  it('is made only to web addresses without credentials', () => {
    for (const address of ['javascript:alert(1)', 'https://a:b@gitlab.example.org/', 'ftp://gitlab.example.org/', 'x'])
      expect(toMattermost([link(address, 'words')])).toBe('words')
  })

  it('loses its address rather than hold a bracket that would end it', () => {
    expect(toMattermost([link('https://gitlab.example.org/', [code('v1](evil.example)')])])).toBe(
      '`v1]\u200b(evil.example)`',
    )
  })

  it('encodes what would end its address', () => {
    expect(toMattermost([link('https://gitlab.example.org/a(b)"c', 'x')])).toBe(
      '[x](https://gitlab.example.org/a%28b%29%22c)',
    )
  })
})

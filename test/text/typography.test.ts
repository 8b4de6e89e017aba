// French as it is printed: U+202F before `; ! ?`, U+00A0 before `:` and inside « », ’ for the apostrophe, in everything people read.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { frenchOf, hole } from './french.ts'

const root = join(import.meta.dirname, '..', '..')
const files = globSync('{src,docker}/**/*.{ts,js,mjs}', { cwd: root })

/** What must not stand in a French text. */
const faults: readonly (readonly [string, RegExp])[] = [
  ['no U+202F before ; ! ?', /(?:[ \u00a0]|[\p{L}\d)»`*\ufffc])[;!?](?=[\s\ufffc)»…]|$)/u],
  ['no U+00A0 before :', /(?:[ \u202f]|(?<!:[\w+-]*)[\p{L}\d)»`*\ufffc]):(?=[\s\ufffc]|$)/u],
  ['no U+00A0 inside « »', /«(?!\u00a0)|(?<!\u00a0)»/u],
  ['a straight apostrophe', /\p{L}'[\p{L}\ufffc`«]/u],
]

/** A commit's title in English form (`fix: …`) is data, not a sentence of ours. */
const isCommitTitle = (text: string): boolean => /^(?:feat|fix|docs): /.test(text)

function faultsOf(texts: readonly string[]): string[] {
  return texts
    .filter((text) => !isCommitTitle(text))
    .flatMap((text) => faults.filter(([, wrong]) => wrong.test(text)).map(([what]) => `${what} — ${text}`))
}

describe('French', () => {
  it('is written with its spaces and apostrophes in every file', () => {
    const found = [...files, 'bin/vigie'].flatMap((file) => {
      const texts = frenchOf(readFileSync(join(root, file), 'utf8'), file.endsWith('.ts') ? 'ts' : 'js')
      return faultsOf(texts).map((fault) => `${file}: ${fault}`)
    })
    expect(found).toEqual([])
  })

  it('is found in the source in hundreds', () => {
    const found = files.flatMap((file) =>
      frenchOf(readFileSync(join(root, file), 'utf8'), file.endsWith('.ts') ? 'ts' : 'js'),
    )
    expect(found.length).toBeGreaterThan(500)
  })

  // `#{x}` stands for an interpolation.
  it.each([
    ["{ fr: 'Statut : x' }", 'no U+00A0 before :'],
    ["{ fr: { a: 'Statut: x', en: 'State : x' } }", 'no U+00A0 before :'],
    ["locale === 'fr' ? `Vrai ?` : `True ?`", 'no U+202F before ; ! ?'],
    ["locale === 'fr' ? rich`Dire #{x}\u00a0?` : 0", 'no U+202F before ; ! ?'],
    ['say(`pas « #{x} »`)', 'no U+00A0 inside « »'],
    ['say("il n\'y a pas de canal")', 'a straight apostrophe'],
    ["{ fr: `d'#{x}` }", 'a straight apostrophe'],
  ])('is read and judged: %s', (source, fault) => {
    const found = faultsOf(frenchOf(`f(${source.replaceAll('#', '$')})`, 'ts'))
    expect(found.map((one) => one.split(' — ')[0])).toEqual([fault])
  })

  it('is left alone where it is right, and so are English and code', () => {
    const right = 'Option\u00a0: #{x}\u202f? «\u00a0a\u00a0»\u202f; !renovate, l’un :tada: http://x'
    const source = `f({ fr: \`${right}\`, en: \`It's: #{y}; done!\` }, 'a : b', '--x ?')`.replaceAll('#', '$')
    expect(frenchOf(source, 'ts')).toEqual([right.replace('#{x}', hole)])
    expect(faultsOf(frenchOf(source, 'ts'))).toEqual([])
  })
})

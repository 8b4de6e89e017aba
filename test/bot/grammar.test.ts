// The words people type (interface.md, "What people type").

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findForm, readWords } from '../../src/bot/grammar.ts'
import { tokenize } from '../../src/bot/tokens.ts'
import type { Command, Form } from '../../src/commands/command.ts'
import { UserError } from '../../src/errors.ts'
import { nearest } from '../../src/text/suggest.ts'
import { typedName } from '../../src/text/typed.ts'

const words = (text: string) => tokenize(text).map((token) => token.text)

describe('words', () => {
  it.each([
    ['plain words', 'add  boutique\tmaintenant', ['add', 'boutique', 'maintenant']],
    ['an apostrophe inside a word is a letter', "c'est l'heure d'y aller", ["c'est", "l'heure", "d'y", 'aller']],
    ['an apostrophe at the start of a word opens a quote', "'deux mots' trois", ['deux mots', 'trois']],
    ['an apostrophe inside such a quote does not close it', "'c'est l'heure' oui", ["c'est l'heure", 'oui']],
    ['an apostrophe without a partner is a letter', "'tis late", ["'tis", 'late']],
    ['straight quotes', 'a "b c" d', ['a', 'b c', 'd']],
    ['an empty quote is an empty word', 'a "" b', ['a', '', 'b']],
    ['curly quotes', 'a “b c” d', ['a', 'b c', 'd']],
    ['low and high quotes', 'a „b c“ „d e”', ['a', 'b c', 'd e']],
    ['French quotes lose their inner spaces', '«\u00a0à faire\u202f» «vu»', ['à faire', 'vu']],
    ['other quotes keep theirs', '" a "', [' a ']],
    ['one quote within another', '« il dit "non" » “l\'un”', ['il dit "non"', "l'un"]],
    ['a straight quote written twice is one of the words', `"le ""grand"" «J»” 'x'" b`, [`le "grand" «J»” 'x'`, 'b']],
    ['such quotes at both ends', '"""a""" """" ""', ['"a"', '"', '']],
    ['two quotes that leave one open are as they stand', '"a"" b', ['a"', 'b']],
    ['a folder of Windows keeps its backslashes', '"C:\\temp\\" "D:\\" C:\\a', ['C:\\temp\\', 'D:\\', 'C:\\a']],
    ['a quote after a flag’s =, written twice', '--label="a ""b"""', ['--label=a "b"']],
    ['a channel keeps its #', '#canal ~autre', ['#canal', '~autre']],
    ['an address keeps its & and ?', 'https://x.example/?a=1&b=2#c', ['https://x.example/?a=1&b=2#c']],
    ['new lines are spaces', 'a\nb\r\nc\u2028d', ['a', 'b', 'c', 'd']],
    ['no-break spaces are spaces', 'a\u00a0b\u202fc', ['a', 'b', 'c']],
    ['a long dash before a word is two', '—events push –branch main', ['--events', 'push', '--branch', 'main']],
    ['a long dash alone, or before a number, is itself', 'a — b –5 pages', ['a', '—', 'b', '–5', 'pages']],
    ['a long dash within a word is itself', 'Paris–Lyon', ['Paris–Lyon']],
    ['a quote after a flag’s =', '--label="à faire" —label=«\u00a0vu »', ['--label=à faire', '--label=vu']],
    ['a quote within a word is itself', '5" path="x', ['5"', 'path="x']],
    ['nothing', ' \n ', []],
  ])('%s', (_, text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it('says which quote is never closed', () => {
    expect(() => words('a "b c')).toThrow(UserError)
    expect(() => words('a «b c')).toThrow('`«` is never closed')
  })

  it('reads back any words that were quoted', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ab "\'#&-—=!«é') }).filter((text) => !text.includes('”'))
    fc.assert(
      fc.property(fc.array(word), (all) => {
        expect(words(all.map((one) => `“${one}”`).join(' '))).toEqual(all)
      }),
    )
  })

  const letter = fc.constantFrom(...'ab "\'\\#&-—=!«»“”„é')

  it('reads back any words in straight quotes, theirs doubled', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: letter })), (all) => {
        expect(words(all.map((one) => `"${one.replaceAll('"', '""')}"`).join(' '))).toEqual(all)
      }),
    )
  })

  it('reads back any name as we print it', () => {
    const name = fc.string({ unit: letter }).map((text) => text.trim())
    fc.assert(
      fc.property(fc.array(name.filter((text) => text !== '')), (all) => {
        expect(words(all.map(typedName).join(' '))).toEqual(all)
      }),
    )
  })

  it('never loses a letter of words without quotes', () => {
    const plain = fc.string({ unit: fc.constantFrom(..."abé'#&?=/!*.,:0") }).filter((text) => /^[^'"]/.test(text))
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1 }), (all) => {
        expect(words(all.join(' '))).toEqual(all)
      }),
    )
  })

  it('ends on any text, with words or with a sentence', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          for (const token of tokenize(text)) expect(token.text).not.toMatch(/[\r\n]/)
        } catch (error) {
          expect(error).toBeInstanceOf(UserError)
        }
      }),
    )
  })
})

const run = async () => ({})
const both = (words: string) => ({ fr: words, en: words })
const form: Form = {
  summary: both('x'),
  allow: 'guest',
  run,
  flags: {
    events: { kind: 'list', title: both('e'), help: both('e') },
    author: { kind: 'list', title: both('a'), help: both('a') },
    cards: { kind: 'word', title: both('c'), help: both('c') },
    'changes-only': { kind: 'switch', title: both('c'), help: both('c') },
  },
}
const commands: readonly Command[] = [
  { name: 'vigie', trigger: true, summary: both('x'), allow: 'guest', run },
  { name: 'help', twin: 'aide', summary: both('x'), allow: 'guest', run },
  { name: 'statut', twin: 'status', trigger: true, summary: both('x'), allow: 'guest', run },
  {
    ...form,
    name: 'subscribe',
    trigger: true,
    args: [
      { name: 'source', title: both('s'), help: both('s'), required: true, choices: [{ value: 'gitlab' }] },
      { name: 'subject', title: both('s'), help: both('s'), required: false, rest: true },
    ],
    verbs: [
      { ...form, name: 'list', twin: 'liste' },
      { ...form, name: 'check', twin: 'vérifier' },
    ],
  },
]

const found = (trigger: string | undefined, text: string) => {
  const { command, verb, words: rest, help } = findForm(commands, trigger, text)
  return [command.name, verb?.name, rest.map((token) => token.text).join(' '), help]
}

describe('which command', () => {
  it.each([
    ['a trigger of its own', 'subscribe', 'gitlab a/b', ['subscribe', undefined, 'gitlab a/b', false]],
    ['the root trigger', 'vigie', 'subscribe gitlab', ['subscribe', undefined, 'gitlab', false]],
    ['a mention', undefined, 'subscribe gitlab', ['subscribe', undefined, 'gitlab', false]],
    ['a mention that repeats the root', undefined, 'vigie statut', ['statut', undefined, '', false]],
    ['a mention that writes the slash', undefined, '/statut', ['statut', undefined, '', false]],
    ['the root alone is help', 'vigie', '', ['help', undefined, '', false]],
    ['the other name of a command', 'vigie', 'status', ['statut', undefined, '', false]],
    ['capitals', undefined, 'Statut', ['statut', undefined, '', false]],
    ['an English verb', 'subscribe', 'list', ['subscribe', 'list', '', false]],
    ['its French twin', 'subscribe', 'liste', ['subscribe', 'list', '', false]],
    ['a twin without its accents', 'vigie', 'subscribe verifier x', ['subscribe', 'check', 'x', false]],
    ['a quoted verb is a word', 'subscribe', '"list"', ['subscribe', undefined, 'list', false]],
    ['help after a command', 'subscribe', 'help', ['subscribe', undefined, 'help', true]],
    ['aide after a verb', 'subscribe', 'liste aide', ['subscribe', 'list', 'aide', true]],
    ['help alone after a source', 'subscribe', 'GitLab help', ['subscribe', undefined, 'GitLab help', true]],
    ['aide alone after a source', 'vigie', 'subscribe gitlab aide', ['subscribe', undefined, 'gitlab aide', true]],
    ['a subject called help', 'subscribe', 'gitlab "help"', ['subscribe', undefined, 'gitlab help', false]],
    [
      'a subject called help after --',
      'subscribe',
      'gitlab -- help',
      ['subscribe', undefined, 'gitlab -- help', false],
    ],
    ['help among subjects', 'subscribe', 'gitlab a help', ['subscribe', undefined, 'gitlab a help', false]],
    ['help after a word that is no choice', 'subscribe', 'nope help', ['subscribe', undefined, 'nope help', false]],
    ['--help anywhere', 'subscribe', 'gitlab a/b --help', ['subscribe', undefined, 'gitlab a/b --help', true]],
    ['—help from a phone', 'subscribe', 'gitlab —help', ['subscribe', undefined, 'gitlab --help', true]],
    ['--help after -- is a word', 'subscribe', 'gitlab -- --help', ['subscribe', undefined, 'gitlab -- --help', false]],
  ])('%s', (_, trigger, text, expected) => {
    expect(found(trigger, text)).toEqual(expected)
  })

  it.each([
    ['vigie', 'subscibe gitlab', '/vigie subscribe'],
    ['vigie', 'statsu', '/vigie statut'],
    [undefined, 'sub', '/vigie subscribe'],
  ])('answers %s %s with the nearest right one', (trigger, text, expected) => {
    expect(() => found(trigger, text)).toThrow(expected)
  })

  it('shows the way to all commands where none is near', () => {
    expect(() => found('vigie', 'xyzzy')).toThrow('/vigie help')
  })

  it('refuses a text that nobody typed', () => {
    expect(() => found('vigie', 'a'.repeat(5000))).toThrow('too long')
  })
})

const read = (text: string) => {
  const { positionals, options } = readWords(form, tokenize(text))
  return [positionals, Object.fromEntries(options)]
}

describe('flags', () => {
  it.each([
    ['--flag value', 'a --events push', [['a'], { events: ['push'] }]],
    ['--flag=value', '--events=push,issue a', [['a'], { events: ['push,issue'] }]],
    ['repeated', '--events push --events issue', [[], { events: ['push', 'issue'] }]],
    ['a switch takes no word with it', '--changes-only a', [['a'], { 'changes-only': [] }]],
    ['a value that excludes', '--author !renovate', [[], { author: ['!renovate'] }]],
    ['a value with a dash', '--author -5', [[], { author: ['-5'] }]],
    ['a word with a dash is no flag', '-5 -x', [['-5', '-x'], {}]],
    ['a quoted flag is a word', '"--events" a', [['--events', 'a'], {}]],
    ['a quoted value that looks like a flag', '--author "--x"', [[], { author: ['--x'] }]],
    ['-- ends flags', 'a -- --events b', [['a', '--events', 'b'], {}]],
    ['capitals', '--Events push', [[], { events: ['push'] }]],
    ['a value with =', '--author=a=b', [[], { author: ['a=b'] }]],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    ['--evnts push', 'Did you mean `--events`?'],
    ['--zzz', 'Those known here'],
    ['--__proto__ x', 'Unknown flag'],
    ['--constructor x', 'Unknown flag'],
    ['--events', 'needs a value'],
    ['--events --branch', 'needs a value'],
    ['--events=', 'needs a value'],
    ['--changes-only=yes', 'takes no value'],
  ])('refuses %s', (text, expected) => {
    expect(() => read(text)).toThrow(expected)
  })
})

describe('did you mean', () => {
  it.each([
    ['lsit', ['list', 'show'], 'list'],
    ['mute', ['sourdine', 'muet'], 'muet'],
    ['verifer', ['vérifier', 'retirer'], 'vérifier'],
    ['xyzzy', ['list', 'show'], undefined],
    ['a', ['b'], undefined],
  ])('%s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected)
  })
})

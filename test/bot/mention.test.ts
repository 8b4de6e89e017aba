// What is said to the bot, and what only looks so (interface.md, "What people type").

import { expect, test } from 'vitest'
import { calledWith, saidDirectly } from '../../src/bot/mention.ts'

test.each([
  ['@vigie help', 'help'],
  ['  @Vigie, subscribe gitlab taaf/projet --events push', 'subscribe gitlab taaf/projet --events push'],
  ['@vigie: statut', 'statut'],
  ['@vigie', ''],
  ['@vigie !', ''],
  ['statut @vigie', 'statut'],
  ['peux-tu @vigie statut', 'statut'],
  ['bonjour @vigie', 'bonjour'],
  ['dis "a  b" @vigie', 'dis "a  b"'],
  ['@vigie subscribe gitlab "a  b"', 'subscribe gitlab "a  b"'],
  ['@vigie statut `a @vigie b`', 'statut `a @vigie b`'],
  ['@vigie subscribe\ngitlab', 'subscribe\ngitlab'],
])('%j says %j', (message, words) => {
  expect(calledWith(message, 'vigie')).toBe(words)
})

test.each([
  'bonjour',
  '`@vigie help`',
  '```\n@vigie help\n```',
  '~~~ts\n@vigie help\n~~~\n',
  'a `` @vigie `x` `` b',
  '```x\n``\n@vigie help',
  '````\n```\n@vigie help\n````',
  '`a\n@vigie help`',
  'mail@vigie.example.org',
  'moi@vigie',
  '@vigies help',
  '@vigie-bot help',
  '@vigie.bot help',
  'https://example.org/@vigie',
])('%j is not for us', (message) => {
  expect(calledWith(message, 'vigie')).toBeUndefined()
})

test('code before the mention does not hide it', () => {
  expect(calledWith('`x` @vigie help', 'vigie')).toBe('help')
  expect(calledWith('```\ncode\n```\n@vigie help', 'vigie')).toBe('help')
})

test('code ends with its paragraph, and a line of backticks is no fence when more stand behind', () => {
  expect(calledWith('a ` b\n\n@vigie help ` c', 'vigie')).toBeDefined()
  expect(calledWith('```x``` \n@vigie help', 'vigie')).toBe('help')
  expect(calledWith('``` `` `@vigie help', 'vigie')).toBe('help')
})

test('hundreds of thousands of backticks are read through once: pair by pair they would take minutes', () => {
  const message = `@vigie ${'`'.repeat(200_000)} ${'``x`'.repeat(50_000)}`
  expect(calledWith(message, 'vigie')).toBe(message.slice('@vigie '.length))
})

test('in a direct message every word is for us, the mention may stand first', () => {
  expect(saidDirectly(' statut ', 'vigie')).toBe('statut')
  expect(saidDirectly('@vigie statut', 'vigie')).toBe('statut')
  expect(saidDirectly('subscribe gitlab --author @vigie', 'vigie')).toBe('subscribe gitlab --author @vigie')
})

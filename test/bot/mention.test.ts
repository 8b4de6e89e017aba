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
  ['peux-tu @vigie statut', 'peux-tu statut'],
  ['(@vigie) statut', '() statut'],
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
  expect(calledWith('`x` @vigie help', 'vigie')).toBe('`x` help')
  expect(calledWith('```\ncode\n```\n@vigie help', 'vigie')).toBe('```\ncode\n```\nhelp')
})

test('in a direct message every word is for us, the mention may stand first', () => {
  expect(saidDirectly(' statut ', 'vigie')).toBe('statut')
  expect(saidDirectly('@vigie statut', 'vigie')).toBe('statut')
  expect(saidDirectly('subscribe gitlab --author @vigie', 'vigie')).toBe('subscribe gitlab --author @vigie')
})

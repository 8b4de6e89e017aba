import { expect, it } from 'vitest'
import type { TestPost } from '../e2e/house.ts'
import { type Accepted, checkLedger } from './check.ts'

type Post = Pick<TestPost, 'id' | 'root_id' | 'message' | 'props'>

const event = (number: number) => `0000000010${number}`
const delivery = (number: number) => `0000000020${number}`
const mark = (number: number) => `zq1n0000${number}`
const accepted: readonly Accepted[] = [1, 2, 3, 4, 5].map((number) => ({
  event: event(number),
  mark: mark(number),
  channel: number === 5 ? undefined : 'town',
}))

const post = (number: number, more: Partial<Post> = {}): Post => ({
  id: `post${number}`,
  root_id: '',
  message: `told ${mark(number)}`,
  props: { vigie: { events: [event(number)], deliveries: [delivery(number)] } },
  ...more,
})
const card = (...numbers: number[]) =>
  post(numbers[0] ?? 0, {
    props: { vigie: { events: numbers.map(event), deliveries: [delivery(numbers[0] ?? 0)], card: 'mr' } },
  })
const line = (number: number, root: number, ...deliveries: number[]) =>
  post(number, {
    root_id: `post${root}`,
    props: { vigie: { deliveries: (deliveries.length > 0 ? deliveries : [number]).map(delivery) } },
  })
const defects = (...posts: Post[]) => checkLedger(accepted, new Map([['town', posts]]))
const kinds = (...posts: Post[]) => [...new Set(defects(...posts).map(({ kind }) => kind))]

it('finds nothing where each is told once, in order, alone, on a card or in a digest', () => {
  expect(defects(post(1), post(2), post(3), post(4))).toEqual([])
  expect(defects(card(1, 3), post(2), line(3, 1), post(4))).toEqual([])
  const digest = post(2, {
    props: { vigie: { events: [event(2), event(3), event(4)], deliveries: [delivery(2), delivery(3), delivery(4)] } },
  })
  expect(defects(post(1), digest)).toEqual([])
  expect(defects(card(1, 2, 4), line(2, 1, 2, 4), post(3))).toEqual([])
})

it('finds what was lost: a post, and a line in a card’s thread', () => {
  expect(kinds(post(1), post(2), post(4))).toEqual(['lost'])
  expect(kinds(card(1, 3), post(2), post(4))).toEqual(['lost'])
})

it('finds what was told twice: in two posts, and in two lines', () => {
  expect(kinds(post(1), post(2), post(3), post(4), { ...post(4), id: 'twin' })).toEqual(['doubled'])
  expect(kinds(card(1, 3), post(2), line(3, 1), { ...line(3, 1), id: 'twin' }, post(4))).toEqual(['doubled'])
})

it('finds what was told in another order: posts, lines, and the events of one post', () => {
  expect(kinds(post(1), post(3), post(2), post(4))).toEqual(['reordered'])
  expect(kinds(card(1, 2, 4), post(3), line(4, 1), line(2, 1))).toEqual(['reordered'])
  expect(kinds(card(1, 4, 2), line(2, 1), post(3), line(4, 1))).toEqual(['reordered'])
})

it('finds what was told where it does not belong: by its id, its words, or an id that nobody was answered with', () => {
  const all = [post(1), post(2), post(3), post(4)]
  expect(kinds(...all, post(5))).toEqual(['leaked'])
  expect(kinds(...all, { ...line(6, 1), message: `see ${mark(5)}`, props: {} })).toEqual(['leaked'])
  expect(kinds(...all, post(7))).toEqual(['leaked'])
})

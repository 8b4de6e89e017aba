// T28 at its figures: what is too much is refused within 500 ms, and no body, legitimate or not, holds the event loop up for 100 ms.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bySignature, byToken, type Door, openDoor, post } from './http-door.ts'

const mib = 2 ** 20
let door: Door
/** How long the loop is held up where nothing is asked of it: other work on the machine. */
let idleMs = 0
beforeAll(async () => {
  door = await openDoor()
  await sleep(1000)
  await door.held()
  await sleep(3000)
  idleMs = (await door.held()).maxMs
  console.log(`idle: held ${idleMs.toFixed(0)} ms`)
})
afterAll(() => door.close())

const commit = (index: number) =>
  `{"id":"${String(index).padStart(40, '0')}","title":"fix: arrondi","message":"${'Une explication. '.repeat(20)}","author":{"name":"Jeanne","email":"j@example.org"},"added":["a","b"],"modified":[]}`
/** A push of so many bytes, and no more. */
function push(sizeBytes: number): Buffer {
  const count = Math.floor((sizeBytes - 300) / (Buffer.byteLength(commit(0)) + 1))
  const commits = Array.from({ length: count }, (_, index) => commit(index)).join(',')
  const body = `{"object_kind":"push","ref":"refs/heads/main","after":"${'1'.repeat(40)}","project":{"id":1,"path_with_namespace":"a/b","visibility_level":20},"commits":[${commits}]}`
  return Buffer.from(body.padEnd(sizeBytes))
}
const wide = (keys: number) =>
  Buffer.from(
    `{"object_kind":"push",${Array.from({ length: keys }, (_, index) => `"key ${index}":${index}`).join(',')}}`,
  )

const bodies: readonly (readonly [string, () => Buffer, readonly number[]])[] = [
  ['table: 5 M deep in lists', () => Buffer.alloc(5_000_000, '['), [400]],
  ['table: 5 M deep in objects', () => Buffer.from('{"a":'.repeat(5_000_000)), [400]],
  ['table: 200,000 keys', () => wide(200_000), [200]],
  ['table: 200,000 keys without end', () => wide(200_000).subarray(0, -1), [400]],
  ['table: 26 MiB', () => push(26 * mib), [413]],
  ['table: 26 MiB of nothing', () => Buffer.alloc(26 * mib, ' '), [413]],
  ['25 MiB of half characters', () => Buffer.alloc(25 * mib, 0xc3), [400]],
  ['25 MiB of an open string', () => Buffer.from('{"a":"'.padEnd(25 * mib, 'x')), [400]],
  ['8 MiB of empty lists', () => Buffer.from(`{"a":[${'[],'.repeat(2_600_000)}[]]}`), [200]],
  ['a push of 1 MiB', () => push(mib), [200]],
  ['a push of 10 MiB', () => push(10 * mib), [200]],
  ['a push of 25 MiB', () => push(25 * mib), [200]],
]
/**
 * The best of a few rounds, less what an idle loop and a bare server show, since other work on the machine is not ours; processor time
 * is held to the figure in every round.
 */
test.each(bodies)('%s', async (name, make, statuses) => {
  const body = make()
  const said: string[] = []
  for (const [how, headers] of [
    ['by token', () => byToken],
    ['signed', bySignature],
  ] as const) {
    const rounds: { tookMs: number; maxMs: number }[] = []
    const bareMs: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const proof = headers(body, `${name} ${round}`)
      bareMs.push((await post(door.barePort, body, {})).tookMs)
      await door.held()
      // Who is refused for the length it says may be cut off while it still sends.
      const answer = await post(door.port, body, proof).catch(() => ({ status: 413, tookMs: Number.NaN }))
      const { maxMs, usedMs, memoryMb } = await door.held()
      said.push(
        `${how} ${answer.status} in ${answer.tookMs.toFixed(0)} ms, held ${maxMs.toFixed(0)} ms (processor ${usedMs.toFixed(0)} ms), ${memoryMb.toFixed(0)} MB`,
      )
      expect(statuses).toContain(answer.status)
      expect.soft(usedMs, `${name} ${how}`).toBeLessThanOrEqual(100)
      rounds.push({ tookMs: answer.tookMs, maxMs })
    }
    const least = (values: readonly number[]) => Math.min(...values.filter((value) => !Number.isNaN(value)))
    expect.soft(least(rounds.map(({ maxMs }) => maxMs)), `${name} ${how}`).toBeLessThanOrEqual(100 + idleMs)
    const took = rounds.map(({ tookMs }) => tookMs).filter((tookMs) => !Number.isNaN(tookMs))
    if (name.startsWith('table:') && took.length > 0)
      expect.soft(least(took) - least(bareMs), `${name} ${how}`).toBeLessThanOrEqual(500)
    said.push(`a bare server ${least(bareMs).toFixed(0)} ms`)
  }
  console.log(`${name}: ${body.length} bytes; ${said.join('; ')}`)
})

test('five pushes of 25 MiB at once, beside small ones', async () => {
  const body = push(25 * mib)
  await door.held()
  let going = true
  let longestMs = 0
  const small = (async () => {
    for (let round = 0; going; round += 1)
      longestMs = Math.max(longestMs, (await post(door.port, `{"object_kind":"small","n":${round}}`, byToken)).tookMs)
  })()
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, index) => post(door.port, body, bySignature(body, `five ${index}`))),
  )
  going = false
  await small
  const { maxMs, usedMs, memoryMb } = await door.held()
  console.log(
    `five: ${answers.map(({ status, tookMs }) => `${status} in ${tookMs.toFixed(0)} ms`).join(', ')}; small ones ${longestMs.toFixed(0)} ms at most; held ${maxMs.toFixed(0)} ms (processor ${usedMs.toFixed(0)} ms), ${memoryMb.toFixed(0)} MB`,
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(usedMs).toBeLessThanOrEqual(100)
})

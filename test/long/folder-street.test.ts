// F22 and F24 through the whole house: 40,000 files that come at once are told once each, on one card with all their names in its thread, and
// keep nobody else waiting; 1 GB written over a minute is one document.

import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, type House, isNews, openHouse, type Someone, standIn } from '../e2e/house.ts'

let house: House
let alice: Someone
let channel: string
let data: string
let folder: string

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'vigie-data-'))
  folder = join(data, 'Documents_RH')
  mkdirSync(join(folder, 'Contrats'), { recursive: true })
  house = await openHouse(await standIn(), { WATCH_PATH: folder })
  alice = await house.person('alice')
  await house.stopApp()
  house.environment.VIGIE_ADMINS = alice.username
  await house.startApp()
  channel = await house.channel(alice)
  await alice.type(channel, '/subscribe nextcloud')
})
afterEach(async () => {
  await house?.close()
  rmSync(data, { recursive: true, force: true })
})

const told = async () => (await house.posts(channel)).filter((post) => post.user_id === house.botId && isNews(post))
const idsIn = (posts: Awaited<ReturnType<typeof told>>) => posts.flatMap(({ props }) => props.vigie?.events ?? [])

test('40,000 files at once', { timeout: 600_000 }, async () => {
  const count = 40_000
  // Beside the watched folder, so that all are there at once.
  mkdirSync(join(data, 'all'))
  for (let index = 0; index < count; index += 1) writeFileSync(join(data, 'all', `fiche_${index}.pdf`), 'x')
  const from = Date.now()
  for (let index = 0; index < count; index += 1)
    renameSync(join(data, 'all', `fiche_${index}.pdf`), join(folder, 'Contrats', `fiche_${index}.pdf`))
  await alice.type(channel, '/subscribe gitlab taaf/**')
  await house.gitlab({
    object_kind: 'push',
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: 'a'.repeat(40),
    project: { path_with_namespace: 'taaf/site', visibility_level: 20, web_url: 'https://g.example/taaf/site' },
    commits: [],
    total_commits_count: 1,
  })
  const pushed = await eventually(
    async () => (await told()).find((post) => post.props.vigie?.events?.length === 1 && post.root_id === ''),
    'the push beside it',
  )
  let ids: readonly string[] = []
  while (new Set(ids).size < count + 1) {
    await sleep(500)
    ids = idsIn(await told())
    if (Date.now() - from > 300_000) break
  }
  const posts = await told()
  console.log(`F22: ${new Set(ids).size - 1} told in ${posts.length} posts within ${Date.now() - from} ms`)
  console.log(`F22: the push beside them stood after ${pushed.create_at - from} ms`)
  expect(ids).toHaveLength(count + 1)
  expect(new Set(ids).size).toBe(count + 1)
  expect(posts.filter(({ root_id }) => root_id === '')).toHaveLength(2)
  expect(posts.length).toBeLessThan(150)
})

test('1 GB written over a minute', { timeout: 300_000 }, async () => {
  const path = join(folder, 'Contrats', 'archive.zip')
  const piece = Buffer.alloc(1024 * 1024 * 8, 7)
  for (let written = 0; written < 128; written += 1) {
    appendFileSync(path, piece)
    await sleep(470)
  }
  const [post] = await house.told(channel, 1)
  expect(JSON.stringify(post?.props.attachments)).toMatch(/1\s?024,00\sMo/u)
  await sleep(5000)
  expect(idsIn(await told())).toHaveLength(1)
})

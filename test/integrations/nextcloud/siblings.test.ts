// Several watched folders: what goes from one to another has moved.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSiblings } from '../../../src/integrations/nextcloud/siblings.ts'
import { createWorld, type World } from './watched.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
  mkdirSync(world.path)
})
afterEach(() => world.end())

test('a file that goes from one folder to another has moved, and is deleted nowhere', async () => {
  const siblings = createSiblings()
  const path = `${world.path}-2`
  mkdirSync(path)
  world.write('a.pdf')
  writeFileSync(join(path, 'stays.pdf'), 'text')
  const rh = await world.watch({ siblings })
  const paie = await world.watch({ path, siblings, folder: { name: 'paie', title: 'paie', at: { disk: path } } })
  renameSync(join(world.path, 'a.pdf'), join(path, 'b.pdf'))
  await paie.heard('moved rh:a.pdf → b.pdf')
  renameSync(join(path, 'b.pdf'), join(world.path, 'c.pdf'))
  await rh.heard('moved paie:b.pdf → c.pdf')
  world.upload('last.pdf')
  await rh.heard('created last.pdf')
  expect(rh.told).toEqual(['moved paie:b.pdf → c.pdf', 'created last.pdf'])
  expect(paie.told).toEqual(['moved rh:a.pdf → b.pdf'])
  await Promise.all([rh.stop(), paie.stop()])
  const after = await world.watch()
  expect(after.told).toEqual([])
  expect(after.watching.status().files).toBe(2)
})

// Threat F11: the reserve beside the database, laid down while there is room and given back when there is none.

import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createReserve } from '../../src/store/reserve.ts'
import { createFakeLog } from '../fakes/log.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-reserve-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const sizeBytes = 1024 * 1024
let count = 0

describe('the reserve', () => {
  let path: string
  let freeBytes: number
  const totalBytes = 100 * sizeBytes
  const open = () =>
    createReserve({
      databasePath: path,
      log: createFakeLog(),
      sizeBytes,
      measure: async () => ({ freeBytes, totalBytes }),
    })
  beforeEach(() => {
    count += 1
    path = join(folder, `${count}.db`)
    freeBytes = totalBytes / 2
  })
  const laid = () => existsSync(`${path}.reserve`)

  test('is laid down while there is room, and bears no secret to others', async () => {
    expect(await open().look()).toMatchObject({ state: 'ok' })
    expect(statSync(`${path}.reserve`).size).toBe(sizeBytes)
    expect(statSync(`${path}.reserve`).mode & 0o777).toBe(0o600)
  })

  test('is not laid down where it would take the last room', async () => {
    freeBytes = sizeBytes
    await open().look()
    expect(laid()).toBe(false)
  })

  test('is said to be needed soon below a tenth, and given back only when nothing is left', async () => {
    const reserve = open()
    await reserve.look()
    freeBytes = 9 * sizeBytes
    expect(await reserve.look()).toEqual({ state: 'low', freeBytes })
    expect(laid()).toBe(true)
    freeBytes = 1000
    expect(await reserve.look()).toMatchObject({ state: 'full' })
    expect(laid()).toBe(false)
  })

  test('keeps the disk full while only it is free, and is laid down again once there is room', async () => {
    const reserve = open()
    await reserve.look()
    freeBytes = 0
    await reserve.look()
    freeBytes = sizeBytes
    expect(await reserve.look()).toMatchObject({ state: 'full' })
    freeBytes = 20 * sizeBytes
    expect(await reserve.look()).toMatchObject({ state: 'ok' })
    expect(laid()).toBe(true)
  })
})

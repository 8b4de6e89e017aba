// F17: the clock of Vigie's machine jumps, by libfaketime (Debian's package `faketime`); Mattermost's and GitLab's go on.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { standIn } from '../e2e/house.ts'
import { openLedger } from '../ledger/ledger.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'

const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib/faketime', '/usr/local/lib']
  .map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
  .find(existsSync)
const hour = 3600
/** Mattermost remembers for 30 s what it was sent. */
const forgottenMs = 32_000
const jumps = [hour, -hour, 24 * hour, -24 * hour]
const name =
  'F17: the clock jumps by an hour and a day, both ways, and begins in 1970: nothing is lost, doubled or late'

if (library === undefined) it.skip(`${name} (install libfaketime: apt-get install faketime)`)
else
  it(name, async () => {
    const seed = seedOfRun('F17')
    const folder = mkdtempSync(join(tmpdir(), 'vigie-clock-'))
    const clock = join(folder, 'clock')
    // A relative time in seconds, or `@` and where to begin.
    const set = async (time: string) => {
      writeFileSync(clock, `${time}\n`)
      await sleep(1500)
    }
    const faked = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
    const ledger = await openLedger(await standIn(), { channels: 6, random: createRandom(seed) })
    const { proxy, channels } = ledger
    const longestMs: Record<string, number> = {}
    const settle = async (what: string) => {
      const began = Date.now()
      expect([what, await ledger.settle(120_000)]).toEqual([what, []])
      longestMs[what] = Date.now() - began
    }
    const loseReplies = async () => {
      let lost = 0
      proxy.judge(({ method, path }) => {
        if (method !== 'POST' || path !== '/api/v4/posts' || lost >= channels.length) return undefined
        lost += 1
        return { as: 'lose reply' }
      })
      await ledger.feed(2, 50)
      while (lost < channels.length) await sleep(20)
      proxy.judge(undefined)
    }
    try {
      await set('+0')
      await ledger.start(faked)
      for (const seconds of jumps) {
        await ledger.feed(2, 50)
        await settle(`before ${seconds} s`)
        // The clock jumps while posts whose replies were lost wait for Mattermost to be back …
        await loseReplies()
        await proxy.down()
        await set(seconds > 0 ? `+${seconds}` : String(seconds))
        await sleep(forgottenMs)
        await proxy.up()
        await settle(`after ${seconds} s`)
        // … and is still wrong when more are lost.
        await loseReplies()
        await proxy.down()
        await sleep(forgottenMs)
        await proxy.up()
        await settle(`at ${seconds} s`)
        await ledger.feed(2, 50)
        await set('+0')
        await ledger.feed(2, 50)
        await settle(`back from ${seconds} s`)
      }
      await ledger.stop()
      await set('@1970-01-01 00:01:00')
      await ledger.start(faked)
      await ledger.feed(2, 50)
      await settle('in 1970')
      await set('+0')
      await ledger.feed(2, 50)
      await settle('from 1970 to now')
      console.log(
        `F17 jumps of ±1 h and ±1 day with replies lost, and a start in 1970: ${ledger.accepted.length} events, 0 defects, all told within ms: ${JSON.stringify(longestMs)}, seed ${seed}`,
      )
      expect(Math.max(...Object.values(longestMs))).toBeLessThan(30_000)
    } finally {
      await ledger.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

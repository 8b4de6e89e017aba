// A Vigie that is called at random, and what it answered wrongly.

import { join } from 'node:path'
import fc from 'fast-check'
import { call, faultOf } from './fuzz.ts'
import { eventually, gitlabToken, openHouse, standIn } from './house.ts'
import { makeKey } from './key.ts'

/** The faults that were found; none is as it should be. */
export async function fuzz(numRuns: number): Promise<readonly string[]> {
  const settings = { METRICS_TOKEN: 'fuzz-metrics-token', NEXTCLOUD_WEBHOOK_TOKEN: 'fuzz-nextcloud-token' }
  const house = await openHouse(await standIn(), settings)
  try {
    const url = house.app().url()
    // It says that deliveries wait until Mattermost answers: a 503 that is meant.
    await eventually(async () => ((await fetch(`${url}/health/delivery`)).ok ? true : undefined), 'a connection')
    const database = join(house.folder, 'data', 'vigie.db')
    const keys: string[] = []
    // A key has 600 requests a minute.
    for (let made = 0; made <= numRuns / 500; made += 1) keys.push(await makeKey(database))
    const faults: string[] = []
    let run = 0
    await fc.assert(
      fc.asyncProperty(call, async (made) => {
        run += 1
        const key = keys[run % keys.length] ?? ''
        const fault = await faultOf(url, made, { settings: { ...settings, GITLAB_WEBHOOK_TOKEN: gitlabToken }, key })
        if (fault !== undefined) faults.push(fault)
      }),
      { numRuns },
    )
    const unforeseen = house.logged.filter(({ message }) => message.includes('nobody foresaw'))
    return [...faults, ...unforeseen.map(({ facts }) => `unforeseen: ${JSON.stringify(facts)}`)]
  } finally {
    await house.close()
  }
}

// From the start of the process to the first answer of `/ready`, against a Node process that imports the same packages and listens.

import { type Bench, median, ratioOf } from './figure.ts'
import { fillSubscriptions, startVigie, startYardstick, withFolder } from './servers.ts'

const rounds = 5

export const benchStart: Bench = async (say) =>
  await withFolder(async (folder) => {
    await fillSubscriptions(folder, 100)
    const ours: number[] = []
    const yardstick: number[] = []
    // The first of each reads files from the disk.
    for (let round = -1; round < rounds; round += 1) {
      const vigie = await startVigie(folder)
      await vigie.stop()
      const packages = await startYardstick('packages', folder)
      await packages.stop()
      say(`start: ${Math.round(vigie.startedInMs)} ${Math.round(packages.startedInMs)} ms`)
      if (round < 0) continue
      ours.push(vigie.startedInMs)
      yardstick.push(packages.startedInMs)
    }
    const name = 'start to ready: to importing the same packages and listening'
    return [ratioOf({ name, ours: median(ours), yardstick: median(yardstick), unit: ' ms', aim: { most: 2 } })]
  })

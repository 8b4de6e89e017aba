// `npm run bench`: every performance figure against its yardstick in the same run, in one table; `npm run bench -- ingest drain` some.

import { benchCommand } from './command.ts'
import { benchDrain } from './drain.ts'
import { type Bench, type Figure, machine, tableOf } from './figure.ts'
import { benchFolder } from './folder.ts'
import { benchIngest } from './ingest.ts'
import { benchMemory } from './memory.ts'
import { benchPersonnage } from './personnage.ts'
import { benchScale } from './scale.ts'
import { killLeft } from './server.ts'
import { benchStart } from './start.ts'
import { benchWatch } from './watch.ts'

const benches: Readonly<Record<string, Bench>> = {
  ingest: benchIngest,
  drain: benchDrain,
  command: benchCommand,
  start: benchStart,
  scale: benchScale,
  memory: benchMemory,
  watch: benchWatch,
  folder: benchFolder,
  personnage: benchPersonnage,
}

const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const unknown = asked.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}: ${Object.keys(benches).join(', ')}`)

console.log(machine())
const figures: Figure[] = []
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  try {
    figures.push(...(await bench((line) => console.error(line))))
  } catch (error) {
    // The others are worth their figures all the same.
    console.error(`${name} failed:`, error)
    process.exitCode = 1
    killLeft()
  }
}
for (const line of tableOf(figures)) console.log(line)

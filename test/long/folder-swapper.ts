// Swaps a folder for a link, and back, until it is told to stop; says how often it did. Argument: the folder that holds `sub` and `link`.

import { renameSync } from 'node:fs'
import { join } from 'node:path'

const root = process.argv[2] ?? ''
const [sub, link, spare] = ['sub', 'link', '.spare'].map((name) => join(root, name))
let swaps = 0
let isOver = false
process.on('message', () => {
  isOver = true
})
function swap(): void {
  for (let count = 0; count < 50; count += 1) {
    renameSync(sub ?? '', spare ?? '')
    renameSync(link ?? '', sub ?? '')
    renameSync(sub ?? '', link ?? '')
    renameSync(spare ?? '', sub ?? '')
    swaps += 1
  }
  process.send?.(swaps)
  if (isOver) process.disconnect?.()
  else setImmediate(swap)
}
swap()

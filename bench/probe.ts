// Preloaded into every server that is measured, ours and yardstick alike: tells on request what the process has used.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Used {
  /** Processor time of all its threads, in microseconds. */
  readonly cpuUs: number
  readonly rssBytes: number
}

export interface Heap {
  /** What is in use, with nothing left to collect. */
  readonly heapBytes: number
}

process.on('message', (message) => {
  if (message === 'used') {
    const { userCPUTime, systemCPUTime } = process.resourceUsage()
    process.send?.({ cpuUs: userCPUTime + systemCPUTime, rssBytes: process.memoryUsage.rss() } satisfies Used)
  }
  if (message === 'heap') process.send?.({ heapBytes: collected() } satisfies Heap)
})
// Whoever measures is gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()

function collected(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What starts processes or waits for disks takes longest: last, it would leave all other workers idle. */
const longest = [
  'cli/backup',
  'sandbox/page',
  'e2e/folder',
  'cli/start',
  'cli/demo',
  'e2e/ledger',
  'integrations/nextcloud/watching',
  'integrations/nextcloud/nextcloud',
  'integrations/nextcloud/standing',
  'integrations/nextcloud/killed',
  'threats/who-live',
  'rights',
  'flow/fallback',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`))
      return rank === -1 ? longest.length : rank
    }
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'],
    // Only what hangs: machines are shared and slow at times.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: 'forks',
    // Each file waits for disks and servers of its own much of the time: one more than there are processors keeps those busy.
    maxWorkers: availableParallelism() + 1,
    restoreMocks: true,
    // What is waited for is waited for until it is there: the time is for what never comes.
    expect: { poll: { timeout: 60_000 } },
    // Files share their process, so that packages and our own code are loaded and compiled once for each worker, not once for each of the
    // files. Our modules keep no state but formats once made, and what a test sets for the whole process it sets back.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
})

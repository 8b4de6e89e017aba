import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

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
  },
})

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'],
    // Only what hangs: machines are shared and slow at times.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: 'forks',
    // Each file waits for disks and servers of its own much of the time; Vitest would leave one processor out.
    maxWorkers: '100%',
    restoreMocks: true,
  },
})

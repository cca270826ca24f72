import {availableParallelism} from 'node:os'
import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    disableConsoleIntercept: true,
    // The whole fault matrix has tests of hundreds of runs, minutes each on a busy machine.
    testTimeout: process.env['SLUICE_FAULT'] === 'all' ? 3_600_000 : 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Half of the tests wait for a process that they started: more files at a time than processors less one.
    poolOptions: {forks: {maxForks: Math.max(2, availableParallelism() - 1), minForks: 1}},
  },
})

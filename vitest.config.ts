import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    disableConsoleIntercept: true,
    // The whole fault matrix has tests of hundreds of runs.
    testTimeout: process.env['SLUICE_FAULT'] === 'all' ? 600_000 : 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
})

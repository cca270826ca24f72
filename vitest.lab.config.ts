import {defineConfig} from 'vitest/config'

/** Suites against the running lab; `npm run lab` starts it for them. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.lab.ts'],
    setupFiles: ['test/setup.ts'],
    disableConsoleIntercept: true,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // One Trino on two cores answers about four queries at a time.
    poolOptions: {forks: {maxForks: 2, minForks: 1}},
  },
})

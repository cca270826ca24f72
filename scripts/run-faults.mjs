/** Runs the whole fault matrix: every point, every fault; `npm test` runs a sample of it. */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const {status} = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/fault'], {
  cwd: root,
  env: {...process.env, SLUICE_FAULT: 'all'},
  stdio: 'inherit',
})
process.exitCode = status ?? 1

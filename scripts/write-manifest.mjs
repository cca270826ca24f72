/** Writes oclif.manifest.json from dist. A script of its own, because setting a variable in npm scripts is not portable. */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

const oclif = fileURLToPath(new URL('../node_modules/oclif/bin/run.js', import.meta.url))
const env = {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true'}
const {status} = spawnSync(process.execPath, [oclif, 'manifest'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env,
  stdio: 'inherit',
})
process.exitCode = status ?? 1

/** Fails when a generated and committed file is stale: manifest, schemas, lock file. Changes none of them. */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

const generated = [
  {name: 'oclif.manifest.json', script: 'write-manifest.mjs'},
  {name: 'schemas/', script: 'write-schemas.mjs'},
  {name: 'package-lock.json', script: 'complete-lock-file.mjs'},
]

for (const {name, script} of generated) {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const {status, stdout, stderr} = spawnSync(process.execPath, [file, '--check'], {encoding: 'utf8'})
  console.log(`${status === 0 ? 'fresh' : 'STALE'}    ${name}`)
  if (status === 0) continue
  console.error(`${stdout}${stderr}`.trim())
  process.exitCode = 1
}

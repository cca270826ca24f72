/** Fails when a generated and committed file is stale: manifest, schemas, lock file. Changes none of them. */
import {spawnSync} from 'node:child_process'
import {copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The manifest as it would be now: generated in a copy, because generating deletes the old one first. */
function freshManifest() {
  const copy = mkdtempSync(join(tmpdir(), 'sluice-fresh-'))
  try {
    copyFileSync(join(root, 'package.json'), join(copy, 'package.json'))
    cpSync(join(root, 'dist'), join(copy, 'dist'), {recursive: true})
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
    run([join(root, 'node_modules/oclif/bin/run.js'), 'manifest'], copy)
    return readFileSync(join(copy, 'oclif.manifest.json'), 'utf8')
  } finally {
    rmSync(copy, {recursive: true, force: true})
  }
}

/** Runs a Node script; its output is shown when it fails. */
function run(argv, cwd) {
  const env = {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true'}
  const {status, stdout, stderr} = spawnSync(process.execPath, argv, {cwd, env, encoding: 'utf8'})
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim())
}

function check(name, isFresh) {
  try {
    if (isFresh()) return console.log(`fresh    ${name}`)
    console.error(`STALE    ${name}`)
  } catch (error) {
    console.error(`STALE    ${name}\n${error.message}`)
  }
  process.exitCode = 1
}

/** True when the script does not complain. */
function passes(script) {
  run([join(root, 'scripts', script), '--check'], root)
  return true
}

check('oclif.manifest.json', () => freshManifest() === readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))
check('schemas/', () => passes('write-schemas.mjs'))
check('package-lock.json', () => passes('complete-lock-file.mjs'))

/**
 * Writes oclif.manifest.json from dist, its commands sorted: oclif lists them in the order in which the file system
 * happened to answer (tinyglobby), so that two runs over the same code differ.
 * `--check` writes nothing and fails when the committed file is not what would be written.
 */
import {spawnSync} from 'node:child_process'
import {copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = join(root, 'oclif.manifest.json')

/** The manifest as it is now: generated in a copy, because generating deletes the old one first. */
function freshManifest() {
  const copy = mkdtempSync(join(tmpdir(), 'sluice-manifest-'))
  try {
    copyFileSync(join(root, 'package.json'), join(copy, 'package.json'))
    cpSync(join(root, 'dist'), join(copy, 'dist'), {recursive: true})
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
    runOclifManifest(copy)
    const {commands, ...rest} = JSON.parse(readFileSync(join(copy, 'oclif.manifest.json'), 'utf8'))
    const sorted = Object.fromEntries(Object.entries(commands).sort(([one], [other]) => (one < other ? -1 : 1)))
    return JSON.stringify({commands: sorted, ...rest}, null, 2)
  } finally {
    rmSync(copy, {recursive: true, force: true})
  }
}

/** Runs `oclif manifest` in a folder; what it printed is shown when it fails. */
function runOclifManifest(cwd) {
  const oclif = join(root, 'node_modules/oclif/bin/run.js')
  const env = {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true'}
  const {status, stdout, stderr} = spawnSync(process.execPath, [oclif, 'manifest'], {cwd, env, encoding: 'utf8'})
  if (status !== 0) throw new Error(`oclif manifest failed\n${stdout}${stderr}`.trim())
}

const fresh = freshManifest()
if (process.argv.includes('--check')) {
  if (!existsSync(manifest) || readFileSync(manifest, 'utf8') !== fresh) {
    console.error('oclif.manifest.json is not fresh: run npm run build && npm run manifest')
    process.exitCode = 1
  }
} else {
  writeFileSync(manifest, fresh)
}

import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {canMeasureCommands, measureCommand, measureNode, runCommand, runNode} from './measure.mjs'
import {pythonEnvironment} from './python-environment.mjs'

const DUCKDB = fileURLToPath(new URL('duckdb-backfill.mjs', import.meta.url))
const PEERS = fileURLToPath(new URL('peers/', import.meta.url))
const PYTHON_PEERS = {
  pyarrow: {name: 'pyarrow', scripts: ['backfill_pyarrow.py']},
  polars: {name: 'Polars', scripts: ['backfill_polars.py']},
  // The JVM outlives the script, which does not wait for it: unreaped, its CPU would be in nobody's account.
  pyspark: {name: 'PySpark local[2]', scripts: ['with_orphans.py', 'backfill_pyspark.py'], needs: javaMissing},
  script: {name: 'Python script', scripts: ['backfill_script.py']},
}
const NAMES = ['duckdb', 'sluice', ...Object.keys(PYTHON_PEERS)]

/**
 * The contenders of a backfill, all or those of a list with commas. Each has `key`, `name` and either `missing`, why it
 * cannot run here, or `prepare(folder)`, `run(folder)` and `written(folder)`: the folder of its table.
 */
export async function backfillContenders({sample, sluice, chosen}) {
  const keys = chosen === undefined ? NAMES : chosen.split(',')
  const unknown = keys.find((key) => !NAMES.includes(key))
  if (unknown !== undefined) throw new Error(`no contender "${unknown}": ${NAMES.join(', ')}`)
  const contenders = []
  for (const key of NAMES.filter((name) => keys.includes(name))) contenders.push(await contender(key, sample, sluice))
  return contenders
}

async function contender(key, sample, sluice) {
  if (key === 'duckdb') return {key, ...duckdb(sample)}
  if (key === 'sluice') return {key, ...(await cli(sample, sluice))}
  return {key, ...(await pythonPeer(sample, PYTHON_PEERS[key]))}
}

function duckdb(sample) {
  return {
    name: 'bare DuckDB, unchecked',
    prepare: async () => undefined,
    run: (folder) => measureNode([DUCKDB, sample.folder, outputOf(folder)], {cwd: folder}),
    written: outputOf,
  }
}

async function cli(sample, sluice) {
  const name = 'sluice backfill run'
  const {exit} = await measureNode([sluice, 'backfill', 'run', '--help'])
  if (exit !== 0) return {name, missing: `${sluice} has no \`backfill run\``}
  const args = [sluice, 'backfill', 'run', '--export', sample.folder, '--yes', '--json']
  return {
    name,
    prepare: (folder) => runNode([sluice, 'init', '--blueprint', 'claims'], {cwd: folder}),
    run: (folder) => measureNode(args, {cwd: folder}),
    written: (folder) => join(folder, 'lake/claims'),
  }
}

async function pythonPeer(sample, {name, scripts, needs = async () => null}) {
  if (!canMeasureCommands) return {name, missing: 'time(1) is not there'}
  const needed = await needs()
  if (needed !== null) return {name, missing: needed}
  const {python, missing} = await pythonEnvironment()
  if (python === undefined) return {name, missing}
  const args = scripts.map((script) => join(PEERS, script))
  return {
    name,
    prepare: async () => undefined,
    // Bytecode caches would be written beside the scripts, into the source tree.
    run: (folder) =>
      measureCommand(python, [...args, sample.folder, outputOf(folder)], {
        cwd: folder,
        env: {PYTHONDONTWRITEBYTECODE: '1'},
      }),
    written: outputOf,
  }
}

async function javaMissing() {
  return (await runCommand('java', ['-version'])).exit === 0 ? null : 'java is not there'
}

function outputOf(folder) {
  return join(folder, 'out')
}

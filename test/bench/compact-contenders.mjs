import {cp, mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {canMeasureCommands, measureCommand, measureNode, runCommand, runNode} from './measure.mjs'
import {pythonEnvironment} from './python-environment.mjs'
import {COLUMNS} from './small-files.mjs'

const scriptPath = (name) => fileURLToPath(new URL(name, import.meta.url))
const PYTHON_PEERS = {
  pyarrow: {name: 'pyarrow', scripts: ['compact_pyarrow.py']},
  polars: {name: 'Polars', scripts: ['compact_polars.py']},
  delta: {
    name: 'delta-rs optimize (log made untimed)',
    scripts: ['compact_delta.py', 'run'],
    list: 'delta-requirements.txt',
    prepares: ['compact_delta.py', 'prepare'],
  },
  // The JVM outlives the script, which does not wait for it: unreaped, its CPU would be in nobody's account.
  pyspark: {name: 'PySpark local[2]', scripts: ['with_orphans.py', 'compact_pyspark.py'], needs: javaMissing},
}
const NAMES = ['statement', 'pool', 'sluice', 'engine', ...Object.keys(PYTHON_PEERS)]
const NODE_SCRIPTS = {
  statement: {name: 'bare DuckDB, one statement, unchecked', args: [scriptPath('duckdb-compact.mjs'), 'statement']},
  pool: {name: 'bare DuckDB, two instances, unchecked', args: [scriptPath('duckdb-compact.mjs'), 'pool']},
}

const DEFINITION = `sluice: 1
lake: bench
default: local
environments: {local: {backend: local, root: ./lake}}
tables:
  events:
    kind: events
    columns:
${COLUMNS.map(({name, type}) => `      - {name: ${name}, type: '${type}'}`).join('\n')}
    partition: {by: [{name: day}], path: 'day={day}/'}
`

/** The contenders of a compaction, all or those of a list with commas; see `backfillContenders`. */
export async function compactContenders({lake, dist, chosen}) {
  const keys = chosen === undefined ? NAMES : chosen.split(',')
  const unknown = keys.find((key) => !NAMES.includes(key))
  if (unknown !== undefined) throw new Error(`no contender "${unknown}": ${NAMES.join(', ')}`)
  const contenders = []
  for (const key of NAMES.filter((name) => keys.includes(name))) {
    contenders.push({key, written: outputOf, prepare: async () => undefined, ...(await contender(key, lake, dist))})
  }
  return contenders
}

async function contender(key, lake, dist) {
  if (key === 'sluice') return command(lake, dist)
  if (key === 'engine') return engine(lake, dist)
  const script = NODE_SCRIPTS[key]
  if (script === undefined) return pythonPeer(lake, PYTHON_PEERS[key])
  return {name: script.name, run: (folder) => measureNode([...script.args, lake, outputOf(folder)], {cwd: folder})}
}

/** The whole command: plan, merge, proof, journal, and the swap in the catalog. */
function command(lake, dist) {
  const bin = join(dist, '../bin/run.js')
  const sluice = (folder, run, ...args) => run([bin, ...args, '--quiet'], {cwd: folder})
  return {
    name: 'sluice compact run, with proof and swap',
    prepare: async (folder) => {
      await mkdir(join(folder, 'lake'))
      await cp(lake, join(folder, 'lake/events'), {recursive: true})
      await writeFile(join(folder, 'sluice.yaml'), DEFINITION)
      await sluice(folder, runNode, 'partitions', 'sync', '--yes')
    },
    run: (folder) => sluice(folder, measureNode, 'compact', 'run', '--min-age', '0h', '--yes'),
    written: (folder) => join(folder, 'lake/events__compact'),
  }
}

/** Merging and its proof, as `sluice compact run` asks the engine for them: from the listing to the proven outputs. */
function engine(lake, dist) {
  return {
    name: "sluice's engine, with proof",
    prepare: (folder) => cp(lake, join(folder, 'lake'), {recursive: true}),
    run: (folder) => measureNode([scriptPath('engine-compact.mjs'), dist, join(folder, 'lake'), 'out'], {cwd: folder}),
    written: (folder) => join(folder, 'lake/out'),
  }
}

async function pythonPeer(lake, {name, scripts, list, prepares, needs = async () => null}) {
  if (!canMeasureCommands) return {name, missing: 'time(1) is not there'}
  const needed = await needs()
  if (needed !== null) return {name, missing: needed}
  const {python, missing} = await pythonEnvironment(list)
  if (python === undefined) return {name, missing}
  const commandOf = (words) => words.map((word) => (word.endsWith('.py') ? scriptPath(`peers/${word}`) : word))
  const env = {PYTHONDONTWRITEBYTECODE: '1'}
  return {
    name,
    prepare: async (folder) => {
      if (prepares === undefined) return
      const {exit, stderr} = await runCommand(python, [...commandOf(prepares), lake, outputOf(folder)])
      if (exit !== 0) throw new Error(stderr)
    },
    run: (folder) => measureCommand(python, [...commandOf(scripts), lake, outputOf(folder)], {cwd: folder, env}),
  }
}

async function javaMissing() {
  return (await runCommand('java', ['-version'])).exit === 0 ? null : 'java is not there'
}

function outputOf(folder) {
  return join(folder, 'out')
}

import {mkdir, mkdtemp, readdir, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {markdownTable, median, megabytesText, ratioText, secondsText} from './figures.mjs'
import {measureNode, runNode} from './measure.mjs'
import {cachedSample} from './sample-cache.mjs'

const DUCKDB = fileURLToPath(new URL('duckdb-backfill.mjs', import.meta.url))
const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * One export into Parquet, by bare DuckDB (unchecked) and by sluice (planned, checked, proven, admitted). The contenders
 * alternate and a ratio is always of two neighbouring runs, so that a machine that slows down slows both.
 */
export async function benchBackfill({items = '1000000', rounds = '5', dist = join(PROJECT, 'dist'), bin}) {
  const sluice = resolve(bin ?? join(PROJECT, 'bin/run.js'))
  const sample = await cachedSample(Number(items), dist)
  const contenders = [duckdb(sample), ...((await hasBackfill(sluice)) ? [cli(sample, sluice)] : [])]
  const runs = new Map(contenders.map(({name}) => [name, []]))
  for (let round = 0; round < Number(rounds); round++) {
    const order = round % 2 === 0 ? contenders : [...contenders].reverse()
    for (const contender of order) runs.get(contender.name).push(await runOnce(contender))
  }
  const note = contenders.length === 1 ? `\n\nskipped: ${sluice} has no \`backfill run\`` : ''
  return `${titleOf(sample, rounds)}\n\n${tableOf(runs)}${note}`
}

function duckdb(sample) {
  return {
    name: 'bare DuckDB, unchecked',
    prepare: async () => undefined,
    args: (folder) => [DUCKDB, sample.folder, join(folder, 'out')],
  }
}

function cli(sample, sluice) {
  return {
    name: 'sluice backfill run',
    prepare: (folder) => runNode([sluice, 'init', '--blueprint', 'claims'], {cwd: folder}),
    args: () => [sluice, 'backfill', 'run', '--export', sample.folder, '--yes', '--json'],
  }
}

async function runOnce({name, prepare, args}) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-run-'))
  try {
    await mkdir(folder, {recursive: true})
    await prepare(folder)
    const run = await runNode(args(folder), {cwd: folder})
    const written = await parquetBelow(folder)
    console.error(`${name}: ${secondsText(run.wallSeconds)} wall, ${secondsText(run.cpuSeconds)} CPU`)
    return {...run, ...written}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function hasBackfill(sluice) {
  return (await measureNode([sluice, 'backfill', 'run', '--help'])).exit === 0
}

function titleOf(sample, rounds) {
  const sizes = `${megabytesText(sample.uncompressedBytes)} of JSON, ${megabytesText(sample.sizeBytes)} compressed`
  return `backfill: ${sample.items} items, ${sample.files} files, ${sizes}, ${rounds} rounds, medians (min)`
}

function tableOf(runs) {
  const first = [...runs.values()][0]
  const rows = [...runs].map(([name, own]) => {
    const of = (figure) => own.map((run) => run[figure])
    const ratios = own.map((run, round) => run.wallSeconds / first[round].wallSeconds)
    const cpuRatios = own.map((run, round) => run.cpuSeconds / first[round].cpuSeconds)
    return [
      name,
      `${secondsText(median(of('wallSeconds')))} (${secondsText(Math.min(...of('wallSeconds')))})`,
      secondsText(median(of('cpuSeconds'))),
      megabytesText(Math.max(...of('maxRssBytes'))),
      `${own[0].files}, ${megabytesText(own[0].sizeBytes)}`,
      own === first ? '1' : ratioText(ratios),
      own === first ? '1' : ratioText(cpuRatios),
    ]
  })
  return markdownTable(['contender', 'wall', 'CPU', 'peak RSS', 'Parquet files', 'wall ratio', 'CPU ratio'], rows)
}

async function parquetBelow(folder) {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size))
  return {files: files.length, sizeBytes: sizes.reduce((total, size) => total + size, 0)}
}

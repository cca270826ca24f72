import {mkdtemp, readdir, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {backfillContenders} from './backfill-contenders.mjs'
import {markdownTable, median, megabytesText, ratioText, secondsText} from './figures.mjs'
import {cachedSample} from './sample-cache.mjs'
import {contentDifferences, tableContent} from './table-content.mjs'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const HEAD = ['contender', 'wall, median (min)', 'CPU, median', 'peak RSS', 'Parquet', 'content']

/**
 * One export into Parquet, by sluice (planned, checked, proven, admitted), by bare DuckDB (unchecked) and by what else
 * stands for the job. The contenders alternate and a ratio is always of two runs of one round, so that a machine that
 * slows down slows both.
 */
export async function benchBackfill({
  items = '1000000',
  rounds = '5',
  contenders: chosen,
  dist = join(PROJECT, 'dist'),
  bin,
}) {
  const sluice = resolve(bin ?? join(PROJECT, 'bin/run.js'))
  const sample = await cachedSample(Number(items), dist)
  const contenders = await backfillContenders({sample, sluice, chosen})
  const results = await alternate(contenders, Number(rounds))
  return `${titleOf(sample, rounds)}\n\n${tableOf(results)}`
}

/** One result a contender: its runs, the content of the first one, or why there are none. */
async function alternate(contenders, rounds) {
  const results = contenders.map((contender) => {
    const left = contender.missing === undefined ? null : `skipped: ${contender.missing}`
    return {contender, runs: [], content: null, left}
  })
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? results : [...results].reverse()
    for (const result of order) if (result.left === null) await addRun(result)
  }
  return results
}

async function addRun(result) {
  const {contender} = result
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-run-'))
  try {
    await contender.prepare(folder)
    const run = await contender.run(folder)
    if (run.exit !== 0) {
      result.left = `left with ${run.exit}: ${lastLine(run.stderr || run.stdout)}`
      console.error(`${contender.name} left with ${run.exit}:\n${run.stderr}`)
      return
    }
    console.error(`${contender.name}: ${secondsText(run.wallSeconds)} wall, ${secondsText(run.cpuSeconds)} CPU`)
    result.runs.push({...run, ...(await parquetBelow(folder))})
    result.content ??= await tableContent(contender.written(folder))
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function titleOf(sample, rounds) {
  const sizes = `${megabytesText(sample.uncompressedBytes)} of JSON, ${megabytesText(sample.sizeBytes)} compressed`
  return `backfill: ${sample.items} items, ${sample.files} files, ${sizes}, ${rounds} alternating rounds`
}

/** Ratios are of the first contender's run in the same round. */
function tableOf(results) {
  const ran = results.filter(({left}) => left === null)
  const base = ran[0]
  const reference = ran.find(({contender}) => contender.key === 'sluice') ?? base
  const rows = results.map((result) => {
    if (result.left !== null) return [result.contender.name, result.left, ...Array(6).fill('')]
    return [result.contender.name, ...figuresOf(result.runs), contentText(result, reference), ...ratiosOf(result, base)]
  })
  const ratios = base === undefined ? ['', ''] : ['wall', 'CPU'].map((of) => `${of} / ${base.contender.name}`)
  return markdownTable([...HEAD, ...ratios], rows)
}

function figuresOf(runs) {
  const of = (figure) => runs.map((run) => run[figure])
  return [
    `${secondsText(median(of('wallSeconds')))} (${secondsText(Math.min(...of('wallSeconds')))})`,
    secondsText(median(of('cpuSeconds'))),
    megabytesText(Math.max(...of('maxRssBytes'))),
    `${runs[0].files} files, ${megabytesText(runs[0].sizeBytes)}`,
  ]
}

function contentText(result, reference) {
  if (result === reference) return `${result.content.rows} rows`
  const different = contentDifferences(result.content, reference.content)
  return different.length === 0 ? 'the same' : `DIFFERS: ${different.join(', ')}`
}

function ratiosOf(result, base) {
  if (result === base) return ['1', '1']
  return ['wallSeconds', 'cpuSeconds'].map((figure) =>
    ratioText(result.runs.map((run, round) => run[figure] / base.runs[round][figure])),
  )
}

function lastLine(text) {
  return text.trim().split('\n').at(-1).slice(0, 120)
}

async function parquetBelow(folder) {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size))
  return {files: files.length, sizeBytes: sizes.reduce((total, size) => total + size, 0)}
}

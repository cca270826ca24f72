import {mkdtemp, rm, statfs} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {markdownTable, median, megabytesText, ratioText, secondsText} from './figures.mjs'
import {measureNode} from './measure.mjs'
import {multipliedLake} from './multiplied-lake.mjs'
import {cachedSample} from './sample-cache.mjs'

const DUCKDB = fileURLToPath(new URL('duckdb-question.mjs', import.meta.url))
const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const SAMPLE_ITEMS = 1_000_000
/** A row takes about 125 bytes of Parquet; the rest is room for what engines spill. */
const DISK_BYTES_OF_ROW = 250
const TOTALS = 'COUNT(*) AS claims, SUM(claim_amount) AS amount'
const ONE_DAY = " WHERE year = '2026' AND month = '01' AND day = '05'"

/**
 * The current state of a change log of many million rows, all of one admitted load: counted and summed whole and for a
 * day, start-up included, beside bare DuckDB over the same files, which looks at no version and no admission.
 */
export async function benchCurrent({rows = '10000000', rounds = '5', dist = join(PROJECT, 'dist'), bin}) {
  const copies = Math.max(1, Math.round(Number(rows) / SAMPLE_ITEMS))
  const title = `current: ${copies * SAMPLE_ITEMS} rows of one load, ${rounds} alternating rounds, start-up included`
  const lacking = await lackingBytes(copies * SAMPLE_ITEMS * DISK_BYTES_OF_ROW)
  if (lacking > 0) return `${title}\n\nskipped: the temporary folder lacks ${megabytesText(lacking)}`
  const sluice = resolve(bin ?? join(PROJECT, 'bin/run.js'))
  const sample = await cachedSample(SAMPLE_ITEMS, dist)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-current-'))
  try {
    const started = performance.now()
    await multipliedLake({folder, sample, copies, sluice, dist})
    console.error(`made the lake in ${secondsText((performance.now() - started) / 1000)}`)
    const contenders = contendersOf(sluice, join(folder, 'lake'))
    const runs = await alternate(contenders, Number(rounds), folder)
    return `${title}\n\n${tableOf(contenders, runs)}`
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function lackingBytes(needed) {
  const {bavail, bsize} = await statfs(tmpdir())
  return needed - bavail * bsize
}

/** `beside`: the contender that a ratio is taken of. `answerOf` gives what a run answered and what it says it read. */
function contendersOf(sluice, lake) {
  const bare = (where) => [DUCKDB, lake, `SELECT ${TOTALS} FROM claims${where}`]
  const query = (where) => [sluice, 'query', `SELECT ${TOTALS} FROM claims_current${where}`, '--json']
  return [
    {name: 'bare DuckDB, every row', args: bare(''), answerOf: bareAnswer},
    {name: 'sluice query, current state', args: query(''), beside: 0, answerOf: queryAnswer},
    {name: 'bare DuckDB, one day', args: bare(ONE_DAY), answerOf: bareAnswer},
    {name: 'sluice query, current state of a day', args: query(ONE_DAY), beside: 2, answerOf: queryAnswer},
  ]
}

async function alternate(contenders, rounds, cwd) {
  const runs = contenders.map(() => [])
  for (let round = 0; round < rounds; round++) {
    const order = [...contenders.keys()]
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      const run = await measureNode(contenders[index].args, {cwd})
      console.error(
        `${contenders[index].name}: ${secondsText(run.wallSeconds)} wall, ${secondsText(run.cpuSeconds)} CPU`,
      )
      runs[index].push(run)
    }
  }
  return runs
}

function tableOf(contenders, runs) {
  const rows = contenders.map((contender, index) => rowOf(contender, runs[index], runs[contender.beside]))
  return markdownTable(
    ['question', 'wall, median (min)', 'CPU, median', 'peak RSS', 'says it scans', 'rows', 'wall ratio', 'CPU ratio'],
    rows,
  )
}

function rowOf({name, answerOf}, own, beside) {
  const failed = own.find(({exit}) => exit !== 0)
  if (failed !== undefined) return [name, `left with ${failed.exit}`, ...Array(6).fill('')]
  const of = (figure) => own.map((run) => run[figure])
  const {scannedBytes, claims} = answerOf(own[0])
  const ratios = ['wallSeconds', 'cpuSeconds'].map((figure) =>
    beside === undefined ? '' : ratioText(own.map((run, round) => run[figure] / beside[round][figure])),
  )
  return [
    name,
    `${secondsText(median(of('wallSeconds')))} (${secondsText(Math.min(...of('wallSeconds')))})`,
    secondsText(median(of('cpuSeconds'))),
    megabytesText(Math.max(...of('maxRssBytes'))),
    scannedBytes === null ? '' : megabytesText(scannedBytes),
    String(claims),
    ...ratios,
  ]
}

function queryAnswer({stdout}) {
  const {maxBytesScanned, answer} = JSON.parse(stdout)
  return {scannedBytes: maxBytesScanned, claims: answer.rows[0].claims}
}

function bareAnswer({stdout}) {
  return {scannedBytes: null, claims: /\d+/.exec(stdout)[0]}
}

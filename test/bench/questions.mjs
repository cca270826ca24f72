import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {markdownTable, median, megabytesText, ratioText, secondsText} from './figures.mjs'
import {measureNode, runNode} from './measure.mjs'
import {cachedSample} from './sample-cache.mjs'

const DUCKDB = fileURLToPath(new URL('duckdb-question.mjs', import.meta.url))
const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const TOTALS = 'COUNT(*) AS claims, SUM(claim_amount) AS amount'
const ONE_DAY = "year = '2026' AND month = '01' AND day = '05'"

/**
 * Questions to a loaded lake, start-up included: the current state, pruned to a day and whole, beside bare DuckDB over
 * the same files (which looks at no version and no admission), and every view of the KPIs.
 */
export async function benchQuestions({items = '1000000', rounds = '5', dist = join(PROJECT, 'dist'), bin}) {
  const sluice = resolve(bin ?? join(PROJECT, 'bin/run.js'))
  const sample = await cachedSample(Number(items), dist)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-questions-'))
  try {
    await runNode([sluice, 'init', '--blueprint', 'claims'], {cwd: folder})
    await runNode([sluice, 'backfill', 'run', '--export', sample.folder, '--yes', '--json'], {cwd: folder})
    const contenders = contendersOf(sluice, join(folder, 'lake'))
    const runs = await alternate(contenders, Number(rounds), folder)
    return `questions to ${sample.items} claims: ${rounds} alternating rounds, start-up included\n\n${tableOf(contenders, runs)}`
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** `beside`: the contender that a ratio is taken of. */
function contendersOf(sluice, lake) {
  const query = (where) => [
    sluice,
    'query',
    `SELECT ${TOTALS} FROM claims_current${where}`,
    '--output',
    'csv',
    '--quiet',
  ]
  const bare = (where) => [DUCKDB, lake, `SELECT ${TOTALS} FROM claims${where}`]
  const view = (name) => [sluice, 'kpi', 'show', '--view', name, '--to', '2026-01-14', '--json']
  return [
    {name: 'bare DuckDB, whole table', args: bare('')},
    {name: 'sluice query, whole current state', args: query(''), beside: 0},
    {name: 'bare DuckDB, one day', args: bare(` WHERE ${ONE_DAY}`)},
    {name: 'sluice query, one day of it', args: query(` WHERE ${ONE_DAY}`), beside: 2},
    ...['cfo', 'data-science', 'manager'].map((name) => ({name: `sluice kpi show --view ${name}`, args: view(name)})),
    {name: 'sluice status', args: [sluice, 'status', '--json']},
  ]
}

async function alternate(contenders, rounds, cwd) {
  const runs = contenders.map(() => [])
  for (let round = 0; round < rounds; round++) {
    const order = [...contenders.keys()]
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      runs[index].push(await measureNode(contenders[index].args, {cwd}))
    }
  }
  return runs
}

/** Exit 3 is an answer: a KPI is red, something waits. */
function tableOf(contenders, runs) {
  const rows = contenders.map(({name, beside}, index) => {
    const own = runs[index]
    const failed = own.find(({exit}) => exit !== 0 && exit !== 3)
    if (failed !== undefined) return [name, `left with ${failed.exit}`, '', '', '']
    const wall = own.map(({wallSeconds}) => wallSeconds)
    const ratios = beside === undefined ? null : wall.map((seconds, round) => seconds / runs[beside][round].wallSeconds)
    return [
      name,
      `${secondsText(median(wall))} (${secondsText(Math.min(...wall))})`,
      secondsText(median(own.map(({cpuSeconds}) => cpuSeconds))),
      megabytesText(Math.max(...own.map(({maxRssBytes}) => maxRssBytes))),
      ratios === null ? '' : ratioText(ratios),
    ]
  })
  return markdownTable(['question', 'wall, median (min)', 'CPU', 'peak RSS', 'ratio'], rows)
}

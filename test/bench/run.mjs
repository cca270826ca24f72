// Side-by-side figures, printed as a Markdown table. Usage after a build:
//   node test/bench/run.mjs backfill [--items 1000000] [--rounds 5] [--contenders duckdb,sluice,polars]
//   node test/bench/run.mjs compact [--rounds 5] [--contenders statement,pool,engine,polars]
//   node test/bench/run.mjs current [--rows 10000000] [--rounds 5]
//   node test/bench/run.mjs questions [--items 1000000] [--rounds 5]
//   node test/bench/run.mjs startup [--rounds 15]
//   node test/bench/run.mjs aws [--rounds 5] [--objects 200000]    in the running lab: npm run lab:up
// Nothing is asserted: the machine decides the figures, the ratios are what counts.
import {parseArgs} from 'node:util'
import {benchAws} from './aws.mjs'
import {benchBackfill} from './backfill.mjs'
import {benchCompact} from './compact.mjs'
import {benchCurrent} from './current.mjs'
import {machineLine} from './figures.mjs'
import {benchQuestions} from './questions.mjs'
import {benchStartup} from './startup.mjs'

const BENCHES = {
  backfill: benchBackfill,
  compact: benchCompact,
  current: benchCurrent,
  questions: benchQuestions,
  startup: benchStartup,
  aws: benchAws,
}
const OPTIONS = ['items', 'rows', 'objects', 'rounds', 'contenders', 'dist', 'bin']

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(OPTIONS.map((name) => [name, {type: 'string'}])),
})
// The lab is not always there.
const names = positionals.length === 0 ? Object.keys(BENCHES).filter((name) => name !== 'aws') : positionals
const unknown = names.find((name) => !(name in BENCHES))
if (unknown === undefined) {
  console.log(`${machineLine()}\n`)
  for (const name of names) console.log(`${await BENCHES[name](values)}\n`)
} else {
  console.error(`No bench "${unknown}": ${Object.keys(BENCHES).join(', ')}.`)
  process.exitCode = 2
}

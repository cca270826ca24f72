import {mkdtemp, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {markdownTable, median, megabytesText, ratioText, secondsText} from './figures.mjs'
import {contentDifferences} from './table-content.mjs'

const HEAD = ['contender', 'wall, median (min)', 'CPU, median', 'peak RSS', 'Parquet', 'content']

/**
 * Runs contenders in alternating order, so that a machine that slows down slows all of them. One result a contender: its
 * runs, the content of the first one, or why there are none. `filesOf(folder)` names the files that a run left as its
 * table, `contentOf(folder)` says what they hold.
 */
export async function alternate(contenders, rounds, {filesOf, contentOf}) {
  const results = contenders.map((contender) => {
    const left = contender.missing === undefined ? null : `skipped: ${contender.missing}`
    return {contender, runs: [], content: null, left}
  })
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? results : [...results].reverse()
    for (const result of order) if (result.left === null) await addRun(result, {filesOf, contentOf})
  }
  return results
}

async function addRun(result, {filesOf, contentOf}) {
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
    result.runs.push({...run, ...(await sizeOf(await filesOf(contender, folder)))})
    result.content ??= await contentOf(contender, folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function sizeOf(files) {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  return {files: files.length, sizeBytes: sizes.reduce((total, size) => total + size, 0)}
}

/** Ratios are of the first contender's run in the same round; content is held against sluice's. */
export function comparisonTable(results) {
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

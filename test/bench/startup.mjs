import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {markdownTable, median} from './figures.mjs'
import {measureNode} from './measure.mjs'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/** How long the CLI takes before it does anything, against Node alone; the commands alternate within each round. */
export async function benchStartup({rounds = '15', bin}) {
  const sluice = resolve(bin ?? join(PROJECT, 'bin/run.js'))
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-startup-'))
  try {
    await measureNode([sluice, 'init', '--blueprint', 'claims'], {cwd: folder})
    const contenders = [
      ['node -e 0', ['-e', '0']],
      ['sluice --version', [sluice, '--version']],
      ['sluice --help', [sluice, '--help']],
      ['sluice kpi list', [sluice, 'kpi', 'list']],
    ]
    const runs = await alternate(contenders, Number(rounds), folder)
    return `start-up: ${rounds} alternating runs\n\n${tableOf(contenders, runs)}`
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function alternate(contenders, rounds, cwd) {
  const runs = contenders.map(() => [])
  for (let round = 0; round < rounds; round++) {
    const order = [...contenders.keys()]
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      runs[index].push(await measureNode(contenders[index][1], {cwd}))
    }
  }
  return runs
}

function tableOf(contenders, runs) {
  const wall = runs.map((own) => own.map((run) => run.wallSeconds * 1000))
  const rows = contenders.map(([name], index) => {
    const failed = runs[index].find((run) => run.exit !== 0)
    if (failed !== undefined) return [name, `skipped: left with ${failed.exit}`, '', '', '']
    const [least, middle] = [Math.min(...wall[index]), median(wall[index])]
    const ratios = [least / Math.min(...wall[0]), middle / median(wall[0])]
    return [
      name,
      ...[least, middle].map((ms) => `${ms.toFixed(0)} ms`),
      ...ratios.map((ratio) => `${ratio.toFixed(2)} ×`),
    ]
  })
  return markdownTable(['command', 'min', 'median', 'ratio of min', 'ratio of median'], rows)
}

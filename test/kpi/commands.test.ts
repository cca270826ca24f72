import {appendFile, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {KpiShowResult} from '../../src/lib/kpi/index.js'
import {runSluice} from '../cli/run-cli.js'
import {documentOf} from '../contract/cli/result-document.js'
import {emptyLake, oddLake, sampleLake, type ClaimsLake} from './claims-lake.js'

const NOW = ['--now', '2026-02-01T08:00:00Z']

describe('a lake in good order', () => {
  let lake: ClaimsLake
  const sluice = (...argv: string[]) => runSluice(argv, {cwd: lake.folder})
  beforeAll(async () => {
    lake = await sampleLake(3000)
  })
  afterAll(() => lake.remove())

  it('exits 0 and gives one document', async () => {
    const {stdout, stderr, exit} = await sluice('kpi', 'show', '--json', ...NOW)
    expect([exit, stderr]).toEqual([0, ''])
    const document = documentOf('kpi show', stdout) as KpiShowResult
    expect(document.kpis.map(({name}) => name)).toHaveLength(7)
    expect(document.panels).toEqual([])
    expect(document.period).toEqual({from: '2025-11-04T00:00:00.000Z', to: '2026-02-02T00:00:00.000Z'})
  })

  it('gives no half of an answer at the end of --timeout', async () => {
    const {stdout, exit} = await sluice('kpi', 'show', '--timeout', '0', '--json', ...NOW)
    expect([exit, (JSON.parse(stdout) as {error: {code: string}}).error.code]).toEqual([1, 'QUERY_FAILED'])
  })

  it('shows a view, a KPI, and other forms of rows', async () => {
    const view = await sluice('kpi', 'show', '--view', 'data-science', '--from', '2026-01-01', ...NOW)
    expect(view.exit).toBe(0)
    expect(view.stdout).toMatch(
      /^Model performance {3}claims, env local {3}2026-01-01 \.\. 2026-02-01 UTC {3}as of 2026-02-01 08:00Z\n/,
    )
    expect(view.stdout).toMatch(/\nAI agreement rate +\d\d\.\d% +green +≥ 90% /)
    expect(view.stdout).not.toContain('processing time')
    const one = await sluice('kpi', 'show', 'processing_time', '--output', 'ndjson', ...NOW)
    expect((JSON.parse(one.stdout) as {kpi: string}).kpi).toBe('processing_time')
    expect((await sluice('kpi', 'show', '--output', 'csv', '--json')).exit).toBe(2)
  })

  it.each([
    [
      'cfo',
      'Cost and payout',
      ['cost per claim by week', 'Textract savings by week', 'payout against budget by claim type'],
    ],
    [
      'data-science',
      'Model performance',
      ['agreement and overrides by week', 'by model version', "the week's hard cases"],
    ],
    ['manager', 'Operations', ['bottleneck: extraction against review', 'throughput by hour', 'backlog']],
  ])('shows all of the view %s', async (view, title, panels) => {
    const period = ['--from', '2026-01-01', '--to', '2026-02-01', ...NOW]
    const {stdout, exit} = await sluice('kpi', 'show', '--view', view, ...period)
    expect(exit).toBe(0)
    expect(stdout.startsWith(`${title}   claims, env local   2026-01-01 .. 2026-01-31 UTC`)).toBe(true)
    for (const panel of panels) expect(stdout).toContain(`\n${panel}`)
    expect(stdout).toMatch(/\nBefore: 2025-12-01 \.\. 2025-12-31 UTC\.\n/)
    expect(stdout).toMatch(/\nCounted nowhere: \d+ quarantined in claims \(partitions of this period\)\.\n$/)
    expect(stdout).not.toMatch(/NaN|Infinity|undefined/)
    const json = await sluice('kpi', 'show', '--view', view, ...period, '--json')
    const document = documentOf('kpi show', json.stdout) as KpiShowResult
    expect(document.panels.map((panel) => panel.title)).toEqual(expect.arrayContaining(panels))
    expect(JSON.stringify(document)).not.toContain('claimant')
  })

  it('gives a series, the rows of a panel, and no comparison where none is wanted', async () => {
    const period = ['--from', '2026-01-01', '--to', '2026-02-01', ...NOW]
    const weeks = await sluice('kpi', 'show', 'override_rate', '--by', 'week', '--output', 'csv', ...period)
    expect(weeks.stdout.trimEnd().split('\n')).toHaveLength(1 + 5)
    const screen = await sluice('kpi', 'show', 'override_rate', '--by', 'week', '--no-compare', ...period)
    expect(screen.stdout).toMatch(/\nby week\n {2}override rate {3}[▁▂▃▄▅▆▇█]{5} {3}\d/)
    expect(screen.stdout).not.toMatch(/before|Before/)
    const rows = await sluice('kpi', 'show', 'throughput_by_hour', '--output', 'ndjson', ...period)
    expect(rows.stdout.trimEnd().split('\n')).toHaveLength(24)
    const few = await sluice('kpi', 'show', 'override_rate', '--min-n', '1000000', ...period)
    expect([few.exit, few.stdout]).toEqual([0, expect.stringMatching(/ low n \([\d,]+\) /)])
  })

  it('takes panels and rollups of the definition', async () => {
    const own = `
panels:
  by_region:
    kind: breakdown
    table: claims
    time: created_at
    views: [steering]
    columns: [{name: region}, {name: share, unit: ratio, of: [rejected, claims]}, {name: claims, unit: count}]
    sql: SELECT region, SUM(rejected) AS rejected, CAST(SUM(claims) AS BIGINT) AS claims FROM regions GROUP BY 1 ORDER BY 1
rollups:
  regions:
    table: claims
    time: created_at
    sql: SELECT bucket, region, COUNT(CASE WHEN final_decision = 'REJECT' THEN 1 END) AS rejected, COUNT(*) AS claims FROM claims_period GROUP BY 1, 2
`
    const file = join(lake.folder, 'own.yaml')
    await writeFile(file, (await readFile(join(lake.folder, 'sluice.yaml'), 'utf8')) + own)
    const {stdout, exit} = await sluice('kpi', 'show', '--view', 'steering', '--lake', 'own.yaml', ...NOW)
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/\nregion +share +claims\ncork +\d/)])
  })

  it('says that a period is without data, which is no breach', async () => {
    const {stdout, exit} = await sluice('kpi', 'show', '--from', '2019-01-01', '--to', '2019-02-01')
    expect(exit).toBe(0)
    expect(stdout.match(/ no data /g)).toHaveLength(7)
    expect(stdout).toContain('No data in this period')
    expect(stdout).not.toMatch(/NaN|Infinity|NULL/)
  })

  it.each([
    ['KPI_UNKNOWN', ['overide_rate'], /override_rate/],
    ['USAGE', ['--view', 'cto'], /cfo, data-science, manager/],
    ['USAGE', ['override_rate', '--view', 'cfo'], /one of the two/],
    ['USAGE', ['--from', '2026-01-02', '--to', '2026-01-02'], /--from/],
  ])('refuses with %s: %s', async (code, argv, fix) => {
    const {stdout, exit} = await sluice('kpi', 'show', ...argv, '--json')
    const {error} = documentOf('error', stdout) as {error: {code: string; fix: string}}
    expect([exit, error.code]).toEqual([2, code])
    expect(error.fix).toMatch(fix)
  })

  it('takes KPIs of the definition that name only some parameters', async () => {
    const own = `
kpis:
  everything:
    title: everything
    description: All claims, whatever the period.
    table: claims
    unit: ratio
    time: created_at
    sql: "SELECT COUNT(*) AS numerator, COUNT(*) AS denominator, '$from' AS note FROM claims_current -- $to"
  no_kpi: {title: x, description: x, table: claims, unit: ratio, time: created_at, sql: 'SELECT 1 AS numerator'}
`
    await appendFile(join(lake.folder, 'sluice.yaml'), own)
    const {stdout, exit} = await sluice('kpi', 'show', 'everything')
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/everything +100\.0% +– +– /)])
    const broken = await sluice('kpi', 'show', 'no_kpi')
    expect([broken.exit, broken.stderr]).toEqual([2, expect.stringContaining('QUERY_INVALID')])
  })
})

describe('a lake with a breach', () => {
  let lake: ClaimsLake
  beforeAll(async () => {
    lake = await oddLake()
  })
  afterAll(() => lake.remove())

  it('exits 3, and the document is whole', async () => {
    const json = await runSluice(['kpi', 'show', '--json', ...NOW], {cwd: lake.folder})
    const document = documentOf('kpi show', json.stdout) as KpiShowResult
    const states = document.kpis.flatMap(({values}) => values.map(({state}) => state))
    expect(states).toEqual(expect.arrayContaining(['red', 'none', 'no_data']))
    const human = await runSluice(['kpi', 'show', ...NOW], {cwd: lake.folder})
    expect([json.exit, human.exit, json.stderr, human.stderr]).toEqual([3, 3, '', ''])
    expect(human.stdout).toMatch(/\nRed: .*override rate/)
    expect(human.stdout).toMatch(/\ncost per claim, no currency +– +no data /)
  })
})

describe('a lake without data', () => {
  let lake: Awaited<ReturnType<typeof emptyLake>>
  beforeAll(async () => {
    lake = await emptyLake()
  })
  afterAll(() => lake.remove())

  it('lists its KPIs', async () => {
    const json = await runSluice(['kpi', 'list', '--json', ...NOW], {cwd: lake.folder})
    expect(documentOf('kpi list', json.stdout)).toMatchObject({lake: 'icpa', asOf: '2026-02-01T08:00:00.000Z'})
    const {stdout, exit} = await runSluice(['kpi', 'list'], {cwd: lake.folder})
    expect(exit).toBe(0)
    for (const target of ['≥ 90%', '< 10%', '< 5 min', '< £0.50']) expect(stdout).toContain(target)
  })

  it('lists them without the query engine', async () => {
    const preload = [new URL('../contract/cli/record-imports.mjs', import.meta.url).href]
    const {stderr, exit} = await runSluice(['kpi', 'list'], {cwd: lake.folder, preload})
    expect(exit).toBe(0)
    expect(stderr).toContain('loaded ')
    expect(stderr).not.toMatch(/@duckdb|engines\/duckdb/)
  })

  it('says how data gets in', async () => {
    const {stdout, exit} = await runSluice(['kpi', 'show', '--json'], {cwd: lake.folder})
    const {error} = documentOf('error', stdout) as {error: object}
    expect(exit).toBe(2)
    expect(error).toMatchObject({
      code: 'EXPORT_NOT_LOADED',
      message: 'Table claims holds no data yet.',
      fix: 'sluice backfill plan --export FOLDER',
    })
  })
})

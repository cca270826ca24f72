import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {showKpis, type KpiShowResult, type ShowRequest, type ShownPanel} from '../../src/lib/kpi/index.js'
import {oddLake, sampleLake, type ClaimsLake} from './claims-lake.js'
import {agreement, claimsOf, everyClaim, isQuarantined, processingTime, shownClaims, type Item} from './claims-model.js'
import {backlog, bottleneck, hardCases, mondayOf, reviewsBy, throughput, type ModelRow} from './claims-view-model.js'

const LAKES = {sample: () => sampleLake(4000), odd: oddLake}
const JANUARY = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'] as const
const PERIODS = [
  JANUARY,
  ['2026-01-05T00:00:00.000Z', '2026-01-12T00:00:00.000Z'],
  ['2026-01-10T00:00:00.001Z', '2026-01-10T23:59:59.999Z'],
  ['2019-01-01T00:00:00.000Z', '2019-02-01T00:00:00.000Z'],
] as const

/** What of the rows a model knows, by what names them. */
function rowsBy(panel: ShownPanel, names: readonly string[], known: readonly string[]): Map<string, ModelRow> {
  return new Map(
    panel.rows.map(({values}) => [
      names.map((name) => values[name] ?? '').join(' '),
      Object.fromEntries(known.map((name) => [name, values[name] ?? null])),
    ]),
  )
}

describe.each(Object.entries(LAKES))('views of the %s lake', (_name, make) => {
  let lake: ClaimsLake
  let all: Item[]
  beforeAll(async () => {
    lake = await make()
    all = shownClaims(lake.exports, lake.exportFolder)
  })
  afterAll(() => lake.remove())

  function show(request: Omit<ShowRequest, 'asOf'> & {asOf?: Date}): Promise<KpiShowResult> {
    const {definition, ports, query, signal, asOf} = lake.context
    const {catalog, store} = ports
    return showKpis({asOf, ...request}, definition, {catalog, store, query, signal})
  }

  async function panelsOf(view: string, [from, to]: readonly [string, string]): Promise<Map<string, ShownPanel>> {
    const {panels} = await show({view, from: new Date(from), to: new Date(to)})
    return new Map(panels.map((panel) => [panel.name, panel]))
  }

  describe.each(PERIODS)('from %s to %s', (from, to) => {
    it('data science: weeks, models and hard cases are what the export says', async () => {
      const claims = claimsOf(all, from, to)
      const panels = await panelsOf('data-science', [from, to])
      const known = ['agreement', 'agreed', 'overridden', 'differing', 'reviewed']
      const weeks = panels.get('agreement_by_week')!
      const withRows = {...weeks, rows: weeks.rows.filter(({values}) => values['reviewed'] !== null)}
      expect(rowsBy(withRows, ['week'], known)).toEqual(reviewsBy(claims, ({createdAt}) => mondayOf(createdAt!.S!)))
      const models = panels.get('agreement_by_model')!
      expect(rowsBy(models, ['model_version'], known)).toEqual(
        reviewsBy(claims, ({modelVersion}) => modelVersion?.S ?? ''),
      )
      const expected = hardCases(claims, to)
      const listed = panels.get('hard_cases')!
      expect(listed.rows.map(({values}) => values['claim_id'])).toEqual(expected.ids)
      expect(listed.rowsTotal).toBe(expected.total)
    })

    it('manager: stages, hours and backlog are what the export says', async () => {
      const claims = claimsOf(all, from, to)
      const panels = await panelsOf('manager', [from, to])
      const stages = panels.get('bottleneck')!
      const expected = bottleneck(claims)
      const unmeasured = stages.rows.map(({values, excluded}) => [
        values['stage'],
        {
          ...Object.fromEntries(['share', 'mean', 'p95', 'measured'].map((name) => [name, values[name] ?? null])),
          not_measured: String(excluded['not_measured']),
        },
      ])
      expect(new Map(unmeasured as [string, ModelRow][])).toEqual(expected)
      const hours = rowsBy(panels.get('throughput_by_hour')!, ['hour'], ['decided', 'created'])
      expect([...hours]).toEqual([...throughput(claims)])
      const open = rowsBy(panels.get('backlog')!, ['age', 'currency'], ['open', 'amount', 'oldest'])
      const asOf = to < lake.context.asOf.toISOString() ? to : lake.context.asOf.toISOString()
      expect(open).toEqual(backlog(all, asOf))
    })

    it('counts each claim once: counted or excluded for one reason', async () => {
      const claims = claimsOf(all, from, to).length
      const [science, manager] = [await panelsOf('data-science', [from, to]), await panelsOf('manager', [from, to])]
      const sum = (panel: ShownPanel, name: string): number =>
        panel.rows.reduce((total, {values}) => total + Number(values[name] ?? 0), 0) +
        Object.values(panel.excluded).reduce((total, rows) => total + rows, 0)
      for (const name of ['agreement_by_week', 'agreement_by_model']) {
        expect([name, sum(science.get(name)!, 'reviewed')]).toEqual([name, claims])
      }
      expect(sum(manager.get('throughput_by_hour')!, 'decided')).toBe(claims)
      // two stages, each over every claim
      expect(sum(manager.get('bottleneck')!, 'measured')).toBe(2 * claims)
    })
  })

  it('has every week of the period, a gap where nothing is', async () => {
    const {panels} = await show({name: 'agreement_by_week', from: new Date('2025-12-10'), to: new Date('2026-01-20')})
    const points = panels[0]!.rows.map(({values}) => [values['week'], values['agreement']] as const)
    expect(points.map(([week]) => week)).toEqual([
      '2025-12-08',
      '2025-12-15',
      '2025-12-22',
      '2025-12-29',
      '2026-01-05',
      '2026-01-12',
      '2026-01-19',
    ])
    expect(points[0]![1]).toBeNull()
    expect(points[4]![1]).not.toBeNull()
  })

  it('knows what was open at an earlier instant, whatever was decided since', async () => {
    for (const instant of ['2026-01-10T00:00:00.000Z', '2026-01-10T12:31:00.000Z', '2019-01-01T00:00:00.000Z']) {
      const request = {name: 'backlog', from: new Date('2018-01-01'), to: new Date('2026-02-01')}
      const {panels} = await show({...request, asOf: new Date(instant)})
      const open = rowsBy(panels[0]!, ['age', 'currency'], ['open', 'amount', 'oldest'])
      expect(open).toEqual(backlog(all, instant))
    }
  })

  it('compares with the period before, of the same length', async () => {
    const [from, to, start] = ['2026-01-10T12:00:00.000Z', '2026-01-11T12:00:00.000Z', '2026-01-09T12:00:00.000Z']
    const result = await show({from: new Date(from), to: new Date(to)})
    expect(result.before).toEqual({from: start, to: from})
    const earlier = claimsOf(all, start, from)
    const value = (name: string) => result.kpis.find((kpi) => kpi.name === name)!.values[0]!
    expect(value('ai_agreement_rate').before?.value).toBe(agreement(earlier).value)
    expect(value('processing_time').before?.value).toBe(processingTime(earlier).value)
    const now = value('ai_agreement_rate')
    expect(Number(now.change!.value)).toBeCloseTo(Number(now.value) - Number(now.before!.value), 5)
    const time = value('processing_time')
    expect(Number(time.change!.value)).toBeCloseTo(Number(time.value) / Number(time.before!.value) - 1, 3)
    const alone = await show({from: new Date(from), to: new Date(to), compare: false})
    expect(alone.before).toBeNull()
    const bare = (shown: KpiShowResult) =>
      shown.kpis.map(({name, values}) => [
        name,
        values.filter(({n}) => n !== 0).map((each) => ({...each, before: null, change: null})),
      ])
    expect(bare(alone)).toEqual(bare(result))
  })

  it.each(['day', 'week', 'month'] as const)('gives each KPI by %s', async (by) => {
    const {kpis, period} = await show({from: new Date('2026-01-03'), to: new Date('2026-02-01'), by})
    for (const {name, series} of kpis) {
      expect(series![0]!.from).toBe(period.from)
      expect(series!.at(-1)!.to).toBe(period.to)
      for (const [index, {from, to, values}] of series!.entries()) {
        if (index > 0) expect(from).toBe(series![index - 1]!.to)
        const claims = claimsOf(all, from, to)
        const models = new Map([
          ['ai_agreement_rate', agreement] as const,
          ['processing_time', processingTime] as const,
        ])
        const expected = models.get(name as 'processing_time')?.(claims)
        if (expected === undefined) continue
        const {value, denominator, excluded, p95} = values[0]!
        const {value: text, denominator: size, excluded: left, p95: high} = expected
        expect([from, value, denominator, excluded, p95]).toEqual([from, text, String(size), left, high])
      }
    }
  })

  it('says how many of its partitions are quarantined', async () => {
    const [from, to] = ['2026-01-05', '2026-01-12']
    const {quarantined} = await show({view: 'manager', from: new Date(from), to: new Date(to)})
    const aside = everyClaim(lake.exports, lake.exportFolder).filter(isQuarantined)
    const inDays = aside.filter(({createdAt}) => (createdAt?.S ?? '') >= from && (createdAt?.S ?? '') < to)
    expect(quarantined).toEqual([{table: 'claims', rows: inDays.length, within: 'days'}])
    expect(inDays.length).toBeGreaterThan(0)
  })

  it('suppresses what a small sample says', async () => {
    const request = {name: 'override_rate', from: new Date(JANUARY[0]), to: new Date(JANUARY[1])}
    const [judged] = (await show({...request, minN: 1})).kpis[0]!.values
    const [low] = (await show({...request, minN: judged!.n! + 1})).kpis[0]!.values
    expect(['green', 'yellow', 'red']).toContain(judged!.state)
    expect(low).toEqual({...judged, state: 'low_n', before: {...low!.before, state: low!.before!.state}})
  })
})

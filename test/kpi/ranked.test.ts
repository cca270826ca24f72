import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {DuckDbSession} from '../../src/lib/engines/duckdb/session.js'
import {showKpis, type KpiShowResult} from '../../src/lib/kpi/index.js'
import {quoteText} from '../../src/lib/sql/index.js'
import {sampleLake, type ClaimsLake} from './claims-lake.js'
import {agreement, claimsOf, everyClaim, isQuarantined, processingTime, type Item} from './claims-model.js'
import {backlog, hardCases, throughput} from './claims-view-model.js'

const [FROM, TO] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z']
const isReopened = ({claimId}: Item): boolean => /[02468]$/.test(claimId!.S!)

describe('a lake whose rows have to be compared', () => {
  let lake: ClaimsLake
  let claims: Item[]

  beforeAll(async () => {
    lake = await sampleLake(2000)
    await streamReopened()
    // newer rows are sound, whatever was wrong with the older ones of their keys
    claims = everyClaim(lake.exports, lake.exportFolder)
      .filter((item) => !isQuarantined(item))
      .map((item) => (isReopened(item) ? without(item, ['finalDecision', 'decidedAt']) : item))
  })
  afterAll(() => lake.remove())

  /** A newer row of each second claim, without its decision, as the stream would bring it. */
  async function streamReopened(): Promise<void> {
    const {store} = lake.context.ports
    const options = {temporaryFolder: join(lake.folder, 'tmp'), memoryLimitBytes: 512 * 1024 ** 2, threads: 2}
    const session = await DuckDbSession.open(options)
    const keys: string[] = []
    for await (const {key} of store.list('claims/')) keys.push(key)
    for (const key of keys) {
      const file = join(session.spoolFolder, 'stream.parquet')
      const changes = `'stream' AS _source, 2 AS _source_rank, _version + 1000000 AS _version, lpad('1', 64, '0') AS _sequence,
        CAST(NULL AS VARCHAR) AS final_decision, CAST(NULL AS TIMESTAMP) AS decided_at, CAST(NULL AS BIGINT) AS processing_ms,
        CAST(NULL AS BOOLEAN) AS overridden`
      await session.execute([
        `COPY (SELECT * REPLACE (${changes}) FROM read_parquet(${quoteText(store.localPath(key)!)}, hive_partitioning = false)
          WHERE _op = 'upsert' AND regexp_matches(claim_id, '[02468]$')) TO ${quoteText(file)} (FORMAT parquet)`,
      ])
      await store.write(key.replace(/[^/]+$/, 'stream-1.parquet'), {file})
    }
    await session.close()
  }

  function show(view: string): Promise<KpiShowResult> {
    const {definition, ports, query, signal, asOf} = lake.context
    const request = {view, from: new Date(FROM), to: new Date(TO), asOf}
    return showKpis(request, definition, {catalog: ports.catalog, store: ports.store, query, signal})
  }

  it('counts the newest row of each key', async () => {
    const own = claimsOf(claims, FROM, TO)
    const manager = await show('manager')
    const time = manager.kpis.find(({name}) => name === 'processing_time')!.values[0]!
    const expected = processingTime(own)
    expect([time.numerator, time.excluded]).toEqual([String(expected.numerator), expected.excluded])
    const hours = manager.panels.find(({name}) => name === 'throughput_by_hour')!
    expect(hours.rows.map(({values: {decided, created}}) => ({decided, created}))).toEqual([
      ...throughput(own).values(),
    ])
    const open = manager.panels.find(({name}) => name === 'backlog')!
    expect(open.rows.map(({values: {open: count, amount, oldest}}) => ({open: count, amount, oldest}))).toEqual(
      [...backlog(claims, TO)].sort(byCurrency).map(([, row]) => row),
    )
    const science = await show('data-science')
    const rate = science.kpis.find(({name}) => name === 'ai_agreement_rate')!.values[0]!
    expect([rate.value, rate.excluded]).toEqual([agreement(own).value, agreement(own).excluded])
    const cases = science.panels.find(({name}) => name === 'hard_cases')!
    expect(cases.rows.map(({values}) => values['claim_id'])).toEqual(hardCases(own, TO).ids)
  })

  it('counts what is quarantined, read with a period or without', async () => {
    const aside = everyClaim(lake.exports, lake.exportFolder).filter(isQuarantined)
    const inDays = aside.filter(({createdAt}) => (createdAt?.S ?? '') >= FROM && (createdAt?.S ?? '') < TO).length
    expect(inDays).toBeGreaterThan(0)
    expect((await show('cfo')).quarantined).toEqual([{table: 'claims', rows: inDays, within: 'days'}])
    const {definition, ports, query, signal, asOf} = lake.context
    const request = {name: 'backlog', from: new Date(FROM), to: new Date(TO), asOf}
    const alone = await showKpis(request, definition, {catalog: ports.catalog, store: ports.store, query, signal})
    expect(alone.quarantined).toEqual([{table: 'claims', rows: inDays, within: 'days'}])
  })
})

function without(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)))
}

/** The model's currencies come in the order of its claims. */
function byCurrency([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  const currency = (name: string): string => name.slice(name.lastIndexOf(' '))
  return currency(left) < currency(right) ? -1 : currency(left) > currency(right) ? 1 : 0
}

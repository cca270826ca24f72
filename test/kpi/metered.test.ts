import {afterAll, beforeAll, expect, it} from 'vitest'
import {closingNote, showKpis} from '../../src/lib/kpi/index.js'
import type {QueryEngine} from '../../src/lib/ports/query-engine.js'
import {sampleLake, type ClaimsLake} from './claims-lake.js'

const MINIMUM_MICROS = 48

let lake: ClaimsLake
beforeAll(async () => {
  lake = await sampleLake(200)
})
afterAll(() => lake.remove())

function show(query: QueryEngine) {
  const {definition, ports, signal, asOf} = lake.context
  const {catalog, store} = ports
  return showKpis({asOf, name: 'override_rate'}, definition, {catalog, store, query, signal})
}

it('nothing is billed on this machine', async () => {
  const result = await show(lake.context.query)
  expect(result).toMatchObject({bytesScanned: null, billedUsd: null})
  expect(closingNote(result)).toBeNull()
})

it('every statement is billed with its minimum, and the bytes are summed', async () => {
  const {query} = lake.context
  let statements = 0
  const result = await show({
    name: 'athena',
    run: async (request) => {
      statements += 1
      const statistics = {executionId: `q-${statements}`, scannedBytes: 1000, engineMs: 1, queuedMs: 0}
      return {...(await query.run(request)), statistics}
    },
    close: () => query.close(),
  })
  expect(statements).toBeGreaterThan(1)
  expect(result.bytesScanned).toBe(statements * 1000)
  expect(result.billedUsd).toBe(((statements * MINIMUM_MICROS) / 1_000_000).toFixed(6))
  expect(closingNote(result)).toMatch(/^Scanned [\d.]+ KiB, about \$0\.000\d+ at list price\.$/)
})

import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {readDefinition} from '../../../src/lib/lake/read.js'
import {resolveDefinition} from '../../../src/lib/lake/resolve.js'
import {readExportLine, readItem, type DynamoItem, type TableMapping} from '../../../src/lib/mapping/index.js'
import {writeSampleExport} from '../../../src/lib/sample/index.js'
import {HEAD} from '../../lake/definition-text.js'
import {everyTypeMapping, hostileItem, hostileNamesMapping, item} from '../../mapping/arbitrary-items.js'
import {mapByFunction, SqlMapper} from '../../mapping/map-items.js'
import {EXPORT_TIME, inFolder, readExport} from '../../sample/exports.js'
import {labSettings} from '../lab-settings.js'
import {AthenaLines} from './athena-lines.js'
import {hiveRows, mapByAthena} from './athena-mapper.js'
import {anyMapping, hardItems, oneReadingMappings, wildItem} from './athena-mapping-cases.js'

/** More of them: `SLUICE_LAB_ITEMS=2000`. Another seed: `SLUICE_LAB_SEED=7`. */
const ITEMS = Number(process.env['SLUICE_LAB_ITEMS'] ?? 250)
const SEED = Number(process.env['SLUICE_LAB_SEED'] ?? 1)
const MAPPINGS = Math.ceil(ITEMS / 60)

let lines: AthenaLines
let duckdb: SqlMapper

beforeAll(async () => {
  lines = await AthenaLines.open(labSettings())
  duckdb = await SqlMapper.open()
})
afterAll(async () => {
  lines.close()
  await duckdb.close()
})

async function expectAgreement(mapping: TableMapping, items: readonly unknown[], form?: 'json'): Promise<void> {
  const texts = items.map((one) => JSON.stringify({Item: one}))
  const expected = mapByFunction(mapping, items)
  const rows = await mapByAthena(lines, mapping, texts)
  expect(rows.map(({className: _, ...row}) => row)).toEqual(hiveRows(expected))
  expect(await duckdb.map(mapping, items, form)).toEqual(expected)
}

const sample = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number, offset = 0): Value[] =>
  fc.sample(arbitrary, {numRuns, seed: SEED + offset})

describe('the rows of Athena, of DuckDB and of the row function are the same', () => {
  it('for random items of every type and tag', async () => {
    await expectAgreement(everyTypeMapping, sample(item, ITEMS))
    await expectAgreement({...everyTypeMapping, when: [], skip: []}, sample(item, ITEMS, 1))
  })

  it('for random mappings', async () => {
    for (const [index, mapping] of sample(anyMapping, MAPPINGS).entries()) {
      await expectAgreement(mapping, sample(item, 60, index + 2))
    }
  })

  it('for attributes of any name, and for the rest of them', async () => {
    await expectAgreement(hostileNamesMapping, sample(hostileItem, ITEMS))
  })

  it('for JSON that DynamoDB never writes', async () => {
    await expectAgreement({...everyTypeMapping, when: [], skip: []}, sample(wildItem, ITEMS), 'json')
  })

  it.each(oneReadingMappings.map((mapping) => [mapping.table, mapping] as const))(
    'for values at every edge read as %s',
    async (_, mapping) => {
      await expectAgreement(mapping, hardItems)
    },
  )

  it('for claims of a sample, some with defects', async () => {
    const lake = resolveDefinition(readDefinition(`${HEAD}blueprint: claims\n`, '/lakes/sluice.yaml', 'sluice.yaml'), 'local')
    const mapping = lake.tables[0]!
    const texts = await inFolder(async (ports, root) => {
      const {folder} = await writeSampleExport({items: 4 * ITEMS, errorRate: 0.05, exportTime: EXPORT_TIME, seed: SEED}, ports)
      return (await readExport(root, folder)).flatMap((file) => file.lines)
    })
    await expectAgreement(mapping, texts.map((text) => (JSON.parse(text) as {Item: unknown}).Item))
  })
})

import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {
  columnType,
  compileAthena,
  compileChangeFunction,
  readChange,
  ROW_CLASS,
  SECOND_CLASSES,
  type RowClass,
  type TableMapping,
} from '../../../src/lib/mapping/index.js'
import {change, noChange, noImage, type ChangeDocument} from '../../mapping/arbitrary-changes.js'
import {changeTable} from '../../mapping/change-tables.js'
import {CLASS_OF_OUTCOME} from '../../mapping/map-changes.js'
import {comparable} from '../../mapping/map-items.js'
import {labSettings} from '../lab-settings.js'
import {lineDigest, AthenaLines} from './athena-lines.js'
import {columnValue, valueText} from './athena-mapper.js'

/** More of them: `SLUICE_LAB_ITEMS=2000`. Another seed: `SLUICE_LAB_SEED=7`. */
const TABLES = Math.ceil(Number(process.env['SLUICE_LAB_ITEMS'] ?? 250) / 25)
const SEED = Number(process.env['SLUICE_LAB_SEED'] ?? 1)
const LINES = 60

interface LineRows {
  readonly lineClass: RowClass
  readonly problem: string | null
  /** As texts, sorted: rows of a line have no order. */
  readonly rows: readonly string[]
}

const CLASS_NAMES = new Map<number, RowClass>(Object.entries(ROW_CLASS).map(([name, n]) => [n, name as RowClass]))

function rowText(op: string, version: string, partition: readonly unknown[] | null, values: object): string {
  return JSON.stringify([op, version, partition, values], (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`
    // The members of nested JSON have no order.
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
  })
}

function byFunction(mapping: TableMapping, texts: readonly string[]): LineRows[] {
  const map = compileChangeFunction(mapping)
  return texts.map((text) => {
    const read = readChange(Buffer.from(text))
    if ('fault' in read) return {lineClass: 'noItem', problem: null, rows: []}
    const {outcome, problem, rows} = map(read.change)
    const shown = rows.map(({op, values, partition}) =>
      // To Hive, the empty text is the NULL partition.
      rowText(
        op,
        String(read.change.version),
        partition?.map((value) => value || null) ?? null,
        comparable(mapping, values),
      ),
    )
    const why = problem === null ? null : `${problem.policy} ${problem.reason} ${problem.column}`
    return {lineClass: CLASS_OF_OUTCOME[outcome], problem: why, rows: shown.sort()}
  })
}

async function byAthena(lines: AthenaLines, mapping: TableMapping, texts: readonly string[]): Promise<LineRows[]> {
  const {rowsSql, partitionColumns} = compileAthena(mapping, {shape: 'changes'})
  const values = mapping.columns.map(({name, type}) => valueText(columnType(type), `"${name}"`))
  const fields = [
    'CAST(_class AS VARCHAR)',
    '_problem',
    '_place',
    '_op',
    'CAST(_version AS VARCHAR)',
    ...partitionColumns,
  ]
  const from = rowsSql(await lines.table(texts), {version: 1n, sourceRank: 1, source: 'run'})
  const found = await lines.rows(
    `SELECT to_hex(md5(to_utf8(_line))), json_format(CAST(ARRAY[${[...fields, ...values].join(', ')}] AS JSON)) FROM ${from}`,
  )
  const byLine = new Map<string, string[]>()
  for (const [line, row] of found) byLine.set(line!, [...(byLine.get(line!) ?? []), row!])
  return texts.map((text) => lineRows(mapping, byLine.get(lineDigest(text)) ?? []))
}

function lineRows(mapping: TableMapping, rows: readonly string[]): LineRows {
  const parts = mapping.partition?.by.length ?? 0
  const read = rows.map((json) => {
    const [rowClass, problem, place, op, version, ...texts] = JSON.parse(json) as (string | null)[]
    const entries = mapping.columns.map((column, index) => [column.name, columnValue(column, texts[parts + index]!)])
    const partition = place === 'deletes' ? null : texts.slice(0, parts)
    const shown = rowText(op!, version!, partition, Object.fromEntries(entries) as object)
    return {name: CLASS_NAMES.get(Number(rowClass))!, problem: problem!, place, shown}
  })
  const own = read.filter(({name}) => !SECOND_CLASSES.includes(name))
  if (own.length !== 1) throw new Error(`A line has ${own.length} rows of its own.`)
  const {name, problem} = own[0]!
  return {
    lineClass: name,
    problem: name === 'quarantined' || name === 'error' ? problem : null,
    rows: name === 'error' ? [] : read.flatMap(({place, shown}) => (place === null ? [] : [shown])).sort(),
  }
}

describe('the rows of changes by Athena and by the change function are the same', () => {
  let lines: AthenaLines

  beforeAll(async () => {
    lines = await AthenaLines.open(labSettings())
  })
  afterAll(() => lines.close())

  async function expectAgreement(documents: fc.Arbitrary<ChangeDocument>, tables: number, offset: number) {
    const mappings = fc.sample(changeTable, {numRuns: tables, seed: SEED + offset})
    for (const [index, mapping] of mappings.entries()) {
      const sample = fc.sample(documents, {numRuns: LINES, seed: SEED + offset + index})
      // Two equal lines would be told as one.
      const texts = sample.map((document, line) => JSON.stringify({...document, Line: line}))
      expect(await byAthena(lines, mapping, texts), JSON.stringify(mapping)).toEqual(byFunction(mapping, texts))
    }
  }

  it('for random changes of random tables', {timeout: 300_000}, async () => {
    const line = fc.oneof({weight: 20, arbitrary: change}, {weight: 1, arbitrary: noChange})
    await expectAgreement(line, TABLES, 0)
  })

  it('for lines that are no change', {timeout: 300_000}, async () => {
    await expectAgreement(fc.oneof(noChange, noImage), Math.ceil(TABLES / 4), 100)
  })
})

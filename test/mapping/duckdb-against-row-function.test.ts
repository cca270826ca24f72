import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {DuckDbSession} from '../../src/lib/engines/duckdb/session.js'
import {queryValue} from '../../src/lib/engines/duckdb/values.js'
import {compileDuckdb, compileRowFunction, decodePartition, type DynamoItem} from '../../src/lib/mapping/index.js'
import type {QueryValue} from '../../src/lib/ports/query-engine.js'
import {MAPPING_PRELUDE, quoteText} from '../../src/lib/sql/index.js'
import {everyTypeMapping, item} from './arbitrary-items.js'

const LOAD_DAY = '2026-01-14'
let folder: string
let session: DuckDbSession

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sluice-mapping-'))
  session = await DuckDbSession.open({temporaryFolder: folder, memoryLimitBytes: 1024 ** 3, threads: 2})
  await session.execute(MAPPING_PRELUDE)
})

afterAll(async () => {
  await session.close()
  await rm(folder, {recursive: true})
})

interface ComparedRow {
  readonly values: Readonly<Record<string, QueryValue>>
  readonly problem: string | null
  readonly partition: readonly (string | null)[]
}

async function mapWithDuckdb(items: readonly DynamoItem[]): Promise<ComparedRow[]> {
  const file = path.join(folder, 'items.json')
  await writeFile(file, items.map((entry) => `${JSON.stringify({Item: entry})}\n`).join(''))
  const compiled = compileDuckdb(everyTypeMapping, LOAD_DAY)
  const lines = `(SELECT Item, row_number() OVER () AS file_index FROM read_json(${quoteText(file)}, format = 'newline_delimited', columns = {Item: ${quoteText(compiled.itemType)}}))`
  const rows = await session.rows(
    `SELECT * FROM ${compiled.rowsSql(lines, {version: 1n, sourceRank: 0, source: 'run'})} ORDER BY _file_index`,
  )
  return rows.map((row) => ({
    values: Object.fromEntries(everyTypeMapping.columns.map(({name}) => [name, queryValue(row[name] ?? null)])),
    problem: row['_problem'] === null ? null : String(row['_problem']),
    partition: decodePartition(String(row['_partition'])),
  }))
}

function mapWithRowFunction(items: readonly DynamoItem[]): ComparedRow[] {
  const map = compileRowFunction(everyTypeMapping, LOAD_DAY)
  return items.map((entry) => {
    const row = map(entry)
    if (row.state !== 'row') throw new Error('every generated item has a key')
    const {problem} = row
    return {
      values: row.values,
      problem: problem === null ? null : `${problem.policy} ${problem.reason} ${problem.column}`,
      partition: row.partition,
    }
  })
}

it('gives the same values, problems and partitions by SQL and by the row function, for random items', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, {minLength: 1, maxLength: 60}), async (items) => {
      expect(await mapWithDuckdb(items)).toEqual(mapWithRowFunction(items))
    }),
    {numRuns: 60},
  )
})

import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {DuckDbSession} from '../../src/lib/engines/duckdb/session.js'
import {queryValue} from '../../src/lib/engines/duckdb/values.js'
import {
  columnType,
  compileDuckdb,
  compileRowFunction,
  decodePartition,
  ROW_CLASS,
  type TableMapping,
} from '../../src/lib/mapping/index.js'
import type {QueryValue} from '../../src/lib/ports/query-engine.js'
import {MAPPING_PRELUDE, quoteText} from '../../src/lib/sql/index.js'

export const LOAD_DAY = '2026-01-14'

/** What one of the mapping's compilers makes of an item, in a form that the others' can be compared with. */
export interface ComparedRow {
  readonly state: 'row' | 'no_key' | 'skipped' | 'elsewhere'
  readonly values?: Readonly<Record<string, unknown>>
  readonly problem?: string | null
  readonly partition?: readonly (string | null)[]
}

/** The members of a JSON text have no order, so it is compared by value. */
export function comparable(
  mapping: TableMapping,
  values: Readonly<Record<string, QueryValue>>,
): Record<string, unknown> {
  const entries = mapping.columns.map((column): [string, unknown] => {
    const value = values[column.name] ?? null
    const isJson = 'derive' in column ? 'rest' in column.derive : /^(L|M|SS|NS|BS)$/.test(column.tag ?? '')
    const isText = isJson && columnType(column.type).kind === 'string'
    return [column.name, isText && value !== null ? (JSON.parse(String(value)) as unknown) : value]
  })
  return Object.fromEntries(entries)
}

export function mapByFunction(mapping: TableMapping, items: readonly unknown[]): ComparedRow[] {
  const map = compileRowFunction(mapping, LOAD_DAY)
  return items.map((item) => {
    const row = map(item as Parameters<typeof map>[0])
    if (row.state !== 'row') return row
    const {state, problem, partition, values} = row
    const text = problem === null ? null : `${problem.policy} ${problem.reason} ${problem.column}`
    return {state, values: comparable(mapping, values), problem: text, partition}
  })
}

/** Maps by SQL, on a DuckDB of its own. */
export class SqlMapper {
  private constructor(
    private readonly folder: string,
    private readonly session: DuckDbSession,
  ) {}

  static async open(): Promise<SqlMapper> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-mapping-'))
    const session = await DuckDbSession.open({temporaryFolder: folder, memoryLimitBytes: 1024 ** 3, threads: 1})
    await session.execute(MAPPING_PRELUDE)
    return new SqlMapper(folder, session)
  }

  async map(mapping: TableMapping, items: readonly unknown[], form?: 'struct' | 'json'): Promise<ComparedRow[]> {
    return this.mapLines(
      mapping,
      items.map((item) => JSON.stringify({Item: item})),
      form,
    )
  }

  async mapLines(mapping: TableMapping, texts: readonly string[], form?: 'struct' | 'json'): Promise<ComparedRow[]> {
    const file = path.join(this.folder, 'items.json')
    await writeFile(file, texts.map((text) => `${text}\n`).join(''))
    const compiled = compileDuckdb(mapping, form === undefined ? {} : {form})
    const lines = `(SELECT Item, row_number() OVER () AS file_index FROM read_json(${quoteText(file)}, format = 'newline_delimited', columns = {Item: ${quoteText(compiled.itemType)}}))`
    const rows = compiled.rowsSql(lines, {version: BigInt(Date.parse(LOAD_DAY)) * 1000n, sourceRank: 0, source: 'run'})
    return this.rows(mapping, `SELECT * FROM ${rows} ORDER BY _file_index`)
  }

  private async rows(mapping: TableMapping, sql: string): Promise<ComparedRow[]> {
    const reader = await this.session.connection.runAndReadAll(sql)
    const types = reader.columnTypes()
    const names = reader.columnNames()
    return reader.getRows().map((values) => {
      const row = Object.fromEntries(names.map((name, index) => [name, queryValue(values[index]!, types[index]!)]))
      const state = STATE_OF_CLASS[Number(row['_class'])]!
      if (state !== 'row') return {state}
      return {
        state,
        values: comparable(mapping, row),
        problem: row['_problem'] === null ? null : String(row['_problem']),
        partition: mapping.partition === null ? [] : decodePartition(String(row['_partition'])),
      }
    })
  }

  async close(): Promise<void> {
    await this.session.close()
    await rm(this.folder, {recursive: true})
  }
}

const STATE_OF_CLASS: Readonly<Record<number, ComparedRow['state']>> = {
  [ROW_CLASS.upsert]: 'row',
  [ROW_CLASS.quarantined]: 'row',
  [ROW_CLASS.error]: 'row',
  [ROW_CLASS.skipped]: 'skipped',
  [ROW_CLASS.elsewhere]: 'elsewhere',
  [ROW_CLASS.noKey]: 'no_key',
  [ROW_CLASS.noItem]: 'no_key',
}

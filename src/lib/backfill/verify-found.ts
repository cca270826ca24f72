import {deletesTableName} from '../changelog/index.js'
import {catalogValues, columnType, isImmutable, type ChangeRow, type TableMapping} from '../mapping/index.js'
import type {QueryEngine, QueryValue} from '../ports/query-engine.js'
import {quoteIdentifier} from '../sql/index.js'

/** A stored row of a run. */
export interface FoundRow {
  readonly op: string
  readonly values: Readonly<Record<string, QueryValue>>
  /** As the catalog has it; null in the table of deletes of no known partition. */
  readonly partition: readonly string[] | null
}

/** Stored rows by `rowName`. */
export type FoundRows = ReadonlyMap<string, readonly FoundRow[]>

interface RowsAsked {
  readonly mapping: TableMapping
  readonly run: string
  /** Values of keys, in the order of the mapping's key. */
  readonly keys: readonly (readonly QueryValue[])[]
  readonly readsDeletes: boolean
  /** Files of the table stand beside what they were merged to: a row that stands twice is one. */
  readonly isDoubled: boolean
}

interface QueryPorts {
  readonly query: QueryEngine
  readonly signal: AbortSignal
}

/** What names a change of a run: its key and its version. */
export function rowName(key: readonly QueryValue[], version: bigint): string {
  return JSON.stringify([...key.map(String), String(version)])
}

/** The rows of some keys of a run, by one reading of the table and one of its deletes. */
export async function findRows(asked: RowsAsked, ports: QueryPorts): Promise<FoundRows> {
  const {mapping} = asked
  const found = new Map<string, FoundRow[]>()
  const columns = mapping.columns.map(({name}) => name)
  const partition = mapping.partition?.by.map(({name}) => name) ?? []
  const [table, deletes] = [mapping.table, deletesTableName(mapping.table)]
  await collect(found, {...asked, table, columns, partition}, ports)
  if (asked.readsDeletes) await collect(found, {...asked, table: deletes, columns: mapping.key, partition: null}, ports)
  return found
}

interface TableAsked extends RowsAsked {
  readonly table: string
  readonly columns: readonly string[]
  readonly partition: readonly string[] | null
}

async function collect(found: Map<string, FoundRow[]>, asked: TableAsked, {query, signal}: QueryPorts): Promise<void> {
  const {run, mapping, keys, table, columns, partition} = asked
  const keyTexts = mapping.key.map((name) => keyText(mapping, name))
  const selected = [...keyTexts, '_version', '_op', ...[...columns, ...(partition ?? [])].map(quoteIdentifier)]
  // Each column of the key by itself: a few rows too many, and no engine's way of comparing several at once.
  const conditions = keyTexts.map((text, n) => `${text} IN (${keys.map((_, m) => `$key${n}_${m}`).join(', ')})`)
  const result = await query.run({
    sql: `SELECT ${selected.join(', ')} FROM ${quoteIdentifier(table)} WHERE _source = $run AND ${conditions.join(' AND ')}`,
    parameters: {run, ...keyParameters(keys)},
    signal,
  })
  const width = mapping.key.length
  for await (const row of result.rows) {
    const name = rowName(row.slice(0, width), row[width] as bigint)
    const cells = row.slice(width + 2)
    const values = Object.fromEntries(columns.map((column, index) => [column, cells[index]!]))
    const place = partition === null ? null : catalogValues(cells.slice(columns.length) as (string | null)[])
    const rows = found.get(name) ?? []
    const read: FoundRow = {op: String(row[width + 1]), values, partition: place}
    if (!asked.isDoubled || !rows.some((one) => textOf(one) === textOf(read))) found.set(name, [...rows, read])
  }
}

function textOf(row: FoundRow): string {
  return JSON.stringify(row, (_, entry: unknown) => (typeof entry === 'bigint' ? `${entry}n` : entry))
}

function keyParameters(keys: RowsAsked['keys']): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key, m) => key.map((value, n) => [`key${n}_${m}`, String(value)])))
}

/** As the row function writes it, whatever the column's type has grown to since. */
function keyText(mapping: TableMapping, name: string): string {
  const {type} = mapping.columns.find((column) => column.name === name)!
  const column = quoteIdentifier(name)
  return `CAST(${columnType(type).kind === 'decimal' ? `TRY_CAST(${column} AS ${type})` : column} AS VARCHAR)`
}

/** How the rows of a change differ from those it should have: the column, never the value. Null: not at all. */
export function differenceOf(
  expected: readonly ChangeRow[],
  found: readonly FoundRow[],
  mapping: TableMapping,
): string | null {
  if (found.length !== expected.length)
    return `its key has ${rowsText(found.length)} of this change, not ${expected.length}`
  for (const row of expected) {
    const same = found.filter((one) => one.op === row.op && isInPlace(row, one, mapping))
    if (same.length === 0)
      return `it has no row ${row.op} ${row.partition === null ? 'of every partition' : 'in its partition'}`
    const column = differingColumn(row, same[0]!, mapping)
    if (column !== undefined) return `column ${column} differs`
  }
  return null
}

/** A table whose partitions say nothing of a key has its deletes in any of them. */
function isInPlace({partition}: ChangeRow, found: FoundRow, mapping: TableMapping): boolean {
  if (partition === null) return found.partition === null || !isImmutable(mapping)
  return JSON.stringify(found.partition) === JSON.stringify(catalogValues(partition))
}

function rowsText(count: number): string {
  return count === 0 ? 'no row' : count === 1 ? '1 row' : `${count} rows`
}

function differingColumn(expected: ChangeRow, {values}: FoundRow, mapping: TableMapping): string | undefined {
  return mapping.columns.find(
    ({name, type}) =>
      Object.hasOwn(values, name) && canonical(values[name]!, type) !== canonical(expected.values[name] ?? null, type),
  )?.name
}

/** Numbers as text without zeros at their end: a column's type may have grown since the run. */
function canonical(value: QueryValue, typeName: string): string {
  const type = columnType(typeName)
  const {kind} = type.kind === 'array' ? type.element : type
  const isExact = kind === 'integer' || kind === 'bigint' || kind === 'decimal'
  return JSON.stringify(value, (_, entry: unknown) => {
    if (!isExact) return typeof entry === 'bigint' ? entry.toString() : entry
    const isNumber = typeof entry === 'bigint' || typeof entry === 'number' || typeof entry === 'string'
    return isNumber ? shortest(String(entry)) : entry
  })
}

function shortest(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}

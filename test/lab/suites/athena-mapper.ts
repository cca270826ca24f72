import {
  columnType,
  compileAthena,
  ROW_CLASS,
  type Column,
  type ColumnType,
  type CompileAthenaOptions,
  type TableMapping,
} from '../../../src/lib/mapping/index.js'
import type {QueryValue} from '../../../src/lib/ports/query-engine.js'
import {LOAD_DAY, type ComparedRow} from '../../mapping/map-items.js'
import {lineDigest, type AthenaLines} from './athena-lines.js'

const ORIGIN = {version: BigInt(Date.parse(LOAD_DAY)) * 1000n, sourceRank: 0, source: 'run'}

/** What Athena makes of a line, and the name of its class. */
export interface AthenaRow extends ComparedRow {
  readonly className: string
}

/**
 * The rows of lines, in the order of the lines. Each comes as one text, the JSON of its values' texts, so that nothing
 * between Trino and here reads a value.
 */
export async function mapByAthena(
  lines: AthenaLines,
  mapping: TableMapping,
  texts: readonly (string | Buffer)[],
  options: CompileAthenaOptions = {},
): Promise<AthenaRow[]> {
  const {rowsSql, partitionColumns} = compileAthena(mapping, options)
  const values = mapping.columns.map(({name, type}) => valueText(columnType(type), `"${name}"`))
  const fields = ['CAST(_class AS VARCHAR)', '_problem', ...partitionColumns, ...values]
  const digest = 'to_hex(md5(to_utf8(_line)))'
  const rows = await lines.rows(
    `SELECT ${digest}, json_format(CAST(ARRAY[${fields.join(', ')}] AS JSON)) FROM ${rowsSql(await lines.table(texts), ORIGIN)}`,
  )
  if (rows.length !== texts.length) throw new Error(`${texts.length} lines gave ${rows.length} rows.`)
  const byLine = new Map(rows.map(([line, row]) => [line, readRow(mapping, row!)]))
  return texts.map((text) => byLine.get(lineDigest(text))!)
}

/** SQL of a value as text that tells all of it. */
export function valueText(type: ColumnType, value: string): string {
  switch (type.kind) {
    case 'string':
      return value
    case 'binary':
      return `to_base64(${value})`
    case 'array':
      return `json_format(CAST(transform(${value}, e -> ${valueText(type.element, 'e')}) AS JSON))`
    default:
      return `CAST(${value} AS VARCHAR)`
  }
}

function readRow(mapping: TableMapping, json: string): AthenaRow {
  const [rowClass, problem, ...texts] = JSON.parse(json) as (string | null)[]
  const className = Object.entries(ROW_CLASS).find(([, number]) => number === Number(rowClass))![0]
  if (className === 'skipped' || className === 'elsewhere') return {state: className, className}
  if (className === 'noKey' || className === 'noItem') return {state: 'no_key', className}
  const count = mapping.partition?.by.length ?? 0
  const values = mapping.columns.map((column, index): [string, unknown] => [
    column.name,
    columnValue(column, texts[count + index]!),
  ])
  return {
    state: 'row',
    values: Object.fromEntries(values),
    problem: problem!,
    partition: texts.slice(0, count),
    className,
  }
}

/** The value behind such a text, nested JSON by its members. */
export function columnValue(column: Column, text: string | null): unknown {
  if (text === null) return null
  if (!isJsonText(column)) return readValue(columnType(column.type), text)
  const value = JSON.parse(text) as unknown
  if (text !== sortedJson(value)) throw new Error(`${text} is not written as ${sortedJson(value)}.`)
  return value
}

function readValue(type: ColumnType, text: string): QueryValue {
  switch (type.kind) {
    case 'integer':
    case 'double':
      return Number(text)
    case 'bigint':
      return BigInt(text)
    case 'boolean':
      return text === 'true'
    case 'timestamp':
      return `${text.replace(' ', 'T')}Z`
    case 'array':
      return (JSON.parse(text) as string[]).map((element) => readValue(type.element, element))
    default:
      return text
  }
}

function isJsonText(column: Column): boolean {
  if (columnType(column.type).kind !== 'string') return false
  return 'derive' in column ? 'rest' in column.derive : /^(L|M|SS|NS|BS)$/.test(column.tag ?? '')
}

/** JSON as Athena stores it: members by name, escapes of control characters in capitals. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([name, child]) => `${sortedJson(name)}:${sortedJson(child)}`).join(',')}}`
  }
  return JSON.stringify(value).replace(/\\\\|\\u[0-9a-f]{4}/g, (escape) =>
    escape.startsWith('\\u') ? `\\u${escape.slice(2).toUpperCase()}` : escape,
  )
}

/** Rows of the row function as Athena's: to Hive, the empty text is the NULL partition. */
export function hiveRows(rows: readonly ComparedRow[]): ComparedRow[] {
  return rows.map((row) =>
    row.partition === undefined
      ? row
      : {...row, partition: row.partition.map((value) => (value === '' ? null : value))},
  )
}

import type {ColumnFacts, MergeFacts} from '../../ports/merge-engine.js'
import type {ReadColumn} from '../../parquet/compare-columns.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'

/** Rows of a table counted and hashed as a multiset, and what stands in their columns. JSON, for the journal. */
export interface AthenaFacts extends MergeFacts {
  readonly scannedBytes: number
}

type Column = Pick<ColumnFacts, 'name' | 'type'>

const EPOCH_DAY = `DATE '1970-01-01'`
const EPOCH = `TIMESTAMP '1970-01-01 00:00:00.000'`
const MICROS_OF_A_MILLI = 1000n

/** A SELECT of one row: the same text over sources and outputs, so that equal rows have equal checksums. */
export function factsSql(columns: readonly Column[], from: string): string {
  const names = columns.map(({name}) => quoteIdentifier(name))
  const facts = columns.flatMap((column) => {
    const bound = boundSql(column)
    const count = `count(${quoteIdentifier(column.name)})`
    return bound === null ? [count] : [count, ...['min', 'max'].map((least) => `CAST(${least}(${bound}) AS varchar)`)]
  })
  return `SELECT ${['count(*)', `to_hex(checksum(ROW(${names.join(', ')})))`, ...facts].join(', ')} FROM ${from}`
}

/** The one row of `factsSql`. */
export function readFacts(row: readonly (string | null)[], columns: readonly Column[]): MergeFacts {
  const [rows, digest, ...rest] = row
  const count = Number(rows)
  const values = rest.values()
  const next = (): string | null => values.next().value ?? null
  return {
    rows: count,
    digest: digest ?? '0',
    columns: columns.map((column) => {
      const {name, type} = column
      const nulls = count - Number(next())
      if (boundSql(column) === null) return {name, type, nulls}
      const [min, max] = [next(), next()]
      return min === null || max === null
        ? {name, type, nulls}
        : {name, type, nulls, min: wholeOf(min, type), max: wholeOf(max, type)}
    }),
  }
}

/** As the footers' bounds are compared. */
export function readColumnOf({nulls, min, max}: ColumnFacts): ReadColumn {
  const of = (bound: string | undefined): bigint | null => (bound === undefined ? null : BigInt(bound))
  return {nulls: nulls ?? 0, minimum: of(min), maximum: of(max)}
}

/** A value as an integer: days or milliseconds since 1970, or a number; null for types that are compared by hash alone. */
function boundSql({name, type}: Column): string | null {
  const sql = quoteIdentifier(name)
  if (type === 'boolean') return `CAST(${sql} AS integer)`
  if (type === 'date') return `date_diff('day', ${EPOCH_DAY}, ${sql})`
  if (type === 'timestamp') return `date_diff('millisecond', ${EPOCH}, ${sql})`
  return /^(tinyint|smallint|int|bigint|decimal\(\d+,\d+\))$/.test(type) ? sql : null
}

/** An integer in the unit of the footers' bounds: a decimal's digits, microseconds. */
function wholeOf(text: string, type: string): string {
  const whole = BigInt(text.replace('.', ''))
  return String(type === 'timestamp' ? whole * MICROS_OF_A_MILLI : whole)
}

/** A condition over the rows that are kept; empty where all are. */
export function keptSql(droppedRuns: readonly string[]): string {
  if (droppedRuns.length === 0) return ''
  return ` WHERE ("_source" IS NULL OR "_source" NOT IN (${droppedRuns.map(quoteText).join(', ')}))`
}

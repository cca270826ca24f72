import {quoteText} from '../sql/index.js'
import {columnOperand, derivationSql, type OperandSql} from './duckdb-derive.js'
import type {Derivation, Partitioning, TableMapping} from './types.js'

/** The tray of deletes whose partition is not known; no text of partition values is like it. */
export const DELETES_TRAY = 'd'

/** Folder names take 255 bytes, of which `_partition=` takes some. */
const LONGEST_TRAY_BYTES = 200

/**
 * One text for all partition values that is safe as a folder name: DuckDB's own encoding of folder names differs from
 * Hive's and lets NULL and its default name share a folder, so its folders are only a sorting tray. Each value is `n`
 * for NULL, `v` and the plain text, or `x` and the UTF-8 bytes in hexadecimal. Capitals are not plain: a file system
 * may take `A` and `a` for one folder. `version` (SQL, microseconds) tells the day that stands in for a missing time: that
 * of the change, not of the load, so that a change has one partition in whatever export it is found.
 */
export function partitionText(mapping: TableMapping, version: string): string {
  const {partition} = mapping
  if (partition === null) return `'v'`
  const withLoadDay: OperandSql = (operand) =>
    `coalesce(${columnOperand(operand)}, date_trunc('day', make_timestamp(${version})))`
  const oneTime = oneTimeText(partition, withLoadDay)
  if (oneTime !== null) return oneTime
  const values = partition.by.map(({derive}) => {
    // The day of the row's version stands in for a time; a missing text has no such substitute.
    const isDated = partition.fallback === 'load_day' && 'format_date' in derive
    const sql = derivationSql(derive, isDated ? withLoadDay : columnOperand)
    return isPlainDate(derive) ? `coalesce('v' || ${sql}, 'n')` : encodedValue(sql)
  })
  return values.join(` || '-' || `)
}

/** Parts of one time, as year, month and day mostly are, are formatted at once: a third of the work. */
function oneTimeText({by, fallback}: Partitioning, withLoadDay: OperandSql): string | null {
  const patterns: string[] = []
  const operands = new Set<string>()
  for (const {derive} of by) {
    if (!('format_date' in derive) || !isPlainDate(derive)) return null
    operands.add(derive.format_date[0])
    patterns.push(`v${derive.format_date[1]}`)
  }
  if (operands.size !== 1) return null
  const time = (fallback === 'load_day' ? withLoadDay : columnOperand)([...operands][0]!)
  const none = by.map(() => 'n').join('-')
  return `coalesce(strftime(${time}, ${quoteText(patterns.join('-'))}), ${quoteText(none)})`
}

/** A date pattern of nothing but fields gives digits only: no need to look at every value. */
function isPlainDate(derivation: Derivation): boolean {
  return 'format_date' in derivation && /^(%[YmdH])+$/.test(derivation.format_date[1])
}

function encodedValue(sql: string): string {
  return `CASE WHEN ${sql} IS NULL THEN 'n' WHEN regexp_full_match(${sql}, '[a-z0-9_]*') THEN 'v' || ${sql} ELSE 'x' || hex(encode(${sql})) END`
}

/** SQL of the tray for rows of a partition text: the text itself, or a digest where a folder's name would be too long. */
export function trayText(sql: string): string {
  return `CASE WHEN ${fitsTray(sql)} THEN ${sql} ELSE 'h' || md5(${sql}) END`
}

/** SQL that is true for a partition text that is its own tray. */
export function fitsTray(sql: string): string {
  return `strlen(${sql}) <= ${LONGEST_TRAY_BYTES}`
}

/** Whether a tray stands for a text that must be asked of its rows. */
export function isDigestTray(tray: string): boolean {
  return tray.startsWith('h')
}

/** The values behind a `_partition` text; null for NULL. */
export function decodePartition(text: string): (string | null)[] {
  return text.split('-').map((part) => {
    if (part.startsWith('n')) return null
    return part.startsWith('v') ? part.slice(1) : Buffer.from(part.slice(1), 'hex').toString('utf8')
  })
}

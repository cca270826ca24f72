import {columnType, isDerived, sourceTag, type TableMapping} from '../../mapping/index.js'
import {quoteIdentifier} from '../../sql/index.js'
import {fileList} from './local-files.js'
import type {DuckDbSession} from './session.js'

/** Answers whether a line may be one of those that are looked for; `true` where it cannot tell. */
export type LineProbe = (line: Buffer) => boolean

const SEPARATOR = '\u0000'
const QUOTE = 0x22
const BACKSLASH = 0x5c

export interface QuarantinedKeys {
  /** Whether a row with this key, as texts, was set aside. */
  readonly isWanted: (key: readonly string[]) => boolean
  /**
   * Finds the lines of quarantined rows without parsing a million others: it looks for the key's text where DynamoDB
   * writes it. It may be misled (a nested attribute of the key's name, a number written in another way), so whoever
   * uses it must know how many lines there are to find. Null where keys are not plain attributes.
   */
  readonly probe: LineProbe | null
}

/** The keys of the rows that were set aside, from the rows in the spool. */
export async function quarantinedKeys(
  session: DuckDbSession,
  mapping: TableMapping,
  rowFiles: readonly string[],
  signal?: AbortSignal,
): Promise<QuarantinedKeys> {
  const key = mapping.key.map((name) => `${keyText(mapping, name)} AS ${quoteIdentifier(name)}`)
  const from = `FROM read_parquet(${fileList(rowFiles)}, hive_partitioning = false)`
  const rows =
    rowFiles.length === 0
      ? []
      : await session.rows(`SELECT ${key.join(', ')} ${from} WHERE _op = 'quarantined'`, signal)
  return keysAndProbe(
    mapping,
    rows.map((row) => mapping.key.map((name) => String(row[name]))),
  )
}

/** As `quarantinedKeys`, of keys that are known. */
export function keysAndProbe(mapping: TableMapping, keys: readonly (readonly string[])[]): QuarantinedKeys {
  const wanted = new Set(keys.map((values) => values.join(SEPARATOR)))
  const needles = keyNeedles(mapping)
  return {
    isWanted: (values) => wanted.has(values.join(SEPARATOR)),
    probe: needles === null ? null : probeOf(needles, wanted),
  }
}

/** The key's text as the row function gives it. */
function keyText(mapping: TableMapping, name: string): string {
  const isBinary = mapping.columns.find((column) => column.name === name)?.type === 'binary'
  return isBinary ? `to_base64(${quoteIdentifier(name)})` : `CAST(${quoteIdentifier(name)} AS VARCHAR)`
}

function probeOf(needles: readonly Buffer[], wanted: ReadonlySet<string>): LineProbe {
  return (line) => {
    const values = needles.map((needle) => textAfter(line, needle))
    return values.includes(null) || wanted.has(values.join(SEPARATOR))
  }
}

/** The text before each key value, as DynamoDB writes it: `"claimId":{"S":"`. */
function keyNeedles(mapping: TableMapping): Buffer[] | null {
  const needles: Buffer[] = []
  for (const name of mapping.key) {
    const column = mapping.columns.find((one) => one.name === name)
    if (column === undefined || isDerived(column) || typeof column.from !== 'string') return null
    const {kind} = columnType(column.type)
    if (kind !== 'string' && kind !== 'bigint' && kind !== 'integer') return null
    needles.push(Buffer.from(`${JSON.stringify(column.from)}:{"${sourceTag(column)}":"`))
  }
  return needles
}

/** The string that begins after the needle; null when the needle is not there, or the string has escapes. */
function textAfter(line: Buffer, needle: Buffer): string | null {
  const at = line.indexOf(needle)
  if (at === -1) return null
  const start = at + needle.length
  const end = line.indexOf(QUOTE, start)
  if (end === -1) return null
  const text = line.subarray(start, end)
  return text.includes(BACKSLASH) ? null : text.toString('utf8')
}

import type {SqlPosition} from '../ports/query-engine.js'

/** From a byte offset of DuckDB's parser; null where there is none or it lies outside. */
export function positionAt(sql: string, byteOffset: number | undefined): SqlPosition | null {
  const bytes = Buffer.from(sql)
  if (byteOffset === undefined || byteOffset < 0 || byteOffset > bytes.length) return null
  const before = bytes.subarray(0, byteOffset).toString().split('\n')
  const line = before.length
  return {line, column: (before.at(-1) ?? '').length + 1, text: sql.split('\n')[line - 1] ?? ''}
}

/** The statement from a byte offset on; empty where the offset lies outside. */
export function textFrom(sql: string, byteOffset: number | undefined): string {
  const bytes = Buffer.from(sql)
  return byteOffset === undefined || byteOffset > bytes.length ? '' : bytes.subarray(byteOffset).toString()
}

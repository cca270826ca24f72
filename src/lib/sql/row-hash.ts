/**
 * One 64-bit number for a row's values, equal for equal rows: to compare rows of one statement, never to be stored.
 * Each engine has its own.
 */
export function rowHashSql(values: readonly string[], engine: 'duckdb' | 'athena'): string {
  return engine === 'duckdb'
    ? `hash(${values.join(', ')})`
    : `xxhash64(to_utf8(json_format(CAST(ROW(${values.join(', ')}) AS JSON))))`
}

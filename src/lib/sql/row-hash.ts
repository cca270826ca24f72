export interface HashedValue {
  readonly sql: string
  /** As in the definition. */
  readonly type: string
}

/**
 * One 64-bit number for a row's values, equal for equal rows: to compare rows of one statement, never to be stored.
 * Each engine has its own.
 */
export function rowHashSql(values: readonly HashedValue[], engine: 'duckdb' | 'athena'): string {
  return engine === 'duckdb'
    ? `hash(${values.map(({sql}) => sql).join(', ')})`
    : `xxhash64(to_utf8(json_format(CAST(ROW(${values.map(asJsonValue).join(', ')}) AS JSON))))`
}

/** Trino casts every type that columns have to JSON but bytes. */
function asJsonValue({sql, type}: HashedValue): string {
  if (type === 'binary') return `to_base64(${sql})`
  if (type === 'array<binary>') return `transform(${sql}, bytes -> to_base64(bytes))`
  return sql
}

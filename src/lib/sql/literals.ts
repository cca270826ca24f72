/** Quotes an identifier for DuckDB, Trino and Athena alike. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text literal. U+0000 cannot stand in a statement, so it is spliced in by `chr(0)`. */
export function quoteText(value: string): string {
  return value
    .split('\u0000')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ')
}

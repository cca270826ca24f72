import type {CatalogTable} from '../../ports/catalog.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'

/** A table as a statement may see it: the masked columns show nothing of the data, and are not even read. */
export function maskedTableSql(table: CatalogTable, masked: readonly string[], database: string): string {
  const hidden = new Set(masked.map((name) => name.toLowerCase()))
  const columns = [...table.columns, ...table.partitionColumns].map(({name, type}) => {
    const column = quoteIdentifier(name)
    if (!hidden.has(name.toLowerCase())) return column
    // The condition keeps the column's type without naming it, and is gone before anything is read.
    const value = type === 'string' ? `CAST(${quoteText('[restricted]')} AS varchar)` : `IF(false, ${column})`
    return `${value} AS ${column}`
  })
  return `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(database)}.${quoteIdentifier(table.name)}`
}

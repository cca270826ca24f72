import type {TableDefinition} from '../lake/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {CatalogTable} from '../ports/catalog.js'
import type {Findings} from './findings.js'
import type {KnownOperations} from './operations.js'
import {comparePartitions, type ComparedPartitions, type Listing} from './table-objects.js'

export interface TablePorts extends Pick<OperationPorts, 'store' | 'catalog' | 'query' | 'clock'> {
  readonly signal: AbortSignal
}

/** What one table needs to be looked at. */
export interface TableLook {
  readonly table: TableDefinition
  readonly operations: KnownOperations
  readonly ports: TablePorts
  /** Of this table alone. */
  readonly findings: Findings
}

/** How findings name the table. */
export function aboutTable({table}: TableLook): string {
  return `table ${table.name}`
}

/** The table's entry in the catalog; null when there is none, and when it cannot be read, which is told. */
export async function lookAtEntry(look: TableLook): Promise<CatalogTable | null> {
  const read = async () => ({entry: await look.ports.catalog.getTable(look.table.name)})
  return (await look.findings.attempt(aboutTable(look), 'its entry in the catalog', read))?.entry ?? null
}

/** The catalog's partitions beside the listing; null for a table without, and where one of the two is not known. */
export async function lookAtPartitions(
  look: TableLook,
  entry: CatalogTable | null,
  listing: Listing | null,
): Promise<ComparedPartitions | null> {
  if (entry === null || entry.partitionColumns.length === 0 || listing === null) return null
  const compare = () => comparePartitions(entry, listing, look.ports)
  return look.findings.attempt(aboutTable(look), 'its partitions', compare)
}

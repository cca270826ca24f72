import type {LakeDefinition, TableDefinition} from '../lake/index.js'
import {pathTemplate} from '../mapping/index.js'
import {isProjected, type Catalog, type CatalogPartition} from '../ports/catalog.js'
import type {ObjectStore} from '../ports/object-store.js'
import {findFolders} from './folders.js'
import {judgeTable, type Judgement} from './judge.js'
import {readEntry, type PartitionedTable} from './table-entry.js'
import type {DiffDocument, Difference, DifferenceCounts, DifferenceKind, TableDiff} from './types.js'

export interface DiffPorts {
  readonly store: ObjectStore
  readonly catalog: Catalog
}

/** More differences than these are counted, not listed: an answer has to fit into memory. */
const LISTED = 1000

/** A table with everything that was found of it. */
export interface ComparedTable {
  readonly compared: PartitionedTable
  readonly partitions: readonly CatalogPartition[]
  readonly judgement: Judgement
}

/** Compares store and catalog of tables, one after the other. Reads, writes nothing. */
export async function diffTables(
  tables: readonly TableDefinition[],
  {lake, environment}: Pick<LakeDefinition, 'lake' | 'environment'>,
  asOf: Date,
  ports: DiffPorts,
): Promise<DiffDocument> {
  const diffs: TableDiff[] = []
  for (const table of tables) diffs.push(diffOf(await compareTable(table, asOf, ports)))
  return {lake, environment: environment.name, asOf: asOf.toISOString(), tables: diffs}
}

/** Memory grows with partitions and folders, not with objects. Throws `TABLE_UNSUPPORTED`. */
export async function compareTable(table: TableDefinition, asOf: Date, ports: DiffPorts): Promise<ComparedTable> {
  const compared = await readEntry(table, ports.catalog)
  const partitions: CatalogPartition[] = []
  if (compared.standing !== null)
    for await (const partition of ports.catalog.listPartitions(table.name)) partitions.push(partition)
  const found = await findFolders(compared.entry, compared.form, partitions, ports.store)
  return {compared, partitions, judgement: judgeTable(compared, partitions, found, asOf)}
}

export function diffOf({compared, partitions, judgement}: ComparedTable): TableDiff {
  const {entry, standing, form, table} = compared
  const {differences, folders, total, inStep, compacted, moved} = judgement
  return {
    table: table.name,
    isInCatalog: standing !== null,
    isProjected: isProjected(entry),
    location: entry.location ?? '',
    template: pathTemplate(form),
    registered: partitions.length,
    folders,
    files: total.files,
    sizeBytes: total.sizeBytes,
    inStep,
    compacted,
    moved,
    counts: countsOf(differences),
    differences: differences.slice(0, LISTED),
    notListed: Math.max(0, differences.length - LISTED),
  }
}

function countsOf(differences: readonly Difference[]): DifferenceCounts {
  const counts: Record<DifferenceKind, number> = {
    unregistered: 0,
    empty: 0,
    mismatch: 0,
    twin: 0,
    misfit: 0,
    nested: 0,
    shared: 0,
    unseen: 0,
    outside: 0,
  }
  for (const {kind} of differences) counts[kind] += 1
  return counts
}

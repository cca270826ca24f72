import {hasCode} from '../../errors.js'
import type {CatalogTable} from '../../ports/catalog.js'
import {newestPartition, showsPartitions, tableSizes, type PartitionSize} from '../../ports/table-objects.js'
import type {AnalysedScan, QueryAnalysis, QueryRequest, Share} from '../../ports/query-engine.js'
import type {ObjectStore} from '../../ports/object-store.js'
import {partitionFilters, portabilityWarnings, type TableScan} from '../../sql/analysis.js'
import {composeStatement, type ComposedStatement, type LakePorts} from './composed-statement.js'
import {EXPLAIN_IO, inputsOf, isConstrained, mayRead, tablesOf, type TableInput} from './io-plan.js'
import {namesIn} from './parameters.js'
import type {ReadStatement} from './ports.js'
import {lex} from './tokens.js'

export interface AnalysisPorts extends LakePorts {
  readonly store: ObjectStore
}

type Explain = (composed: ComposedStatement, prefix: string) => Promise<unknown>

/** A scan followed to a table. */
interface Reading {
  readonly table: CatalogTable
  readonly view: string | null
  readonly isFiltered: boolean
  /** The statement can name its partition columns. */
  readonly isNameable: boolean
}

/**
 * What a statement would read: its places by its own text, and how much of each table by Athena's plan, which knows
 * what it prunes. Where one table stands in several places, each is counted with all that any of them reads.
 */
export async function analyseStatement(
  request: Pick<QueryRequest, 'sql' | 'parameters' | 'parameterTypes'>,
  ports: AnalysisPorts,
  explain: Explain,
): Promise<QueryAnalysis> {
  const composed = await composeStatement(request, ports)
  const parameters = namesIn(composed.lexed)
  const plan = await explain(composed, EXPLAIN_IO)
  // A value that is not there yet may be any: what the plan prunes by it says nothing.
  const isWhole = parameters.every((name) => Object.hasOwn(request.parameters ?? {}, name))
  const followed = await new ScanFollower(ports, composed.tables).follow(composed.read)
  const readings = [...followed, ...(await plannedReadings(plan, followed, ports))]
  const sizes = new Map<string, Promise<readonly PartitionSize[]>>()
  const scans: AnalysedScan[] = []
  for (const reading of readings) {
    const {name} = reading.table
    const known = sizes.get(name) ?? tableSizes(reading.table, ports)
    sizes.set(name, known)
    scans.push(measured(reading, await known, isWhole ? inputsOf(plan, name) : null))
  }
  const columnTypes = typesByColumn(readings.map(({table}) => table))
  return {
    parameters,
    scans,
    portability: portabilityWarnings(composed.lexed.sql, composed.read.tree, columnTypes),
  }
}

/** Tables that the plan reads and that no text told of: those below a view that only Athena can read. */
async function plannedReadings(plan: unknown, followed: readonly Reading[], ports: AnalysisPorts): Promise<Reading[]> {
  const known = new Set(followed.map(({table}) => table.name))
  const names = tablesOf(plan, ports.database).filter((name) => !known.has(name))
  const tables = await Promise.all(names.map((name) => ports.catalog.getTable(name)))
  return tables
    .filter((table) => table?.kind === 'table')
    .map((table) => ({
      table: table!,
      view: null,
      isFiltered: inputsOf(plan, table!.name)?.every((input) => isConstrained(input, table!)) ?? false,
      isNameable: false,
    }))
}

class ScanFollower {
  private readonly known: ReadonlyMap<string, CatalogTable>

  constructor(
    private readonly ports: AnalysisPorts,
    tables: readonly CatalogTable[],
  ) {
    this.known = new Map(tables.map((table) => [table.name.toLowerCase(), table]))
  }

  async follow({reads}: ReadStatement): Promise<Reading[]> {
    const readings: Reading[] = []
    for (const scan of reads.scans) {
      const table = this.known.get(scan.name)
      if (table !== undefined) readings.push(...(await this.readingsOf(scan, table)))
    }
    return readings
  }

  private async readingsOf(scan: TableScan, table: CatalogTable): Promise<Reading[]> {
    if (table.kind === 'table') return [{table, view: null, isFiltered: isFiltered(scan, table), isNameable: true}]
    const read = await this.parseView(table)
    // Only Athena can read it: its tables are told by the plan alone.
    if (read === null) return []
    const below = await this.follow(read)
    const partitioned = below.filter((reading) => reading.table.partitionColumns.length > 0)
    return below.map((reading) => ({
      ...reading,
      view: table.name,
      // Conditions on a view pass down to the one table whose partition columns it shows.
      isFiltered:
        reading.isFiltered ||
        (partitioned.length === 1 && reading === partitioned[0] && isFiltered(scan, reading.table)),
      isNameable: reading.isNameable && partitioned.length === 1 && showsPartitions(table, reading.table),
    }))
  }

  private async parseView({viewSql}: CatalogTable): Promise<ReadStatement | null> {
    try {
      return await this.ports.reader.parse(lex(viewSql ?? '').sql)
    } catch (error) {
      if (hasCode(error, 'QUERY_INVALID')) return null
      throw error
    }
  }
}

function isFiltered(scan: TableScan, {partitionColumns}: CatalogTable): boolean {
  const names = partitionColumns.map(({name}) => name)
  return names.length > 0 && partitionFilters(scan, names).length > 0
}

function measured(
  {table, view, isFiltered: hasFilter, isNameable}: Reading,
  partitions: readonly PartitionSize[],
  inputs: readonly TableInput[] | null,
): AnalysedScan {
  const read =
    inputs === null ? partitions : partitions.filter((one) => inputs.some((input) => mayRead(input, table, one)))
  return {
    table: table.name,
    view,
    isFiltered: hasFilter,
    partitions: table.partitionColumns.length === 0 ? null : {read: read.length, total: partitions.length},
    newestPartition: isNameable ? newestPartition(table, partitions) : null,
    files: shareOf(read, partitions, 'files'),
    sizeBytes: shareOf(read, partitions, 'sizeBytes'),
    ...(table.isGoverned === true ? {mayBeCut: true} : {}),
  }
}

function shareOf(
  read: readonly PartitionSize[],
  partitions: readonly PartitionSize[],
  field: 'files' | 'sizeBytes',
): Share {
  return {read: sumOf(read, field), total: sumOf(partitions, field)}
}

function sumOf(partitions: readonly PartitionSize[], field: 'files' | 'sizeBytes'): number {
  return partitions.reduce((total, partition) => total + partition[field], 0)
}

/** Types of the columns whose name means the same type in every table that is read. */
function typesByColumn(tables: readonly CatalogTable[]): Map<string, string> {
  const types = new Map<string, string>()
  for (const {name, type} of tables.flatMap(({columns, partitionColumns}) => [...columns, ...partitionColumns])) {
    const known = types.get(name.toLowerCase())
    types.set(name.toLowerCase(), known === undefined || known === type ? type : '')
  }
  return types
}

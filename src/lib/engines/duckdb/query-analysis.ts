import {SluiceError} from '../../errors.js'
import {HIVE_NULL_PARTITION, type CatalogTable} from '../../ports/catalog.js'
import {newestPartition, showsPartitions, tableSizes, type PartitionSize} from '../../ports/table-objects.js'
import type {AnalysedScan, QueryAnalysis, QueryRequest} from '../../ports/query-engine.js'
import {foldedName, parameterNames, partitionFilters, portabilityWarnings} from '../../sql/analysis.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import type {PartitionFilter, TableScan} from '../../sql/analysis.js'
import type {LakePorts, LakeReader} from './lake-reader.js'
import {boundParameters} from './parameter-values.js'
import type {Statement} from './statement.js'
import {isRead} from './table-source.js'

/** A scan followed to a table, with the conditions on its partitions. */
interface Reading {
  readonly table: CatalogTable
  readonly view: string | null
  readonly filters: readonly PartitionFilter[]
  /** The statement can name its partition columns. */
  readonly isNameable: boolean
}

type AnalysisRequest = Pick<QueryRequest, 'sql' | 'parameters' | 'parameterTypes'>

/** What a statement would read: its scans followed through views, and the partitions that its conditions leave. */
export async function analyseStatement(
  reader: LakeReader,
  request: AnalysisRequest,
  ports: LakePorts,
): Promise<QueryAnalysis> {
  const statement = await reader.parse(request.sql)
  await reader.check(statement)
  const readings = await new ScanFollower(reader).follow(statement)
  const sizes = new Map<string, Promise<readonly PartitionSize[]>>()
  const scans: AnalysedScan[] = []
  for (const reading of readings) {
    const {name} = reading.table
    const sizesOfTable = sizes.get(name) ?? tableSizes(reading.table, ports, (object) => isRead(reading.table, object))
    sizes.set(name, sizesOfTable)
    scans.push(await measured(reading, await sizesOfTable, reader, request))
  }
  const columnTypes = typesByColumn(readings.map(({table}) => table))
  return {
    parameters: parameterNames(statement.tree),
    scans,
    portability: portabilityWarnings(request.sql, statement.tree, columnTypes),
  }
}

class ScanFollower {
  constructor(private readonly reader: LakeReader) {}

  async follow({sql, reads}: Statement, inside: readonly string[] = []): Promise<Reading[]> {
    const readings: Reading[] = []
    for (const scan of reads.scans) {
      const table = await this.reader.findTable(scan.name)
      if (table === null) throw await this.reader.unknown(sql, scan.writtenName, scan.location)
      readings.push(...(await this.readingsOf(scan, table, inside)))
    }
    return readings
  }

  private async readingsOf(scan: TableScan, table: CatalogTable, inside: readonly string[]): Promise<Reading[]> {
    if (table.viewSql === null) return [{table, view: null, filters: filtersOf(scan, table), isNameable: true}]
    // A view over itself fails when it runs; here it must only end.
    if (inside.includes(table.name)) return []
    const below = await this.follow(await this.reader.parse(table.viewSql), [...inside, table.name])
    const partitioned = below.filter((reading) => reading.table.partitionColumns.length > 0)
    return below.map((reading) => ({
      ...reading,
      view: table.name,
      // Conditions on a view pass down to the one table whose partition columns it shows.
      filters:
        partitioned.length === 1 && reading === partitioned[0]
          ? [...reading.filters, ...filtersOf(scan, reading.table)]
          : reading.filters,
      isNameable: reading.isNameable && partitioned.length === 1 && showsPartitions(table, reading.table),
    }))
  }
}

function filtersOf(scan: TableScan, {partitionColumns}: CatalogTable): PartitionFilter[] {
  const names = partitionColumns.map(({name}) => name)
  return names.length === 0 ? [] : partitionFilters(scan, names)
}

async function measured(
  {table, view, filters, isNameable}: Reading,
  partitions: readonly PartitionSize[],
  reader: LakeReader,
  request: AnalysisRequest,
): Promise<AnalysedScan> {
  const read = await leftBy(filters, table, partitions, reader, request)
  return {
    table: table.name,
    view,
    isFiltered: filters.length > 0,
    partitions: table.partitionColumns.length === 0 ? null : {read: read.length, total: partitions.length},
    newestPartition: isNameable ? newestPartition(table, partitions) : null,
    files: {read: sumOf(read, 'files'), total: sumOf(partitions, 'files')},
    sizeBytes: {read: sumOf(read, 'sizeBytes'), total: sumOf(partitions, 'sizeBytes')},
  }
}

/** The partitions that the conditions leave; conditions that cannot be evaluated beforehand leave all. */
async function leftBy(
  filters: readonly PartitionFilter[],
  table: CatalogTable,
  partitions: readonly PartitionSize[],
  {session}: LakeReader,
  request: AnalysisRequest,
): Promise<readonly PartitionSize[]> {
  const usable = filters.filter((filter) => filter.sql !== null)
  const names = [...new Set(usable.flatMap(({parameters}) => parameters))]
  const {values, types} = boundParameters(request, names)
  if (usable.length === 0 || partitions.length === 0 || names.some((name) => !(name in values))) return partitions
  const columns = ['_number', ...table.partitionColumns.map(({name}) => quoteIdentifier(foldedName(name)))]
  const rows = partitions.map((partition, index) => `(${[index, ...partition.values.map(valueSql)].join(', ')})`)
  const where = usable.map(({sql}) => sql).join(' AND ')
  const sql = `SELECT _number FROM (VALUES ${rows.join(', ')}) AS partitions(${columns.join(', ')}) WHERE ${where}`
  try {
    const run = async () => (await session.connection.runAndReadAll(sql, values, types)).getRows()
    return (await session.guarded(run)).map(([index]) => partitions[Number(index)]!)
  } catch (error) {
    // The machine's own limits are no matter of the condition.
    if (error instanceof SluiceError) throw error
    return partitions
  }
}

function valueSql(value: string): string {
  return value === HIVE_NULL_PARTITION ? 'CAST(NULL AS VARCHAR)' : quoteText(value)
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

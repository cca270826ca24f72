import {hasCode} from '../../errors.js'
import type {CatalogTable} from '../../ports/catalog.js'
import {newestPartition, showsPartitions, type PartitionSize} from '../../ports/table-objects.js'
import type {AnalysedScan, QueryAnalysis, QueryRequest, Share} from '../../ports/query-engine.js'
import {partitionFilters, portabilityWarnings, type TableScan} from '../../sql/analysis.js'
import {composeStatement, type ComposedStatement} from './composed-statement.js'
import {EXPLAIN_IO, inputsOf, mayRead, type TableInput} from './io-plan.js'
import {namesIn} from './parameters.js'
import {
  inLake,
  PlannedReadings,
  TableMeasures,
  type AnalysisPorts,
  type FollowedReading,
  type Reading,
} from './planned-readings.js'
import type {ReadStatement} from './ports.js'
import {lex} from './tokens.js'

type Explain = (composed: ComposedStatement, prefix: string) => Promise<unknown>

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
  const sizes = new TableMeasures(ports)
  const follower = new ScanFollower(ports, composed.tables)
  const followed = await follower.follow(composed.read)
  const planned = await new PlannedReadings(plan, ports, sizes).beside(followed, follower.isBlind)
  const readings = [...followed, ...planned]
  const scans: AnalysedScan[] = []
  for (const reading of readings) {
    const {table} = reading
    const inputs = isWhole && table !== null ? inputsOf(plan, inLake(table.name, ports)) : null
    scans.push(measured(reading, table === null ? null : await sizes.of(table), inputs))
  }
  const columnTypes = typesByColumn(readings.flatMap(({table}) => table ?? []))
  return {
    parameters,
    scans,
    portability: portabilityWarnings(composed.lexed.sql, composed.read.tree, columnTypes),
  }
}

class ScanFollower {
  /** A view was met that only Athena can read: what lies below it is told by the plan alone. */
  isBlind = false
  private readonly known: ReadonlyMap<string, CatalogTable>

  constructor(
    private readonly ports: AnalysisPorts,
    tables: readonly CatalogTable[],
  ) {
    this.known = new Map(tables.map((table) => [table.name.toLowerCase(), table]))
  }

  async follow({reads}: ReadStatement): Promise<FollowedReading[]> {
    const readings: FollowedReading[] = []
    for (const scan of reads.scans) {
      const table = this.known.get(scan.name)
      if (table !== undefined) readings.push(...(await this.readingsOf(scan, table)))
    }
    return readings
  }

  private async readingsOf(scan: TableScan, table: CatalogTable): Promise<FollowedReading[]> {
    const {name} = table
    if (table.kind === 'table')
      return [{name, table, view: null, isFiltered: isFiltered(scan, table), isNameable: true}]
    const read = await this.parseView(table)
    if (read === null) {
      this.isBlind = true
      return []
    }
    const below = await this.follow(read)
    const partitioned = below.filter(({table: {partitionColumns}}) => partitionColumns.length > 0)
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
  {name, table, view, isFiltered: hasFilter, isNameable}: Reading,
  partitions: readonly PartitionSize[] | null,
  inputs: readonly TableInput[] | null,
): AnalysedScan {
  const mayBeCut = table?.isGoverned === true ? ({mayBeCut: true} as const) : {}
  const place = {table: name, view, isFiltered: hasFilter, ...mayBeCut}
  const newest = table !== null && isNameable ? newestPartition(table, partitions ?? []) : null
  if (table === null || partitions === null) {
    return {...place, partitions: null, newestPartition: newest, files: null, sizeBytes: null}
  }
  const read =
    inputs === null ? partitions : partitions.filter((one) => inputs.some((input) => mayRead(input, table, one)))
  const isSized = read.every(({isListed}) => isListed)
  return {
    ...place,
    partitions: table.partitionColumns.length === 0 ? null : {read: read.length, total: partitions.length},
    newestPartition: newest,
    files: isSized ? shareOf(read, partitions, 'files') : null,
    sizeBytes: isSized ? shareOf(read, partitions, 'sizeBytes') : null,
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

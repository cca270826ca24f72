import {definitionHash, type LakeDefinition, type TableDefinition} from '../lake/index.js'
import {hivePathValue} from '../mapping/index.js'
import type {Estimate, OperationPorts, PlanHeader, Unit} from '../operation/index.js'
import type {CatalogTable} from '../ports/catalog.js'
import type {EngineChoice} from '../ports/parquet-engine.js'
import {chooseMethod, type TableObstacle} from './choose-method.js'
import {chooseEngine, LOCAL_ENGINES, refuseAthena, usableEngine, type EnginesAsked} from './choose-engine.js'
import {chosenPartitions, type PartitionsAsked} from './choose-partitions.js'
import {RunFates} from './dropped-runs.js'
import {figuresOf, type CompactFigures} from './figures.js'
import {judgedTable} from './iceberg-plan.js'
import type {IcebergWork} from './iceberg-work.js'
import {judgePartition, skipped, type Verdict} from './judge.js'
import {MergedAlready} from './merged-already.js'
import {partitionFiles, type FoundPartition} from './partition-files.js'
import {DEFAULT_POLICY, type CompactPolicy} from './policy.js'
import {unfinishedLoad} from './unfinished-load.js'
import type {CompactWork, Method} from './work.js'

export interface CompactRequest extends PartitionsAsked {
  readonly policy: CompactPolicy
  readonly engines: EnginesAsked
  /** Time that ages are counted to. */
  readonly asOf: Date
}

/** A request out of what was asked for, the rest by default. */
export function compactRequest(
  asked: PartitionsAsked & {readonly policy: Partial<CompactPolicy>},
  asOf: Date,
  engines: EnginesAsked = LOCAL_ENGINES,
): CompactRequest {
  return {...asked, engines, policy: {...DEFAULT_POLICY, ...asked.policy}, asOf}
}

export type PlanPorts = Pick<OperationPorts, 'store' | 'catalog' | 'clock' | 'ids' | 'upkeep' | 'engine'>
/** What is done to one partition, or to a table that keeps its own list of files. */
export type AnyWork = CompactWork | IcebergWork

/** One partition as it was judged; `unit` where it is to be merged. */
export interface JudgedPartition {
  readonly partition: readonly string[]
  /** e.g. `year=2026/month=01/day=14`, or the table's name. */
  readonly name: string
  readonly files: number
  readonly sizeBytes: number
  readonly verdict: Verdict
  readonly unit: Unit<AnyWork> | null
  /** What merges it; null where it is left, and where a table's own engine does. */
  readonly engine: EngineChoice | null
  /** Its share of the table's. */
  readonly figures: CompactFigures
}

/** A table that can be compacted, partition by partition as they are asked for; or why it cannot. */
export type TablePlan =
  | {
      readonly table: TableDefinition
      readonly method: Method
      readonly partitions: () => AsyncGenerator<JudgedPartition>
    }
  | {readonly table: TableDefinition; readonly obstacle: TableObstacle}

/**
 * Plans one table. Pure: reads, writes nothing. Throws `USAGE` for partitions that the table cannot have,
 * `ENGINE_UNFIT` for Athena where it can write nothing.
 */
export async function planTable(request: CompactRequest, table: TableDefinition, ports: PlanPorts): Promise<TablePlan> {
  const entry = await ports.catalog.getTable(table.name)
  const {upkeep} = ports
  const choice = chooseMethod(table, entry, request.policy, upkeep !== undefined)
  if ('obstacle' in choice) return {table, obstacle: choice.obstacle}
  const {method} = choice
  if (method !== 'iceberg' && entry!.format === 'json' && request.engines.wish === 'athena')
    return {
      table,
      obstacle: {reason: 'engine', text: `${table.name} holds lines, which Athena does not carry byte for byte`},
    }
  if (method === 'iceberg' && (request.from !== null || request.to !== null)) return {table, obstacle: unnamed(entry!)}
  if (method === 'iceberg')
    return {table, method, partitions: () => judgedTable(request, request.policy, entry!, upkeep!)}
  if (request.engines.wish === 'athena') await refuseAthena(ports)
  const isWanted = chosenPartitions(request, entry!)
  const load = method === 'beside' ? await unfinishedLoad(table.name, ports) : null
  if (load !== null) return {table, obstacle: {reason: 'load_unfinished', text: unfinishedText(table.name, load)}}
  return {
    table,
    method,
    partitions: () => judgedPartitions(request, entry!, method, isWanted, ports),
  }
}

function unfinishedText(table: string, load: string): string {
  return `operation ${load} loads ${table} by Athena and has not ended: resume or cancel it first`
}

function unnamed({name}: CatalogTable): TableObstacle {
  const text = `${name} is an Iceberg table: its partitions are chosen by --partition, not by --from and --to`
  return {reason: 'open_table_format', text}
}

async function* judgedPartitions(
  {policy, engines, asOf}: CompactRequest,
  entry: CatalogTable,
  method: CompactWork['method'],
  isWanted: (values: readonly string[]) => boolean,
  ports: PlanPorts,
): AsyncGenerator<JudgedPartition> {
  const fates = method === 'beside' ? await RunFates.of(entry.name, ports) : null
  const mergedAlready = new MergedAlready(ports)
  for await (const found of partitionFiles(entry, isWanted, method, fates, ports)) {
    const {partition, location, files, droppedRuns} = found
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
    const chosen = chooseEngine(sizeBytes, entry.format!, engines, policy.maximumPartitionBytes)
    const engine = await usableEngine(chosen, ports)
    const judged = judgePartition(found, method, policy, asOf, engine.name)
    const verdict = await withoutRepeats(judged, found, policy, mergedAlready)
    const name = partitionName(entry, partition)
    const work: Omit<CompactWork, 'sources' | 'outputs'> = {
      table: entry.name,
      method,
      partition,
      location,
      format: entry.format!,
      droppedRuns,
      engine: engine.name,
      targetBytes: policy.targetBytes,
    }
    yield {
      partition,
      name,
      files: files.length,
      sizeBytes,
      verdict,
      unit: verdict.state === 'merge' ? unitOf(name, work, verdict.merge) : null,
      engine: verdict.state === 'merge' ? engine : null,
      figures: figuresOf(found, verdict, engine.name),
    }
  }
}

async function withoutRepeats(
  verdict: Verdict,
  {withDroppedRows}: FoundPartition,
  {targetBytes}: CompactPolicy,
  mergedAlready: MergedAlready,
): Promise<Verdict> {
  if (verdict.state !== 'merge' || withDroppedRows.size > 0) return verdict
  return (await mergedAlready.holds(verdict.merge, targetBytes)) ? skipped('compacted') : verdict
}

/** What is read is checked when it is merged: a fingerprint for each of a million files would cost a request each. */
function unitOf(
  name: string,
  work: Omit<CompactWork, 'sources' | 'outputs'>,
  {sources, outputs}: Pick<CompactWork, 'sources' | 'outputs'>,
): Unit<CompactWork> {
  return {key: name, reads: [], work: {...work, sources, outputs}}
}

function partitionName({name, partitionColumns}: CatalogTable, values: readonly string[]): string {
  if (values.length === 0) return name
  return partitionColumns.map((column, index) => `${column.name}=${hivePathValue(values[index]!)}`).join('/')
}

/** The header of a table's plan. */
export function planHeader(
  table: TableDefinition,
  method: Method,
  estimate: Estimate,
  definition: LakeDefinition,
  ports: Pick<PlanPorts, 'ids'>,
): PlanHeader {
  const {environment} = definition
  return {
    format: 1,
    kind: `compact.${method}`,
    operation: ports.ids.next(),
    lake: definition.lake,
    environment: environment.name,
    account: environment.backend === 'aws' ? environment.account : null,
    definitionHash: definitionHash(definition, [table.name]),
    tables: [table.name],
    locks: [`table:${table.name}`],
    estimate,
    undo: method === 'in-place' || method === 'iceberg' ? 'never' : 'until-gc',
  }
}

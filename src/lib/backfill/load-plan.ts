import {createHash} from 'node:crypto'
import {
  activeRuns,
  listRunRecords,
  nextRunKey,
  standingFloor,
  type RunFilter,
  type StoredRunRecord,
} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import {definitionHash, mappingHash, mappingOf, type LakeDefinition, type TableDefinition} from '../lake/index.js'
import {SOURCE_RANK} from '../mapping/index.js'
import type {Estimate, LoadedPlan, OperationPorts, Unit} from '../operation/index.js'
import {chainShape, inOrder, linkOf, newGaps, type ChainShape, type TimeRange} from './chain.js'
import {chooseTable} from './choose-table.js'
import type {CheckedExport} from './export-source.js'
import {conditionOf, filterOf, isSameFilter, type RowsAsked} from './load-filter.js'
import type {LoadWork, SourceWork} from './load-work.js'
import {openExports, type ExportsAsked} from './open-exports.js'
import {refuseReshaped} from './refuse-reshaped.js'

/** What a load is asked to do. */
export interface LoadRequest extends ExportsAsked, RowsAsked {
  /** Lines without an item or a key that may be set aside; with any the load sets no floor. */
  readonly allowUnreadable?: number
  /** Whether stretches of time may be missing between the exports. */
  readonly allowGap?: boolean
}

/** An export and what stands of it. */
export interface PlannedExport {
  readonly export: CheckedExport
  /** The run that already holds it under this mapping: there is nothing to do. */
  readonly loadedAs: StoredRunRecord | null
  readonly supersedes: readonly StoredRunRecord[]
}

export interface LoadPlan {
  readonly plan: LoadedPlan<LoadWork>
  /** Full first, then by time. */
  readonly exports: readonly PlannedExport[]
  /** Folders under the prefix that hold no finished export: left out. */
  readonly unfinished: readonly string[]
  readonly table: TableDefinition
  /** Of what stands and of these exports together. */
  readonly chain: ChainShape
  readonly filter: RunFilter | null
  /** The operation whose quarantined lines are read again; null for exports. */
  readonly reloads: string | null
  readonly floorBefore: number | null
  /** Every run record of the table. */
  readonly runs: readonly StoredRunRecord[]
  /** Whether any full export stands or is one of these. */
  readonly hasBase: boolean
}

export type PlanPorts = Pick<OperationPorts, 'store' | 'catalog' | 'ids' | 'openSource' | 'parquet'>

/** Measured on the reference machine (docs/performance.md): compressed bytes of an export a second, and their growth. */
const COMPRESSED_BYTES_PER_SECOND = 11_000_000
export const PARQUET_BYTES_PER_COMPRESSED_BYTE = 1.15
/** $0.005 for a thousand PUT, COPY, POST or LIST requests (S3 Standard). */
export const MICROS_PER_S3_WRITE = 5
export const FIXED_REQUESTS = 20

/**
 * Plans the load of one export or of a chain of them. Pure: reads, writes nothing. Throws the EXPORT_… errors,
 * `TABLE_UNKNOWN`, `QUERY_INVALID` for a condition that is none.
 */
export async function planLoad(request: LoadRequest, definition: LakeDefinition, ports: PlanPorts): Promise<LoadPlan> {
  const filter = filterOf(request)
  const {exports: opened, unfinished} = await openExports(request, definition, ports)
  if (filter !== null) refuseFilteredChanges(opened)
  const table = chooseTable(opened[0]!, request.table, definition)
  const mapping = mappingOf(table)
  const where = conditionOf(filter, table)
  if (filter?.where) await ports.parquet.checkCondition(mapping, filter.where)
  const runs = await listRunRecords(ports.store, table.name)
  for (const one of opened) refuseRecreated(one, runs)
  const hash = mappingHash(table)
  const exports = inOrder(opened).map((one) => plannedExport(one, filter, hash, runs))
  const wanted = exports.filter(({loadedAs}) => loadedAs === null)
  if (wanted.length > 0) await refuseReshaped(mapping, hash, runs, ports)
  const chain = filter === null ? chainOf(opened, runs, request.allowGap ?? false) : {gaps: [], overlaps: []}
  const parts: LoadParts = {
    wanted,
    work: {
      table: table.name,
      mapping,
      mappingHash: hash,
      filter,
      where,
      allowUnreadable: request.allowUnreadable ?? 0,
      maxVanished: table.max_vanished,
      runKey: await nextRunKey(ports.store, table.name, loadName(wanted, filter)),
      gaps: chain.gaps,
    },
  }
  return {
    plan: {
      header: loadHeader(
        table,
        estimateLoad(
          wanted.map((one) => one.export),
          definition.environment,
        ),
        definition,
        ports,
      ),
      units: wanted.length === 0 ? [] : [loadUnit(parts)],
    },
    exports,
    unfinished,
    table,
    chain,
    filter,
    reloads: null,
    floorBefore: standingFloor(runs),
    runs,
    hasBase: standingFloor(runs) !== null || opened.some(({kind}) => kind === 'full'),
  }
}

/** What is filtered out of changes would leave older rows of those keys in their place. */
function refuseFilteredChanges(opened: readonly CheckedExport[]): void {
  const changes = opened.find(({kind}) => kind === 'incremental')
  if (changes === undefined) return
  throw new SluiceError('USAGE', `--from, --to and --where are for full exports; ${changes.exportId} is incremental.`, {
    fix: 'Load incremental exports whole.',
  })
}

/** A table that was deleted and created again begins a history of its own. */
function refuseRecreated(opened: CheckedExport, runs: readonly StoredRunRecord[]): void {
  const other = activeRuns(runs).find(({record}) => record.tableId !== opened.tableId)
  if (other === undefined) return
  throw new SluiceError(
    'EXPORT_TABLE_RECREATED',
    `${opened.tableName} was deleted and created again between export ${other.record.load}, which is loaded, and this one.`,
    {
      fix: `Load it into a lake of its own, or take the older table's loads back first: sluice ops undo ${other.record.operation}`,
      details: {loaded: other.record.tableId, exported: opened.tableId},
    },
  )
}

function plannedExport(
  opened: CheckedExport,
  filter: RunFilter | null,
  hash: string,
  runs: readonly StoredRunRecord[],
): PlannedExport {
  const ofExport = runs.filter(({record}) => record.load === opened.exportId && record.kind !== 'quarantine')
  const active = new Set(activeRuns(runs))
  const holds = ({record}: StoredRunRecord): boolean => record.filter === null || isSameFilter(record.filter, filter)
  const loadedAs = ofExport.find((run) => active.has(run) && holds(run) && run.record.mapping === hash) ?? null
  // A whole load replaces the parts that were loaded before. Superseded ones too: they must not come back when the run
  // that replaced them is taken back.
  const replaced = filter === null ? ofExport : ofExport.filter(({record}) => isSameFilter(record.filter, filter))
  return {export: opened, loadedAs, supersedes: loadedAs === null ? replaced : []}
}

function chainOf(opened: readonly CheckedExport[], runs: readonly StoredRunRecord[], allowGap: boolean): ChainShape {
  const standing = activeRuns(runs).flatMap(({record}) => linkOf(record) ?? [])
  const loaded = new Set(standing.map(({exportId}) => exportId))
  const chain = chainShape([...standing, ...opened.filter(({exportId}) => !loaded.has(exportId))])
  const gaps = newGaps(chain.gaps, chainShape(standing).gaps)
  if (gaps.length > 0 && !allowGap) throw gapError(gaps)
  return chain
}

function gapError(gaps: readonly TimeRange[]): SluiceError {
  const {from, to} = gaps[0]!
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000)
  const more = gaps.length === 1 ? '' : `, and ${gaps.length - 1} more`
  return new SluiceError(
    'EXPORT_CHAIN_GAP',
    `No export holds the changes from ${from} to ${to} (${seconds} s)${more}.`,
    {
      fix: 'Export what is missing and name it too; --allow-gap loads without it and marks the table.',
      details: {gaps},
    },
  )
}

/** Two processes that load the same want the same key, and one conditional write decides. */
function loadName(wanted: readonly PlannedExport[], filter: RunFilter | null): string {
  const ids = wanted.map((one) => one.export.exportId)
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
  const name = ids.length === 1 ? ids[0]! : `chain-${digest(ids.join(' '))}`
  return filter === null ? name : `${name}-part-${digest(JSON.stringify(filter))}`
}

/** The header of a load's plan. */
export function loadHeader(
  table: TableDefinition,
  estimate: Estimate,
  definition: LakeDefinition,
  ports: Pick<PlanPorts, 'ids'>,
): LoadedPlan<LoadWork>['header'] {
  return {
    format: 1,
    kind: 'backfill.load',
    operation: ports.ids.next(),
    lake: definition.lake,
    environment: definition.environment.name,
    account: definition.environment.backend === 'aws' ? definition.environment.account : null,
    definitionHash: definitionHash(definition, [table.name]),
    tables: [table.name],
    locks: [`table:${table.name}`],
    estimate,
    undo: 'until-gc',
  }
}

/**
 * What reading so many compressed bytes costs: in S3 every request at the price of a write, the dearest; nothing for
 * what a transfer out of the Region would cost.
 */
export function estimateLoad(
  sources: readonly {readonly sizeBytes: number; readonly files: readonly unknown[]}[],
  {backend}: LakeDefinition['environment'],
): Estimate {
  const sizeBytes = sources.reduce((sum, source) => sum + source.sizeBytes, 0)
  const bytesWritten = Math.round(sizeBytes * PARQUET_BYTES_PER_COMPRESSED_BYTE)
  const requests = FIXED_REQUESTS + sources.reduce((sum, {files}) => sum + files.length, 0) * 2
  return {
    bytesRead: sizeBytes + bytesWritten,
    bytesWritten,
    requests,
    costUsdMicros: backend === 'local' ? '0' : String(requests * MICROS_PER_S3_WRITE),
    durationMs: Math.round((sizeBytes / COMPRESSED_BYTES_PER_SECOND) * 1000) + 500,
  }
}

interface LoadParts {
  readonly wanted: readonly PlannedExport[]
  readonly work: Omit<LoadWork, 'sources'>
}

function loadUnit({wanted, work}: LoadParts): Unit<LoadWork> {
  const ids = wanted.map((one) => one.export.exportId)
  return {
    key: ids.length === 1 ? `load ${ids[0]}` : `load ${ids.length} exports`,
    reads: [
      {in: 'lake', uri: null, key: work.runKey, etag: null},
      ...wanted.flatMap(({export: opened, supersedes}) => [
        ...opened.files.map((file) => ({
          in: 'source' as const,
          uri: opened.sourceUri,
          key: file.key,
          etag: file.etag,
        })),
        ...supersedes.map((run) => ({in: 'lake' as const, uri: null, key: run.key, etag: run.etag})),
      ]),
    ],
    work: {...work, sources: wanted.map((one) => sourceWork(one, work))},
  }
}

function sourceWork({export: opened, supersedes}: PlannedExport, work: Omit<LoadWork, 'sources'>): SourceWork {
  const {uri, sourceUri, exportId, tableName, tableId, exportFrom, exportTime, itemCount, isSummaryIntact} = opened
  const isFull = opened.kind === 'full'
  const setsFloor = isFull && work.filter === null
  return {
    kind: opened.kind,
    export: {uri, sourceUri, exportId, tableName, tableId, exportFrom, exportTime, itemCount, isSummaryIntact},
    files: opened.files,
    shape: isFull ? 'items' : 'changes',
    // Whole seconds: stream events have no more, and a newer one of the same second must win.
    version: String(BigInt(Math.floor(Date.parse(exportTime) / 1000)) * 1_000_000n),
    sourceRank: isFull ? SOURCE_RANK.fullExport : SOURCE_RANK.incrementalExport,
    broadcasts: setsFloor && work.allowUnreadable === 0 ? 'none' : 'homeless',
    setsFloor,
    supersedes: supersedes.map(({record}) => record.run),
    reloads: null,
  }
}

import {SluiceError} from '../errors.js'
import {activeRuns, listRunRecords, nextRunKey, standingFloor, type StoredRunRecord} from '../changelog/index.js'
import {
  definitionHash,
  findTable,
  mappingHash,
  mappingOf,
  type LakeDefinition,
  type TableDefinition,
} from '../lake/index.js'
import type {TableMapping} from '../mapping/index.js'
import type {Estimate, LoadedPlan, OperationPorts, Unit} from '../operation/index.js'
import {openExport, type CheckedExport, type ExportFile} from './export-source.js'
import {refuseReshaped} from './refuse-reshaped.js'

/** What a load is asked to do. */
export interface LoadRequest {
  readonly export: string | undefined
  readonly acceptEditedSummary: boolean
  /** Null: the table of the definition that the export's table feeds. */
  readonly table: string | null
  /** Lines without an item or a key that may be set aside; with any the load sets no floor. */
  readonly allowUnreadable?: number
}

/** The work of the one unit of a load. */
export interface LoadWork {
  readonly export: Pick<
    CheckedExport,
    'uri' | 'sourceUri' | 'exportId' | 'tableName' | 'tableId' | 'exportTime' | 'itemCount' | 'isSummaryIntact'
  >
  readonly files: readonly ExportFile[]
  readonly table: string
  readonly mapping: TableMapping
  readonly mappingHash: string
  /** Microseconds, as text. */
  readonly version: string
  readonly loadDay: string
  readonly allowUnreadable: number
  /** Share of the standing keys. */
  readonly maxVanished: number
  readonly runKey: string
  readonly supersedes: readonly string[]
}

export interface LoadPlan {
  readonly plan: LoadedPlan<LoadWork>
  readonly export: CheckedExport
  readonly table: TableDefinition
  /** The run that already holds this export under this mapping: there is nothing to do. */
  readonly loadedAs: StoredRunRecord | null
  readonly supersedes: readonly StoredRunRecord[]
  readonly floorBefore: number | null
  readonly runsBefore: number
}

type PlanPorts = Pick<OperationPorts, 'store' | 'ids' | 'openSource'>

/** Measured on the reference machine (docs/performance.md): compressed bytes of an export a second, and their growth. */
const COMPRESSED_BYTES_PER_SECOND = 11_000_000
const PARQUET_BYTES_PER_COMPRESSED_BYTE = 1.15
const FIXED_REQUESTS = 20

/** Plans the load of one full export. Pure: reads, writes nothing. Throws the EXPORT_… errors and `TABLE_UNKNOWN`. */
export async function planLoad(request: LoadRequest, definition: LakeDefinition, ports: PlanPorts): Promise<LoadPlan> {
  if (request.export === undefined)
    throw new SluiceError('USAGE', 'Which export?', {fix: 'Add --export FOLDER, or --plan FILE.'})
  const opened = await openExport({uri: request.export, acceptEditedSummary: request.acceptEditedSummary}, ports)
  const table = chooseTable(opened, request.table, definition)
  const runs = await listRunRecords(ports.store, table.name)
  refuseRecreated(opened, runs)
  const ofExport = runs.filter(({record}) => record.load === opened.exportId)
  const active = activeRuns(ofExport).filter(({record}) => isActive(record.run, runs))
  const hash = mappingHash(table)
  const loadedAs = active.find(({record}) => record.mapping === hash) ?? null
  // Superseded ones too: they must not come back when the run that replaced them is taken back.
  const supersedes = loadedAs === null ? ofExport : []
  if (loadedAs === null) await refuseReshaped(mappingOf(table), hash, runs, ports.store)
  if ((request.allowUnreadable ?? 0) > 0) refuseFloorless(table, runs)
  const runKey = await nextRunKey(ports.store, table.name, opened.exportId)
  const unit = loadUnit({opened, table, hash, runKey, supersedes, allowUnreadable: request.allowUnreadable ?? 0})
  return {
    plan: {header: planHeader(opened, table, definition, ports), units: loadedAs === null ? [unit] : []},
    export: opened,
    table,
    loadedAs,
    supersedes,
    floorBefore: standingFloor(runs),
    runsBefore: runs.length,
  }
}

/** The change log that a command means: the named one, or the only one. Throws `TABLE_UNKNOWN`, `USAGE`. */
export function changelogTable(definition: LakeDefinition, name: string | undefined): TableDefinition {
  if (name !== undefined) return findTable(definition, name)
  const tables = definition.tables.filter(({kind}) => kind === 'changelog')
  if (tables.length === 1) return tables[0]!
  throw new SluiceError(
    'USAGE',
    `The lake has ${tables.length} change logs: ${tables.map((table) => table.name).join(', ')}.`,
    {
      fix: 'Add --table NAME.',
    },
  )
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

/**
 * Without a floor old rows stand on beside the new ones. Where partitions are immutable the newest row is looked for
 * within its partition, and an item whose time cannot be read is in another one than before: its key would show twice.
 */
function refuseFloorless(table: TableDefinition, runs: readonly StoredRunRecord[]): void {
  if (table.partition?.immutable !== true || runs.length === 0) return
  throw new SluiceError(
    'USAGE',
    `--allow-unreadable loads without a floor, which ${table.name} cannot take beside standing loads: its partitions are immutable.`,
    {fix: 'Correct the export (copy it again), or load it into a table of its own.'},
  )
}

function isActive(run: string, runs: readonly StoredRunRecord[]): boolean {
  return activeRuns(runs).some(({record}) => record.run === run)
}

function chooseTable(opened: CheckedExport, asked: string | null, definition: LakeDefinition): TableDefinition {
  const fed = definition.tables.filter(({source}) => source?.dynamodb === opened.tableName)
  const table = asked === null ? fed[0] : findTable(definition, asked)
  if (table === undefined || table.source?.dynamodb !== opened.tableName) {
    const known = definition.tables.flatMap(({name, source}) =>
      source === null ? [] : [`${name} from ${source.dynamodb}`],
    )
    throw new SluiceError(
      'EXPORT_TABLE_MISMATCH',
      `The export is of table ${opened.tableName}, which feeds no table of this lake${asked === null ? '' : ` called ${asked}`}.`,
      {
        fix: `The definition has ${known.join(', ') || 'no table with a source'}. Correct source.dynamodb, or choose another export.`,
        details: {exported: opened.tableName, asked},
      },
    )
  }
  if (fed.length > 1 && asked === null) {
    throw new SluiceError('USAGE', `Table ${opened.tableName} feeds ${fed.map(({name}) => name).join(' and ')}.`, {
      fix: 'Add --table NAME.',
    })
  }
  return table
}

function planHeader(
  opened: CheckedExport,
  table: TableDefinition,
  definition: LakeDefinition,
  ports: PlanPorts,
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
    estimate: estimateLoad(opened),
    undo: 'until-gc',
  }
}

function estimateLoad(opened: CheckedExport): Estimate {
  const bytesWritten = Math.round(opened.sizeBytes * PARQUET_BYTES_PER_COMPRESSED_BYTE)
  return {
    bytesRead: opened.sizeBytes + bytesWritten,
    bytesWritten,
    requests: FIXED_REQUESTS + opened.files.length * 2,
    costUsdMicros: '0',
    durationMs: Math.round((opened.sizeBytes / COMPRESSED_BYTES_PER_SECOND) * 1000) + 500,
  }
}

interface LoadParts {
  readonly opened: CheckedExport
  readonly table: TableDefinition
  /** Of the table's mapping. */
  readonly hash: string
  readonly runKey: string
  readonly supersedes: readonly StoredRunRecord[]
  readonly allowUnreadable: number
}

function loadUnit({opened, table, hash, runKey, supersedes, allowUnreadable}: LoadParts): Unit<LoadWork> {
  const seconds = Math.floor(Date.parse(opened.exportTime) / 1000)
  const {uri, sourceUri, exportId, tableName, tableId, exportTime, itemCount, isSummaryIntact} = opened
  return {
    key: `load ${exportId}`,
    reads: [
      {in: 'lake', uri: null, key: runKey, etag: null},
      ...opened.files.map((file) => ({in: 'source' as const, uri: sourceUri, key: file.key, etag: file.etag})),
      ...supersedes.map((run) => ({in: 'lake' as const, uri: null, key: run.key, etag: run.etag})),
    ],
    work: {
      export: {uri, sourceUri, exportId, tableName, tableId, exportTime, itemCount, isSummaryIntact},
      files: opened.files,
      table: table.name,
      mapping: mappingOf(table),
      mappingHash: hash,
      version: String(BigInt(seconds) * 1_000_000n),
      loadDay: opened.exportTime.slice(0, 10),
      allowUnreadable,
      maxVanished: table.max_vanished,
      runKey,
      supersedes: supersedes.map(({record}) => record.run),
    },
  }
}

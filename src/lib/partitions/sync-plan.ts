import {definitionHash, type LakeDefinition, type TableDefinition} from '../lake/index.js'
import {SluiceError} from '../errors.js'
import type {Estimate, LoadedPlan, OperationPorts, Unit} from '../operation/index.js'
import {isProjected} from '../ports/catalog.js'
import {compareTable, diffOf, type ComparedTable} from './diff.js'
import type {SyncItem, SyncWork} from './sync-work.js'
import type {Difference, TableDiff} from './types.js'

export interface SyncRequest {
  readonly asOf: Date
  /** Also take out partitions without an object. */
  readonly dropMissing: boolean
}

/** What a sync of one table would do. */
export interface SyncPlan {
  readonly diff: TableDiff
  /** Null: there is nothing to do. */
  readonly plan: LoadedPlan<SyncWork> | null
  readonly creates: number
  readonly drops: number
}

/** As many as Glue tells of in one call; they are created in ten. */
const UNIT_PARTITIONS = 1000
const CREATES_A_CALL = 100
const DROPS_A_CALL = 25
const LISTED_A_CALL = 1000
/** $0.005 for a thousand LIST requests (S3 Standard); $1 for a million requests of Glue. */
const MICROS_PER_LIST = 5
const MICROS_PER_GLUE_CALL = 1
const FIXED_CALLS = 10
const MS_PER_CALL = 60

/** Plans the sync of one table. Reads, writes nothing. Throws `TABLE_UNKNOWN` for a change log that no load made. */
export async function planSync(
  {asOf, dropMissing}: SyncRequest,
  table: TableDefinition,
  definition: LakeDefinition,
  ports: Pick<OperationPorts, 'store' | 'catalog' | 'ids'>,
): Promise<SyncPlan> {
  const found = await compareTable(table, asOf, ports)
  const diff = diffOf(found)
  if (isProjected(found.compared.entry)) return {diff, plan: null, creates: 0, drops: 0}
  const {differences} = found.judgement
  const creates = differences.filter(({kind}) => kind === 'unregistered').map(itemOf)
  const drops = dropMissing ? differences.filter(({kind}) => kind === 'empty').map(itemOf) : []
  const units = [...tableUnit(found), ...unitsOf('create', table.name, creates), ...unitsOf('drop', table.name, drops)]
  if (units.length === 0) return {diff, plan: null, creates: 0, drops: 0}
  const estimate = estimateOf(diff, creates.length, drops.length, definition.environment.backend)
  const plan = {header: header(table.name, estimate, definition, ports), units}
  return {diff, plan, creates: creates.length, drops: drops.length}
}

function itemOf({values, location, folder}: Difference): SyncItem {
  return {values: values!, location: location ?? folder!}
}

/** A local lake has no crawler: its table is what the definition says. Loads make the entries of change logs. */
function tableUnit({compared: {table, entry, standing}}: ComparedTable): Unit<SyncWork>[] {
  if (standing !== null) return []
  if (table.kind !== 'events') {
    throw new SluiceError('TABLE_UNKNOWN', `The catalog has no table ${table.name} yet: its first load makes it.`, {
      fix: 'sluice backfill run --export <folder>',
      details: {table: table.name},
    })
  }
  return [{key: `table ${table.name}`, reads: [], work: {action: 'table', table: table.name, entry}}]
}

function unitsOf(action: 'create' | 'drop', table: string, items: readonly SyncItem[]): Unit<SyncWork>[] {
  const units = Math.ceil(items.length / UNIT_PARTITIONS)
  return Array.from({length: units}, (_, index) => {
    const own = items.slice(index * UNIT_PARTITIONS, (index + 1) * UNIT_PARTITIONS)
    const key = `${action} ${index * UNIT_PARTITIONS + 1} to ${index * UNIT_PARTITIONS + own.length} of ${items.length}`
    return {key, reads: [], work: {action, table, items: own}}
  })
}

function header(
  table: string,
  estimate: Estimate,
  definition: LakeDefinition,
  ports: Pick<OperationPorts, 'ids'>,
): LoadedPlan<SyncWork>['header'] {
  const {environment} = definition
  return {
    format: 1,
    kind: 'partitions.sync',
    operation: ports.ids.next(),
    lake: definition.lake,
    environment: environment.name,
    account: environment.backend === 'aws' ? environment.account : null,
    definitionHash: definitionHash(definition, [table]),
    tables: [table],
    locks: [`table:${table}`],
    estimate,
    undo: 'until-gc',
  }
}

function estimateOf(
  {files, registered}: TableDiff,
  creates: number,
  drops: number,
  backend: LakeDefinition['environment']['backend'],
): Estimate {
  const lists = Math.ceil(files / LISTED_A_CALL) + drops
  const calls = FIXED_CALLS + Math.ceil(registered / LISTED_A_CALL) + creates / CREATES_A_CALL + drops / DROPS_A_CALL
  const requests = Math.ceil(lists + calls)
  return {
    bytesRead: 0,
    bytesWritten: 0,
    requests,
    costUsdMicros:
      backend === 'local' ? '0' : String(Math.ceil(lists * MICROS_PER_LIST + calls * MICROS_PER_GLUE_CALL)),
    durationMs: requests * MS_PER_CALL,
  }
}

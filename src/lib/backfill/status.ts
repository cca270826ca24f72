import {activeRuns, listRunRecords, runStatuses, standingFloor, type RunStatus} from '../changelog/index.js'
import type {LakeDefinition} from '../lake/index.js'
import {chainShape, linkOf, type TimeRange} from './chain.js'
import {isResumable, listOperationIds, readOperation, type OperationPorts} from '../operation/index.js'

export interface TableStatus {
  readonly table: string
  readonly source: string | null
  /** ISO 8601 of the newest admitted floor, or null. */
  readonly floor: string | null
  readonly runs: readonly RunStatus[]
  /** Stretches of time whose changes no loaded export holds. */
  readonly gaps: readonly TimeRange[]
}

export interface BackfillStatus {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly tables: readonly TableStatus[]
  /** Loads that were begun and neither finished nor closed. */
  readonly unfinished: readonly {
    readonly operation: string
    readonly state: string
    readonly startedAt: string | null
  }[]
}

type StatusPorts = Pick<OperationPorts, 'store'>

/** Which exports each change log holds, its floor, and loads that wait to be resumed. */
export async function backfillStatus(
  definition: LakeDefinition,
  asOf: Date,
  ports: StatusPorts,
): Promise<BackfillStatus> {
  const changelogs = definition.tables.filter(({kind}) => kind === 'changelog')
  return {
    lake: definition.lake,
    environment: definition.environment.name,
    asOf: asOf.toISOString(),
    tables: await Promise.all(changelogs.map(({name, source}) => tableStatus(name, source?.dynamodb ?? null, ports))),
    unfinished: await unfinishedLoads(ports),
  }
}

async function tableStatus(table: string, source: string | null, ports: StatusPorts): Promise<TableStatus> {
  const records = await listRunRecords(ports.store, table)
  const floor = standingFloor(records)
  return {
    table,
    source,
    floor: floor === null ? null : new Date(floor / 1000).toISOString(),
    runs: runStatuses(records),
    gaps: chainShape(activeRuns(records).flatMap(({record}) => linkOf(record) ?? [])).gaps,
  }
}

async function unfinishedLoads(ports: StatusPorts): Promise<BackfillStatus['unfinished']> {
  const unfinished: {operation: string; state: string; startedAt: string | null}[] = []
  for await (const id of listOperationIds(ports.store)) {
    const {header, state, startedAt} = await readOperation(ports.store, id)
    if (header.kind.startsWith('backfill.') && isResumable(state)) unfinished.push({operation: id, state, startedAt})
  }
  return unfinished
}

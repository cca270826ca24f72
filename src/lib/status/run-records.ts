import pMap from 'p-map'
import {activeRuns, readRunSlot, runsTableName, standingFloor, type StoredRunRecord} from '../changelog/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {Findings} from './findings.js'

const READS_AT_ONCE = 16
const MICROS_PER_SECOND = 1_000_000

/** The run records of a change log, as far as they can be read. */
export interface ReadableRuns {
  readonly records: readonly StoredRunRecord[]
  readonly active: readonly StoredRunRecord[]
  /** Microseconds, or null. */
  readonly floor: number | null
  /** False when a record could not be read: then nobody knows what readers see. */
  readonly isComplete: boolean
}

/** Reads every record by itself, so that a broken one hides no other. */
export async function readRuns(
  table: string,
  about: string,
  ports: Pick<OperationPorts, 'store'>,
  findings: Findings,
): Promise<ReadableRuns> {
  const keys: string[] = []
  const listed = await findings.attempt(about, 'the list of run records', async () => {
    for await (const {key} of ports.store.list(`${runsTableName(table)}/`)) keys.push(key)
    return true
  })
  const slots = await pMap(
    keys,
    (key) => findings.attempt(about, `run record ${key}`, async () => ({slot: await readRunSlot(ports.store, key)})),
    {concurrency: READS_AT_ONCE},
  )
  const records = slots.flatMap((read): StoredRunRecord[] =>
    (read?.slot?.records ?? []).map((record) => ({key: read!.slot!.key, etag: read!.slot!.etag, record})),
  )
  return {
    records,
    active: activeRuns(records),
    floor: standingFloor(records),
    isComplete: listed === true && !slots.includes(null),
  }
}

/** What the rows of a run carry as `_version`, in microseconds: the export's time, in whole seconds. */
export function versionOf({record}: StoredRunRecord): number {
  return record.floor ?? Math.floor(Date.parse(record.exportTime) / 1000) * MICROS_PER_SECOND
}

/** The runs whose rows readers can see: active, and at or above the floor. */
export function countingRuns({active, floor}: ReadableRuns): StoredRunRecord[] {
  return active.filter((run) => floor === null || versionOf(run) >= floor)
}

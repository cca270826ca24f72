import {activeRuns, type RunRecord, type StoredRunRecord} from './run-records.js'

/** A run of a change log, as status screens tell it. */
export interface RunStatus {
  readonly run: string
  readonly operation: string
  readonly export: string
  readonly kind: RunRecord['kind']
  /** Where an incremental export begins. */
  readonly exportFrom: string | null
  readonly exportTime: string
  readonly admittedAt: string
  readonly state: 'admitted' | 'superseded'
  readonly rows: number
  readonly deletes: number
  readonly quarantined: number
  readonly objects: number
  readonly sizeBytes: number
}

/** The runs of a table's records, the last admitted first. */
export function runStatuses(records: readonly StoredRunRecord[]): RunStatus[] {
  const active = new Set(activeRuns(records).map(({record}) => record.run))
  const sorted = records.toSorted((a, b) => b.record.order - a.record.order)
  return sorted.map(({record}): RunStatus => ({
    run: record.run,
    operation: record.operation,
    export: record.load,
    kind: record.kind,
    exportFrom: record.exportFrom,
    exportTime: record.exportTime,
    admittedAt: record.admittedAt,
    state: active.has(record.run) ? 'admitted' : 'superseded',
    rows: record.rows - record.quarantined - record.deletes,
    deletes: record.deletes,
    quarantined: record.quarantined,
    objects: record.objects,
    sizeBytes: record.sizeBytes,
  }))
}

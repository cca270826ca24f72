import type {Rewrite, UpkeepFigures, UpkeepPolicy, UpkeptTable} from '../ports/table-upkeep.js'

/** The upkeep of one Iceberg table, which does it itself. */
export interface IcebergWork extends UpkeptTable, UpkeepPolicy {
  readonly method: 'iceberg'
  /** As planned: partitions with too many small files, those files, and how many they come to. */
  readonly partitions: number
  readonly files: number
  readonly outputs: number
}

/** What staging leaves in the journal. */
export interface StagedUpkeep {
  readonly before: UpkeepFigures
  readonly after: UpkeepFigures
  /** Each with as many rows before as after. */
  readonly rewrites: readonly Rewrite[]
  /** Statements that were run. */
  readonly runs: {readonly optimize: number; readonly vacuum: number}
  readonly scannedBytes: number
}

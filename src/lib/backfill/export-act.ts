import type {ExportedTable, ExportRequest} from '../ports/table-exports.js'

/** An export that could be started. */
export interface ExportPlan {
  readonly table: string
  readonly dynamodb: string
  readonly source: ExportedTable
  readonly request: ExportRequest
  readonly costUsdMicros: string
  /** True where the price depends on changes that nobody has counted. */
  readonly isLeastCost: boolean
}

/** An export that was started: `backfill export --json`. */
export interface ExportAct {
  readonly table: string
  readonly dynamodb: string
  readonly exportArn: string
  readonly state: 'running' | 'done'
  /** Folder with `manifest-summary.json`; null before the export is done. */
  readonly uri: string | null
  readonly items: number | null
  readonly billedBytes: number | null
  readonly costUsdMicros: string
  readonly isLeastCost: boolean
}

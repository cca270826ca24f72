/** A DynamoDB table as its exports see it. */
export interface ExportedTable {
  readonly arn: string
  /** As DynamoDB last counted, up to six hours ago. */
  readonly sizeBytes: number
  readonly itemCount: number
  /** Instants that an export can show; null where point-in-time recovery is off. */
  readonly recoverable: {readonly from: Date; readonly to: Date} | null
}

export interface ExportWindow {
  readonly from: Date
  /** Excluded. */
  readonly to: Date
  readonly view: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES'
}

export interface ExportRequest {
  readonly tableArn: string
  readonly bucket: string
  /** Without slashes at its ends; empty for the bucket's root. */
  readonly prefix: string
  readonly format: 'json' | 'ion'
  /** Of a full export; null: now. */
  readonly at: Date | null
  /** Null for a full export. */
  readonly window: ExportWindow | null
  /** The same token with the same request gives the same export, for eight hours. */
  readonly token: string
}

export interface ExportProgress {
  readonly arn: string
  readonly state: 'running' | 'done' | 'failed'
  readonly startedAt: Date | null
  readonly itemCount: number | null
  readonly billedBytes: number | null
  /** Key of `manifest-summary.json` in the bucket; null before the export is done. */
  readonly manifestKey: string | null
  readonly bucket: string | null
  readonly failure: string | null
}

/**
 * Exports of DynamoDB tables to S3; reads of the table itself are not used.
 *
 * Errors: `EXPORT_SOURCE_UNUSABLE` (no such table, no point-in-time recovery, window out of range, bucket refused) and
 * those of AWS.
 */
export interface TableExports {
  describeTable(name: string): Promise<ExportedTable>
  start(request: ExportRequest): Promise<ExportProgress>
  follow(exportArn: string): Promise<ExportProgress>
}

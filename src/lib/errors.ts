/** Exit statuses of every command. 3 and 4 are results, not errors: their document is printed. */
export const EXIT = {ok: 0, failed: 1, usage: 2, breached: 3, partial: 4, interrupted: 130} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Every error a user can meet, with the exit status of the command that meets it. */
export const CODES = {
  // usage and definition: refused before anything was done
  USAGE: EXIT.usage,
  COMMAND_UNKNOWN: EXIT.usage,
  CONFIRMATION_REQUIRED: EXIT.usage,
  DEFINITION_NOT_FOUND: EXIT.usage,
  DEFINITION_INVALID: EXIT.usage,
  DEFINITION_EXISTS: EXIT.usage,
  BLUEPRINT_UNKNOWN: EXIT.usage,
  ENVIRONMENT_UNKNOWN: EXIT.usage,
  TABLE_UNKNOWN: EXIT.usage,
  KPI_UNKNOWN: EXIT.usage,
  NOT_IN_LOCAL: EXIT.usage,
  NOT_IN_THIS_ENVIRONMENT: EXIT.usage,
  KEY_INVALID: EXIT.usage,
  FOLDER_NOT_EMPTY: EXIT.usage,
  // exports
  EXPORT_NOT_FOUND: EXIT.usage,
  EXPORT_INCOMPLETE: EXIT.usage,
  EXPORT_MANIFEST_INVALID: EXIT.usage,
  EXPORT_CHECKSUM_MISMATCH: EXIT.usage,
  EXPORT_SUMMARY_CHECKSUM: EXIT.usage,
  EXPORT_FILE_MISSING: EXIT.usage,
  EXPORT_COUNT_MISMATCH: EXIT.failed,
  EXPORT_KIND_UNSUPPORTED: EXIT.usage,
  EXPORT_TABLE_MISMATCH: EXIT.usage,
  EXPORT_NOT_LOADED: EXIT.usage,
  EXPORT_FILE_BROKEN: EXIT.failed,
  EXPORT_LINE_INVALID: EXIT.failed,
  EXPORT_ITEM_WITHOUT_KEY: EXIT.failed,
  EXPORT_KEY_DUPLICATE: EXIT.failed,
  EXPORT_TABLE_RECREATED: EXIT.usage,
  EXPORT_FILE_UNREADABLE: EXIT.usage,
  EXPORT_RANGE_INVALID: EXIT.usage,
  EXPORT_CHAIN_GAP: EXIT.usage,
  EXPORT_CHAIN_MIXED: EXIT.usage,
  EXPORT_CHAIN_TWO_FULLS: EXIT.usage,
  EXPORT_SOURCE_UNUSABLE: EXIT.usage,
  EXPORT_FAILED: EXIT.failed,
  KEY_MOVED: EXIT.failed,
  STREAM_EVENT_INVALID: EXIT.usage,
  COLUMN_NARROWED: EXIT.usage,
  LAYOUT_CHANGED: EXIT.usage,
  MAPPING_ERROR: EXIT.failed,
  // operations
  PLAN_INVALID: EXIT.usage,
  PLAN_STALE: EXIT.usage,
  LOCK_HELD: EXIT.usage,
  LOCK_LOST: EXIT.failed,
  OPERATION_UNKNOWN: EXIT.usage,
  OPERATION_NOT_RESUMABLE: EXIT.usage,
  OPERATION_NOT_UNDOABLE: EXIT.usage,
  OPERATION_CONFLICT: EXIT.failed,
  FORMAT_UNKNOWN: EXIT.usage,
  COST_EXCEEDED: EXIT.usage,
  RESOURCES_SHORT: EXIT.usage,
  ENGINE_UNFIT: EXIT.usage,
  SECRET_IN_QUERY: EXIT.usage,
  PROOF_FAILED: EXIT.failed,
  UNVERIFIED: EXIT.partial,
  VANISHED_TOO_MANY: EXIT.usage,
  // compaction
  MERGE_SOURCE_CHANGED: EXIT.failed,
  MERGE_SOURCE_BROKEN: EXIT.failed,
  MERGE_LOSSY: EXIT.failed,
  PARTITION_BUSY: EXIT.failed,
  PARTITION_MOVED: EXIT.failed,
  COMPACTION_REFUSED: EXIT.usage,
  // partitions and crawlers
  PARTITIONS_FAILED: EXIT.partial,
  CRAWLER_UNKNOWN: EXIT.usage,
  CRAWL_TOO_SOON: EXIT.usage,
  METRIC_INVALID: EXIT.usage,
  // store, catalog, engine
  OBJECT_NOT_FOUND: EXIT.failed,
  PRECONDITION_FAILED: EXIT.failed,
  STORE_UNAVAILABLE: EXIT.failed,
  STORE_READ_ONLY: EXIT.usage,
  DISK_FULL: EXIT.failed,
  CATALOG_CORRUPT: EXIT.failed,
  QUERY_INVALID: EXIT.usage,
  QUERY_FAILED: EXIT.failed,
  PARTITION_FILTER_MISSING: EXIT.usage,
  MEMORY_EXCEEDED: EXIT.failed,
  TEMP_LIMIT: EXIT.failed,
  // AWS
  AWS_SIGN_IN: EXIT.usage,
  AWS_TOKEN_EXPIRED: EXIT.failed,
  AWS_ACCOUNT_WRONG: EXIT.usage,
  AWS_ACCESS_DENIED: EXIT.failed,
  AWS_UNAVAILABLE: EXIT.failed,
  PLACE_UNUSABLE: EXIT.usage,
  TABLE_UNSUPPORTED: EXIT.usage,
  TABLE_DIFFERS: EXIT.usage,
  // everywhere
  INTERRUPTED: EXIT.interrupted,
  UNEXPECTED: EXIT.failed,
} as const satisfies Record<string, ExitCode>

export type ErrorCode = keyof typeof CODES

export interface SluiceErrorOptions {
  /** The next command, or what to change: one line. */
  readonly fix?: string
  /** Facts for `--json`; never a secret, never a whole vendor error. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** The one error class that topics, engines and adapters throw. `message` holds no colour, no newline, no secret. */
export class SluiceError extends Error {
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: SluiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = 'SluiceError'
    this.code = code
    this.fix = options.fix
    this.details = options.details
  }

  get exit(): ExitCode {
    return CODES[this.code]
  }
}

/** True when `error` is a SluiceError with one of `codes`. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is SluiceError {
  return error instanceof SluiceError && codes.includes(error.code)
}

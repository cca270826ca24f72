import type {RunRecord} from '../changelog/index.js'
import type {SampledFile} from './verify-samples.js'
import type {Check, CheckState} from './verify-check.js'

/** A run as it was proven, with what tells an auditor what it is. */
export interface VerifiedRun {
  readonly run: string
  readonly operation: string
  readonly kind: RunRecord['kind']
  /** The export's id. */
  readonly export: string
  /** Where it was loaded from; null where the journal is gone. */
  readonly uri: string | null
  /** Both null where the manifests cannot be read any more. */
  readonly exportArn: string | null
  readonly tableArn: string | null
  readonly exportFrom: string | null
  readonly exportTime: string
  readonly admittedAt: string
  /** Whether the run holds a part of its export only, by `--from`, `--to` or `--where`. */
  readonly isPart: boolean
  /** What the manifest stated when it was loaded; null where the journal is gone. */
  readonly items: number | null
  readonly files: number | null
  readonly objects: number
  readonly sizeBytes: number
  readonly objectsSha256: string
  /** SHA-256 of the mapping that made the rows. */
  readonly mapping: string
  readonly isSummaryIntact: boolean
  readonly sampled: readonly SampledFile[]
  readonly checks: readonly Check[]
}

export interface VerifyResult {
  readonly lake: string
  readonly environment: string
  readonly table: string
  readonly asOf: string
  /** When it was checked, by the clock. */
  readonly checkedAt: string
  readonly checkedBy: {readonly user: string; readonly host: string; readonly version: string}
  readonly state: CheckState
  readonly runs: readonly VerifiedRun[]
  /** Of the table as a whole. */
  readonly checks: readonly Check[]
}

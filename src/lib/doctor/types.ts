import type {ErrorCode} from '../errors.js'

/** In the order in which they are told. */
export const GROUPS = [
  'machine',
  'caller',
  'definition',
  'clock',
  'places',
  'catalog',
  'source',
  'query',
  'crawler',
  'operations',
  'security',
  'permissions',
] as const
export type Group = (typeof GROUPS)[number]

/** `unknown`: could not be looked at; `skipped`: means nothing here. */
export type CheckState = 'pass' | 'warn' | 'fail' | 'unknown' | 'skipped'

/** What a check found. */
export interface Verdict {
  readonly state: CheckState
  readonly text: string
  /** The next command, or what to change. */
  readonly fix?: string
  /** Of an error that kept the check from looking. */
  readonly code?: ErrorCode
  /** Other than the check's own. */
  readonly of?: string
}

/** One thing to look at. Whatever `look` throws is an `unknown` of this check. */
export interface Check {
  readonly group: Group
  readonly name: string
  /** What it looks at, e.g. `s3://bucket` or `claims.claim_amount`. */
  readonly of: string
  readonly look: () => Promise<Verdict | readonly Verdict[]>
}

export interface CheckResult {
  readonly group: Group
  readonly name: string
  readonly of: string
  readonly state: CheckState
  readonly text: string
  readonly fix: string | null
  readonly code: ErrorCode | null
}

/** `fail` beats `unknown` beats `warn` beats `pass`. */
export type DoctorState = 'pass' | 'warn' | 'fail' | 'unknown'

/** The answer of `sluice doctor`. */
export interface DoctorResult {
  readonly lake: string
  readonly environment: string
  readonly backend: 'local' | 'aws'
  /** A folder, or `s3://bucket/prefix`. */
  readonly root: string
  readonly isProtected: boolean
  readonly asOf: string
  readonly state: DoctorState
  readonly counts: Readonly<Record<CheckState, number>>
  /** Tables of which Lake Formation may hide rows or columns: what is read of them may not be the whole. */
  readonly mayBeCut: readonly string[]
  readonly checks: readonly CheckResult[]
}

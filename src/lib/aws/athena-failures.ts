import type {QueryExecution} from '@aws-sdk/client-athena'
import {SluiceError, type ErrorCode} from '../errors.js'
import {awsError, errorName} from './aws-errors.js'
import {isMissingWorkgroup, missingWorkgroup} from './athena-workgroup.js'

export interface StatementFailure {
  readonly error: SluiceError
  /** Another run of the same statement may end well. */
  readonly mayPass: boolean
}

/** Athena's reason in parts: `COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved`. */
interface Reason {
  /** In capitals; empty where the text has none. */
  readonly kind: string
  /** From 1, in the text that was sent. */
  readonly place: {readonly line: number; readonly column: number} | null
  readonly message: string
}

interface Verdict {
  readonly code: ErrorCode
  readonly message: string
  readonly fix: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Kinds of errors about the statement and its names: their texts hold nothing of the data. */
const ABOUT_STATEMENT =
  /^(SYNTAX_ERROR|MALFORMED_QUERY|[A-Z_]*NOT_FOUND|TYPE_MISMATCH|AMBIGUOUS_NAME|MISSING_[A-Z_]+|EXPRESSION_NOT_[A-Z_]+|FUNCTION_NOT_[A-Z_]+|NESTED_[A-Z_]+|DUPLICATE_[A-Z_]+|INVALID_(COLUMN|WINDOW|ORDER|LIMIT|VIEW|ARGUMENTS|PARAMETER|LITERAL|CATALOG|SCHEMA)[A-Z_]*|VIEW_IS_[A-Z_]+|TOO_MANY_ARGUMENTS|NOT_SUPPORTED|MISMATCHED_[A-Z_]+|INVALID_COLUMN_REFERENCE|COLUMN_TYPE_UNKNOWN|QUERY_TEXT_TOO_LARGE|QUERY_HAS_TOO_MANY_STAGES|COMPILER_ERROR|UNSUPPORTED_SUBQUERY)$/

/** What is said of errors about values, by their kind: Athena's own text holds the value. */
const ABOUT_VALUES: Readonly<Record<string, string>> = {
  INVALID_CAST_ARGUMENT: 'A value cannot be cast.',
  INVALID_FUNCTION_ARGUMENT: 'A function cannot take a value.',
  NUMERIC_VALUE_OUT_OF_RANGE: 'A number is out of range.',
  DIVISION_BY_ZERO: 'A number is divided by zero.',
  SUBQUERY_MULTIPLE_ROWS: 'A subquery used as a value gives more than one row.',
  GENERIC_USER_ERROR: 'The engine could not use a value.',
}
const ABOUT_MEMORY = /^EXCEEDED_(LOCAL|GLOBAL)?_?MEMORY_LIMIT$|Query exhausted resources/i
const ABOUT_OBJECTS =
  /^HIVE_(BAD_DATA|CANNOT_OPEN_SPLIT|CURSOR_ERROR|PARTITION_SCHEMA_MISMATCH|INVALID_\w+|FILE_NOT_FOUND)$|^PARQUET_/
const ABOUT_RIGHTS =
  /AccessDenied|Access Denied|PERMISSION_DENIED|not authorized to perform|Insufficient .*permission|Lake ?Formation/i
const CUT_OFF = /bytes scanned limit/i

/** What a statement that did not succeed means to a user; Athena's own text is the cause's. */
export function failedStatement(execution: QueryExecution, workgroup: string): StatementFailure {
  const {QueryExecutionId: executionId = '', Status: status} = execution
  const text = status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? ''
  const reason = reasonOf(text)
  const verdict = status?.State === 'CANCELLED' ? cancelled(text, workgroup) : verdictOf(reason, text)
  const error = sluiceError(verdict, reason, {executionId}, new Error(text))
  const isAboutStatement = verdict.code === 'QUERY_INVALID' || verdict.code === 'AWS_ACCESS_DENIED'
  const isRetryable = status?.AthenaError?.Retryable === true || verdict.code === 'MEMORY_EXCEEDED'
  return {error, mayPass: status?.State === 'FAILED' && isRetryable && !isAboutStatement}
}

/** What it means that Athena does not take a statement at all. */
export function refusedStatement(error: unknown, workgroup: string): SluiceError {
  if (isMissingWorkgroup(error)) return missingWorkgroup(workgroup, error)
  if (errorName(error) !== 'InvalidRequestException' || !(error instanceof Error)) {
    return awsError(error, {service: 'Athena', action: 'athena:StartQueryExecution'})
  }
  const reason = reasonOf(error.message)
  if (ABOUT_RIGHTS.test(error.message)) return sluiceError(verdictOf(reason, error.message), reason, {}, error)
  // Nothing has run: the text is about the request alone.
  const message = sentence(reason.message)
  return sluiceError({code: 'QUERY_INVALID', message, fix: CHECK_STATEMENT}, reason, {}, error)
}

const CHECK_STATEMENT = 'A query is one SELECT statement; check its syntax.'
const CHECK_NAMES = 'Check the names against the definition: sluice lake show'

function sluiceError(
  {code, message, fix, details}: Verdict,
  {kind, place}: Reason,
  more: Readonly<Record<string, unknown>>,
  cause: Error,
): SluiceError {
  const about = {...(kind === '' ? {} : {kind}), ...place}
  return new SluiceError(code, message, {fix, details: {...more, ...about, ...details}, cause})
}

function reasonOf(text: string): Reason {
  const [, kind = '', rest = text] = /^([A-Z][A-Z_]+[A-Z]): ?(.*)$/s.exec(text) ?? []
  const [, line, column, message = rest] = /^line (\d+):(\d+): ?(.*)$/s.exec(rest) ?? []
  const place = line === undefined ? null : {line: Number(line), column: Number(column)}
  return {kind: kind === '' && place !== null ? 'SYNTAX_ERROR' : kind, place, message}
}

function cancelled(text: string, workgroup: string): Verdict {
  if (CUT_OFF.test(text)) {
    return {
      code: 'QUERY_FAILED',
      message: `The workgroup ${workgroup} stopped the statement at its limit of bytes scanned.`,
      fix: 'Read fewer partitions or columns, or raise the limit of the workgroup.',
      details: {workgroup, limit: 'bytes-scanned'},
    }
  }
  return {code: 'QUERY_FAILED', message: 'The statement was stopped by somebody else.', fix: 'Run it again.'}
}

function verdictOf(reason: Reason, text: string): Verdict {
  const {kind, message} = reason
  if (ABOUT_RIGHTS.test(text)) return denied(text)
  if (ABOUT_MEMORY.test(kind) || ABOUT_MEMORY.test(text)) {
    return {
      code: 'MEMORY_EXCEEDED',
      message: 'The statement needs more than Athena gives it.',
      fix: 'Read fewer partitions or columns, or sort and group less.',
    }
  }
  if (ABOUT_OBJECTS.test(kind)) return damaged(text)
  if (ABOUT_STATEMENT.test(kind)) return {code: 'QUERY_INVALID', message: sentence(message), fix: CHECK_NAMES}
  const aboutValue = ABOUT_VALUES[kind]
  if (aboutValue !== undefined) {
    const fix = 'A value does not fit: TRY_CAST(x AS type) and TRY(…) give NULL in its place.'
    return {code: 'QUERY_INVALID', message: aboutValue, fix}
  }
  const known = kind === '' ? '' : ` (${kind})`
  return {
    code: 'QUERY_FAILED',
    message: `Athena could not run the statement${known}.`,
    fix: 'Run it again, or simplify it.',
  }
}

function denied(text: string): Verdict {
  const [, action] = /not authorized to perform:? ([a-zA-Z0-9-]+:[a-zA-Z]+)/.exec(text) ?? []
  const [place] = /s3:\/\/[^\s'",)]+/.exec(text) ?? []
  const where = place === undefined ? '' : ` ${place}`
  if (/Lake ?Formation/i.test(text)) {
    return {
      code: 'AWS_ACCESS_DENIED',
      message: 'Lake Formation does not let the caller read what the statement names.',
      fix: 'Grant SELECT on the tables in Lake Formation: an IAM policy alone is not enough.',
      details: {action: action ?? 'lakeformation:GetDataAccess'},
    }
  }
  // Without a named action it is the objects that Athena may not read as the caller.
  const denied = action ?? 's3:GetObject'
  return {
    code: 'AWS_ACCESS_DENIED',
    message: `The statement needs ${denied}${where}, which the caller may not.`,
    fix: `Allow ${denied} in the caller's policy.`,
    details: {action: denied, ...(place === undefined ? {} : {place})},
  }
}

function damaged(text: string): Verdict {
  const [place] = /s3:\/\/[^\s'",)]+/.exec(text) ?? []
  return {
    code: 'QUERY_FAILED',
    message: `${place === undefined ? 'An object' : `The object ${place}`} of the lake is damaged, or has other columns.`,
    fix: 'sluice backfill verify',
    ...(place === undefined ? {} : {details: {place}}),
  }
}

/** The first line, as a sentence. */
function sentence(text: string): string {
  const line = (text.split('\n')[0] ?? '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim() || 'The engine gave no reason.'
  const start = line.charAt(0).toUpperCase() + line.slice(1)
  return /[.!?…]$/.test(start) ? start : `${start}.`
}

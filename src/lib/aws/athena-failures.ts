import type {QueryExecution} from '@aws-sdk/client-athena'
import {SluiceError, type ErrorCode} from '../errors.js'
import {awsError, errorName} from './aws-errors.js'
import {isMissingWorkgroup, missingWorkgroup} from './athena-workgroup.js'

export interface StatementFailure {
  readonly error: SluiceError
  /** Another run of the same statement may end well. */
  readonly mayPass: boolean
  /** Somebody stopped it, a process of sluice that ended included; not a limit of the workgroup or of Athena. */
  readonly wasStopped: boolean
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
  /** Left out: as Athena says. */
  readonly mayPass?: boolean
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
  /^HIVE_(BAD_DATA|CANNOT_OPEN_SPLIT|CURSOR_ERROR|PARTITION_SCHEMA_MISMATCH|INVALID_\w+)$|^(HIVE_)?FILE_NOT_FOUND$|^PARQUET_/
const ABOUT_RIGHTS =
  /AccessDenied|Access Denied|PERMISSION_DENIED|not authorized to perform|Insufficient .*permission|Lake ?Formation/i
const CUT_OFF = /bytes scanned limit/i
const OUT_OF_TIME = /^Query timeout/i
/** What AWS says of a call that it would take later, in the words that its SDK for Java gives to the engine. */
const ABOUT_PACE =
  /\(Service: (?:Amazon )?(\w+)[;,] Status Code: (?:(?:429|5\d\d)\b|\d+[;,] Error Code: \w*(?:Throttl|SlowDown))/i
const GONE = /\bNoSuchKey\b|key does not exist|Status Code: 404\b/i
/** A start under a token that Athena knows with other parameters. */
const OTHER_START = /Idempotent parameters do not match/i

/** What a statement that did not succeed means to a user; Athena's own text is the cause's. */
export function failedStatement(execution: QueryExecution, workgroup: string): StatementFailure {
  const {QueryExecutionId: executionId = '', Status: status} = execution
  const text = status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? ''
  const reason = reasonOf(text)
  const isCancelled = status?.State === 'CANCELLED'
  const limit = limitOf(text, isCancelled, workgroup)
  const verdict = limit ?? (isCancelled ? cancelled(executionId) : verdictOf(reason, text))
  const error = sluiceError(verdict, reason, {executionId}, new Error(text))
  const mayPass = verdict.mayPass ?? status?.AthenaError?.Retryable === true
  return {error, mayPass: mayPass && status?.State === 'FAILED', wasStopped: isCancelled && limit === null}
}

/** What it means that Athena does not take a statement at all. */
export function refusedStatement(error: unknown, workgroup: string): SluiceError {
  if (isMissingWorkgroup(error)) return missingWorkgroup(workgroup, error)
  if (errorName(error) !== 'InvalidRequestException' || !(error instanceof Error)) {
    return awsError(error, {service: 'Athena', action: 'athena:StartQueryExecution'})
  }
  const reason = reasonOf(error.message)
  if (ABOUT_RIGHTS.test(error.message)) return sluiceError(verdictOf(reason, error.message), reason, {}, error)
  if (OTHER_START.test(error.message)) return sluiceError(BEGUN_OTHERWISE, reason, {}, error)
  // Nothing has run: the text is about the request alone.
  const message = sentence(reason.message)
  return sluiceError({code: 'QUERY_INVALID', message, fix: CHECK_STATEMENT}, reason, {}, error)
}

const BEGUN_OTHERWISE: Verdict = {
  code: 'OPERATION_NOT_RESUMABLE',
  message: 'The statement was begun with another workgroup, database, place of results or encryption.',
  fix: 'Put the environment in the definition back as it was, then sluice ops resume; or sluice ops cancel, and begin anew.',
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

/** A limit that ended the statement; null where none did. */
function limitOf(text: string, isCancelled: boolean, workgroup: string): Verdict | null {
  if (isCancelled && CUT_OFF.test(text)) {
    return {
      code: 'QUERY_FAILED',
      message: `The workgroup ${workgroup} stopped the statement at its limit of bytes scanned.`,
      fix: 'Read fewer partitions or columns, or raise the limit of the workgroup.',
      details: {workgroup, limit: 'bytes-scanned'},
    }
  }
  if (!OUT_OF_TIME.test(text)) return null
  return {
    code: 'QUERY_FAILED',
    message:
      'Athena stopped the statement at the account\'s quota "DML query timeout", 30 minutes unless it was raised.',
    fix: 'Read fewer partitions, load shorter windows or with --engine duckdb; or raise the quota in Service Quotas.',
    details: {limit: 'DML query timeout'},
    mayPass: false,
  }
}

function cancelled(executionId: string): Verdict {
  return {
    code: 'QUERY_FAILED',
    message: `The statement ${executionId} was stopped, by a person or by an earlier process of sluice.`,
    fix: 'When nobody wanted it stopped, run the same command again; a load goes on: sluice ops resume',
  }
}

function verdictOf(reason: Reason, text: string): Verdict {
  const {kind, message} = reason
  const aboutValue = ABOUT_VALUES[kind]
  const [, service] = (aboutValue === undefined && ABOUT_PACE.exec(text)) || []
  if (service !== undefined) return tooFast(service)
  if (ABOUT_RIGHTS.test(text)) return denied(text)
  if (ABOUT_MEMORY.test(kind) || ABOUT_MEMORY.test(text)) {
    return {
      code: 'MEMORY_EXCEEDED',
      message: 'The statement needs more than Athena gives it.',
      fix: 'Read fewer partitions or columns, or sort and group less.',
      mayPass: true,
    }
  }
  if (ABOUT_OBJECTS.test(kind)) return aboutObject(kind, text)
  if (ABOUT_STATEMENT.test(kind)) {
    return {code: 'QUERY_INVALID', message: sentence(message), fix: CHECK_NAMES, mayPass: false}
  }
  if (aboutValue !== undefined) {
    const fix = 'A value does not fit: TRY_CAST(x AS type) and TRY(…) give NULL in its place.'
    return {code: 'QUERY_INVALID', message: aboutValue, fix, mayPass: false}
  }
  const known = kind === '' ? '' : ` (${kind})`
  return {
    code: 'QUERY_FAILED',
    message: `Athena could not run the statement${known}.`,
    fix: 'Run it again, or simplify it.',
  }
}

/** The objects are as they were: the account, or the prefix, was asked too much at a time. */
function tooFast(service: string): Verdict {
  return {
    code: 'AWS_UNAVAILABLE',
    message: `${service} was asked too much at a time, or failed for a moment, while Athena ran the statement.`,
    fix: 'Wait some minutes, then run the same command again; fewer statements at a time ask less.',
    details: {service},
    mayPass: true,
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
      mayPass: false,
    }
  }
  // Without a named action it is the objects that Athena may not read as the caller.
  const denied = action ?? 's3:GetObject'
  return {
    code: 'AWS_ACCESS_DENIED',
    message: `The statement needs ${denied}${where}, which the caller may not.`,
    fix: `Allow ${denied} in the caller's policy.`,
    details: {action: denied, ...(place === undefined ? {} : {place})},
    mayPass: false,
  }
}

function aboutObject(kind: string, text: string): Verdict {
  const [place] = /s3:\/\/[^\s'",)]+/.exec(text) ?? []
  const details = place === undefined ? {} : {place}
  const object = place === undefined ? 'An object' : `The object ${place}`
  if (/FILE_NOT_FOUND$/.test(kind) || GONE.test(text)) {
    return {
      code: 'QUERY_FAILED',
      message: `${object} went away while the statement read the lake.`,
      fix: 'Run it again: it looks anew. When it is gone for good: sluice backfill verify',
      details: {...details, gone: true},
    }
  }
  return {
    code: 'QUERY_FAILED',
    message: `${object} of the lake is damaged, or has other columns.`,
    fix: 'sluice backfill verify',
    details,
  }
}

/** The first line, as a sentence. */
function sentence(text: string): string {
  const line = (text.split('\n')[0] ?? '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim() || 'The engine gave no reason.'
  const start = line.charAt(0).toUpperCase() + line.slice(1)
  return /[.!?…]$/.test(start) ? start : `${start}.`
}

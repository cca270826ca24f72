import {quoteIdentifier} from '../../sql/index.js'
import {fileList} from './local-files.js'
import {INEXACT} from './merge-cast.js'
import {isOurs, lossy, sourceBroken} from '../../parquet/merge-errors.js'
import type {SourceFile} from '../../parquet/source-groups.js'
import type {FileSlice} from './merge-slices.js'
import type {DuckDbSession} from './session.js'

/** What failed: the slices of one output, and how they were read. */
export interface FailedOutput {
  readonly slices: readonly FileSlice[]
  readonly selects: readonly (readonly string[])[]
  readonly names: readonly string[]
  readonly signal: AbortSignal
}

/** What a cast of ours says of a value without room; DuckDB's own texts beside ours. */
const VALUE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(INEXACT), 'a time has nanoseconds'],
  [/Failure in decode/, 'a value is no UTF-8 text'],
  [/Map keys must be unique/, 'a map has a key twice'],
]

/**
 * Names the file, and the column where a value is at fault, by reading the files one by one. DuckDB's own message may
 * hold values of the data, and not always names the file.
 */
export async function explainFailure(session: DuckDbSession, error: unknown, failed: FailedOutput): Promise<unknown> {
  if (isOurs(error) || failed.signal.aborted) return error
  for (const {file} of failed.slices) {
    const fault = await faultOf(session, file, failed)
    if (fault !== null) return fault
  }
  return error
}

async function faultOf(session: DuckDbSession, file: SourceFile, failed: FailedOutput): Promise<unknown> {
  const from = `read_parquet(${fileList([file.file])}, hive_partitioning = false)`
  const whole = await failureOf(session, `SELECT bit_xor(hash(COLUMNS(*))) FROM ${from}`, failed)
  if (whole !== null) return isOurs(whole) ? whole : sourceBroken(file.source.key, 'its pages cannot be read', whole)
  for (const [index, select] of failed.selects[file.group]!.entries()) {
    const name = quoteIdentifier(failed.names[index]!)
    const fault = await failureOf(session, `SELECT bit_xor(hash(${name})) FROM (SELECT ${select} FROM ${from})`, failed)
    if (fault === null) continue
    if (isOurs(fault)) return fault
    const message = fault instanceof Error ? fault.message : ''
    const reason = VALUE_FAULTS.find(([pattern]) => pattern.test(message))?.[1] ?? 'a value does not fit'
    return lossy(file.source.key, failed.names[index]!, reason)
  }
  return null
}

async function failureOf(session: DuckDbSession, sql: string, {signal}: FailedOutput): Promise<unknown> {
  try {
    await session.rows(sql, signal)
    return null
  } catch (error) {
    return error
  }
}

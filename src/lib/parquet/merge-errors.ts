import {SluiceError} from '../errors.js'
import type {ObjectKey} from '../ports/object-store.js'

/** Not an error of DuckDB: one that says what happened already, or the reason of an abort. */
export function isOurs(error: unknown): boolean {
  return error instanceof SluiceError || !(error instanceof Error) || error.name !== 'Error'
}

/** A source that cannot be read to its end; `fault` says why, without values of the data. */
export function sourceBroken(key: ObjectKey, fault: string, cause?: unknown): SluiceError {
  return new SluiceError('MERGE_SOURCE_BROKEN', `Cannot read ${key}: ${fault}.`, {
    fix: 'Move it out of the table or restore it, then plan again. Nothing was changed.',
    details: {key},
    ...(cause === undefined ? {} : {cause}),
  })
}

export function sourceChanged(key: ObjectKey, isGone: boolean): SluiceError {
  return new SluiceError(
    'MERGE_SOURCE_CHANGED',
    `${key} ${isGone ? 'is gone' : 'was changed'} since the plan was made.`,
    {
      fix: 'Make the plan again and run that. Nothing was changed.',
      details: {key},
    },
  )
}

/** `column`: of which values cannot be carried over exactly. */
export function lossy(key: ObjectKey, column: string, reason: string, others: readonly ObjectKey[] = []): SluiceError {
  const against = others.length === 0 ? '' : `, against ${others.join(', ')}`
  return new SluiceError(
    'MERGE_LOSSY',
    `Column ${JSON.stringify(column)} of ${key} cannot be merged without loss: ${reason}${against}.`,
    {
      fix: 'Rewrite the file under the type of the table, or leave its partition out. Nothing was changed.',
      details: {column, key, ...(others.length === 0 ? {} : {others})},
    },
  )
}

import {SluiceError} from '../errors.js'
import type {ColumnFacts} from '../ports/merge-engine.js'

/** What was read of a column, of one object or of several together. */
export interface ReadColumn {
  readonly nulls: number
  readonly minimum: bigint | null
  readonly maximum: bigint | null
}

/** Throws `PROOF_FAILED` where what was read of a column is not what is known of it. */
export function compareColumn({name, nulls, min, max}: ColumnFacts, read: readonly ReadColumn[]): void {
  const found = read.reduce((sum, one) => sum + one.nulls, 0)
  if (nulls !== undefined && found !== nulls)
    throw disproven(
      `Column ${JSON.stringify(name)} has ${found} NULLs in what was read, ${nulls} are known of the sources.`,
      {column: name, found, expected: nulls},
    )
  const minima = read.flatMap(({minimum}) => minimum ?? [])
  const maxima = read.flatMap(({maximum}) => maximum ?? [])
  if (min !== undefined && !minima.some((value) => value === BigInt(min) && minima.every((other) => other >= value)))
    throw disproven(
      `Column ${JSON.stringify(name)} has another smallest value in what was read than is known of the sources.`,
      {column: name},
    )
  if (max !== undefined && !maxima.some((value) => value === BigInt(max) && maxima.every((other) => other <= value)))
    throw disproven(
      `Column ${JSON.stringify(name)} has another largest value in what was read than is known of the sources.`,
      {column: name},
    )
}

/** The error for outputs that are not what they should be. */
export function disproven(message: string, details: Readonly<Record<string, unknown>>, cause?: unknown): SluiceError {
  return new SluiceError('PROOF_FAILED', message, {
    fix: 'Nothing was changed for readers. Run the same command again; if it happens twice, check the disk.',
    details,
    ...(cause === undefined ? {} : {cause}),
  })
}

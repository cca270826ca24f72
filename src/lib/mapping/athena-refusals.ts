import type {CompileAthenaOptions} from './compile-athena.js'
import type {TableMapping} from './types.js'

/** Why a load cannot go through Athena; another engine does it. */
export const ATHENA_REFUSALS = {
  half_characters: 'A name or text of the definition holds half a surrogate pair, which no statement can carry.',
  secret_in_query: 'A keyed digest would put its key into the query history of Athena.',
  too_long: 'The statement would be longer than Athena takes.',
} as const
export type AthenaRefusal = keyof typeof ATHENA_REFUSALS

/** Athena takes statements of 262,144 bytes. */
const MAXIMUM_STATEMENT_BYTES = 262_144
/** For what stands around the rows: the INSERT, its columns, and which files and partitions it takes. */
const ROOM_AROUND_BYTES = 64 * 1024

/** Half of a surrogate pair: with `u`, whole pairs are one character. */
const HALF_PAIR = /\p{Surrogate}/u

/** Everything that keeps a table's export from being loaded by Athena; empty: nothing does. */
export function refusalsOf(
  mapping: TableMapping,
  {where}: CompileAthenaOptions,
  rowsSql: () => string,
): AthenaRefusal[] {
  const refusals: AthenaRefusal[] = []
  if (hasHalfPair([mapping, where])) refusals.push('half_characters')
  if (hasSecret(mapping)) refusals.push('secret_in_query')
  if (refusals.length === 0 && Buffer.byteLength(rowsSql()) > MAXIMUM_STATEMENT_BYTES - ROOM_AROUND_BYTES)
    refusals.push('too_long')
  return refusals
}

function hasHalfPair(value: unknown): boolean {
  if (typeof value === 'string') return HALF_PAIR.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHalfPair)
}

/** The grammar reserves keyed digests; when they are built, they are known by this. */
function hasSecret({columns}: TableMapping): boolean {
  return columns.some((column) => 'derive' in column && 'hmac_sha256' in column.derive)
}

import {DuckDBScalarFunction, INTEGER, UBIGINT} from './node-api.js'
import type {DuckDbSession} from './session.js'
import {items, sum} from './vectors.js'

/** SQL of a condition that is always true and counts the rows that it is asked for. */
export function tapSql(hashSql: string): string {
  return `${TAP}(${hashSql})`
}

export interface TappedRows {
  rows: number
  digest: bigint
}

const TAP = 'sluice_merge_tap'
const taps = new WeakMap<DuckDbSession, TappedRows>()

/** Counts and sums the hashes of rows while one statement writes them, so that sources are read once. */
export async function tapped(session: DuckDbSession, write: () => Promise<unknown>): Promise<TappedRows> {
  const counts = tapOf(session)
  counts.rows = 0
  counts.digest = 0n
  await write()
  return {...counts}
}

/** A session runs one statement at a time, so one function serves all of them. */
function tapOf(session: DuckDbSession): TappedRows {
  const standing = taps.get(session)
  if (standing !== undefined) return standing
  const counts = {rows: 0, digest: 0n}
  session.connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: TAP,
      parameterTypes: [UBIGINT],
      returnType: INTEGER,
      volatile: true,
      mainFunction: (_info, chunk, output) => {
        counts.rows += chunk.rowCount
        counts.digest += sum(items(chunk.getColumnVector(0), BigUint64Array), chunk.rowCount)
        items(output, Int32Array).fill(1, 0, chunk.rowCount)
        output.flush()
      },
    }),
  )
  taps.set(session, counts)
  return counts
}

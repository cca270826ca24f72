import {DuckDBScalarFunction, INTEGER, UBIGINT, type DuckDBConnection, type DuckDBDataChunk} from './node-api.js'
import {PROBLEM_CLASSES, ROW_CLASS, SECOND_CLASSES, STORED_CLASSES, type RowClass} from '../../mapping/index.js'
import {items, sum} from './vectors.js'

const flags = (names: readonly RowClass[]): readonly boolean[] =>
  Object.keys(ROW_CLASS).map((name) => names.includes(name as RowClass))
/** By class. */
const IS_STORED = flags(STORED_CLASSES)
const IS_SECOND = flags(SECOND_CLASSES)
const IS_PROBLEM = flags(PROBLEM_CLASSES)

/** What passed through the tap. */
export interface TapCounts {
  rows: number
  /** Sum of the 64-bit hashes of the rows that are stored: a multiset digest. */
  digest: bigint
  /** Rows of each `ROW_CLASS`. */
  readonly ofClass: number[]
  /** Lines of each source file, by index. */
  readonly ofFile: number[]
  /** Of these, the ones with a problem. */
  readonly problemsOfFile: number[]
}

/**
 * Registers `sluice_tap(hash, file_index, class, partition_hash)`: it counts and hashes rows while they stream into the
 * writer, so that the proof and the progress need no second pass, and answers the row's `FATE`. It must stand in a
 * projection: DuckDB pushes a filter below the projections and evaluates every mapped expression twice (measured:
 * +15% CPU).
 */
export function registerRowTap(
  connection: DuckDBConnection,
  name: string,
  {fileCount, folders}: {readonly fileCount: number; readonly folders: number},
  onRows?: (rows: number) => void,
): TapCounts {
  const judge = fateJudge(folders)
  const counts: TapCounts = {
    rows: 0,
    digest: 0n,
    ofClass: Object.values(ROW_CLASS).map(() => 0),
    ofFile: Array.from({length: fileCount}, () => 0),
    problemsOfFile: Array.from({length: fileCount}, () => 0),
  }
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      parameterTypes: [UBIGINT, UBIGINT, INTEGER, UBIGINT],
      returnType: INTEGER,
      volatile: true,
      mainFunction: (_info, chunk, output) => {
        const classes = count(counts, chunk)
        judge(classes, chunk, items(output, Int32Array))
        output.flush()
        onRows?.(counts.rows)
      },
    }),
  )
  return counts
}

/** What becomes of a row: it is not stored, it goes to its partition's own folder, or to one that partitions share. */
export const FATE = {leftOut: 0, own: 1, shared: 2} as const

/** The first partitions get folders of their own: they are remembered while rows pass, so nothing is known before. */
function fateJudge(folders: number): (classes: Int32Array, chunk: DuckDBDataChunk, fates: Int32Array) => void {
  const known = new Set<number>()
  const isOwn = (hash: number): boolean => known.has(hash) || (known.size < folders && known.add(hash).size > 0)
  return (classes, chunk, fates) => {
    const hashes = items(chunk.getColumnVector(3), BigUint64Array)
    // Half of the hash: partitions that share it merely count as one.
    const words = new Uint32Array(hashes.buffer, hashes.byteOffset, chunk.rowCount * 2)
    for (let row = 0; row < chunk.rowCount; row += 1) {
      if (!IS_STORED[classes[row]!]) fates[row] = FATE.leftOut
      else fates[row] = isOwn(words[row * 2]!) ? FATE.own : FATE.shared
    }
  }
}

function count(counts: TapCounts, chunk: DuckDBDataChunk): Int32Array {
  const rows = chunk.rowCount
  const hashes = items(chunk.getColumnVector(0), BigUint64Array)
  const files = items(chunk.getColumnVector(1), BigUint64Array)
  const classes = items(chunk.getColumnVector(2), Int32Array)
  const fileWords = new Uint32Array(files.buffer, files.byteOffset, rows * 2)
  counts.digest += sum(hashes, rows)
  for (let row = 0; row < rows; row += 1) {
    const file = fileWords[row * 2]!
    const kind = classes[row]!
    counts.ofClass[kind]! += 1
    counts.ofFile[file]! += 1
    if (kind === ROW_CLASS.upsert) continue
    if (IS_SECOND[kind]) counts.ofFile[file]! -= 1
    if (IS_PROBLEM[kind]) counts.problemsOfFile[file]! += 1
    if (!IS_STORED[kind]) counts.digest -= hashes[row]!
  }
  counts.rows += rows
  return classes
}

import type {LakeDefinition} from '../lake/index.js'
import type {Estimate} from '../operation/index.js'
import type {EngineName} from '../ports/parquet-engine.js'
import {scanCostUsdMicros} from '../query/index.js'
import type {PartitionFiles, Verdict} from './judge.js'
import type {Method} from './work.js'

type Backend = LakeDefinition['environment']['backend']

/** $0.0004 for a thousand GETs and $0.005 for a thousand PUT, COPY or LIST requests (S3 Standard), in millionths. */
const NANOS_PER_READ = 400n
const NANOS_PER_WRITE = 5000n
const NANOS_PER_MICRO = 1000n
/** A reader of Parquet asks for the end of a file, then for its columns. */
const READS_PER_FILE = 2
const KEYS_PER_LIST = 1000
const DAYS_PER_MONTH = 30
/** Until the first byte of a GET in S3, about; engines keep some twenty of them in flight. */
const MS_PER_REMOTE_READ = 30
const REMOTE_READS_AT_ONCE = 20
/** Opening a file and its footer on local disk: 0.33 s for 2,880 files (docs/performance.md). */
const MS_PER_LOCAL_FILE = 0.12
/** Merging and proving, of compressed bytes, on the reference machine. */
const MERGED_BYTES_PER_SECOND = 60_000_000
/** Of Athena, for a partition: to count and hash its rows, to write them, and to read them back. */
const WHOLE_SCANS = 3
/** To count the rows of each output, twice. */
const SMALL_SCANS = 2
/** Of Athena, unmeasured: the start of a statement, and what it rewrites. */
const STATEMENT_MS = 5000
const REWRITTEN_BYTES_PER_SECOND = 50_000_000

/** Files and bytes of the partitions of a table, by what is to be done with them. */
export interface CompactFigures {
  partitions: number
  files: number
  sizeBytes: number
  merges: number
  sources: number
  sourceBytes: number
  outputs: number
  /** Of the merges, those by Athena, with what it is to scan and what that costs. */
  athenaMerges: number
  scannedBytes: number
  scanUsdMicros: number
}

export function noFigures(): CompactFigures {
  return {
    ...{partitions: 0, files: 0, sizeBytes: 0, merges: 0, sources: 0, sourceBytes: 0, outputs: 0},
    ...{athenaMerges: 0, scannedBytes: 0, scanUsdMicros: 0},
  }
}

/** The share of one partition. */
export function figuresOf(
  {files}: Pick<PartitionFiles, 'files'>,
  verdict: Verdict,
  engine: EngineName,
): CompactFigures {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  const found = {...noFigures(), partitions: 1, files: files.length, sizeBytes}
  if (verdict.state !== 'merge') return found
  const {sources, outputs, sizeBytes: sourceBytes} = verdict.merge
  const merged = {...found, merges: 1, sources: sources.length, sourceBytes, outputs}
  if (engine === 'duckdb') return merged
  const scans = WHOLE_SCANS * scanCostUsdMicros('athena', sourceBytes)
  const looks = SMALL_SCANS * scanCostUsdMicros('athena', 0)
  return {...merged, athenaMerges: 1, scannedBytes: WHOLE_SCANS * sourceBytes, scanUsdMicros: scans + looks}
}

export function addFigures(figures: CompactFigures, more: CompactFigures): void {
  for (const name of Object.keys(figures) as (keyof CompactFigures)[]) figures[name] += more[name]
}

/** What the merges read, write and cost. Outputs are taken to be as large as their sources: most pack better. */
export function estimateOf(figures: CompactFigures, method: Method, backend: Backend): Estimate {
  if (method === 'iceberg') return upkeepEstimate(figures)
  const {files, merges, sources, sourceBytes, outputs, athenaMerges, scannedBytes, scanUsdMicros} = figures
  const copies = method === 'swap' ? 0 : outputs
  const reads = sources * 3 + outputs * 3 + merges * 4
  const writes = outputs + copies + merges * 5 + Math.ceil(files / KEYS_PER_LIST)
  const athenaBytes = scannedBytes / WHOLE_SCANS
  const ownBytes = sourceBytes - athenaBytes
  const nanos = BigInt(reads) * NANOS_PER_READ + BigInt(writes) * NANOS_PER_WRITE
  return {
    bytesRead: ownBytes * 2 + scannedBytes,
    bytesWritten: sourceBytes,
    requests: reads + writes,
    costUsdMicros:
      backend === 'local' ? '0' : String((nanos + NANOS_PER_MICRO - 1n) / NANOS_PER_MICRO + BigInt(scanUsdMicros)),
    durationMs:
      Math.round((ownBytes / MERGED_BYTES_PER_SECOND) * 1000) +
      Math.round((athenaBytes / REWRITTEN_BYTES_PER_SECOND) * 1000) +
      athenaMerges * (WHOLE_SCANS + SMALL_SCANS) * STATEMENT_MS +
      500,
  }
}

/** Athena bills what OPTIMIZE scans, and a little for VACUUM; it reads and writes the files itself. */
function upkeepEstimate({sourceBytes}: CompactFigures): Estimate {
  return {
    bytesRead: sourceBytes,
    bytesWritten: sourceBytes,
    requests: 0,
    costUsdMicros: String(scanCostUsdMicros('athena', sourceBytes) + scanCostUsdMicros('athena', 0)),
    durationMs: 2 * STATEMENT_MS + Math.round((sourceBytes / REWRITTEN_BYTES_PER_SECOND) * 1000),
  }
}

/** What readers save a month, when the whole table is read so often. */
export interface Savings {
  readonly readsPerDay: number
  readonly files: number
  readonly requestsPerMonth: number
  readonly costUsdMicrosPerMonth: string
  readonly secondsPerMonth: number
}

export function savingsOf({sources, outputs}: CompactFigures, readsPerDay: number, backend: Backend): Savings {
  const files = Math.max(0, sources - outputs)
  const readsPerMonth = readsPerDay * DAYS_PER_MONTH
  const requests = files * READS_PER_FILE * readsPerMonth
  const ms =
    backend === 'local'
      ? files * MS_PER_LOCAL_FILE
      : (files * READS_PER_FILE * MS_PER_REMOTE_READ) / REMOTE_READS_AT_ONCE
  return {
    readsPerDay,
    files,
    requestsPerMonth: requests,
    costUsdMicrosPerMonth: backend === 'local' ? '0' : String((BigInt(requests) * NANOS_PER_READ) / NANOS_PER_MICRO),
    secondsPerMonth: Math.round((ms * readsPerMonth) / 1000),
  }
}

import type {Estimate} from '../operation/index.js'
import {scanCostUsdMicros} from '../query/index.js'
import {ATHENA_BYTES_PER_SECOND, ATHENA_STATEMENT_MS} from './athena-speed.js'
import {FIXED_REQUESTS, MICROS_PER_S3_WRITE, PARQUET_BYTES_PER_COMPRESSED_BYTE} from './load-plan.js'
import type {LoadWork} from './load-work.js'
import {weighWork, type Surroundings} from './weigh-load.js'

/** Athena's quota for one statement that reads or writes rows, where an account has not asked for more: four hours at most. */
const STATEMENT_LIMIT_MS = 30 * 60_000
/** Of one INSERT. */
const PARTITIONS_AT_ONCE = 100
/** Statements that look at what was written: its rows twice, keys that stand twice. */
const READS_BACK = 3

/**
 * What a load by Athena costs: the export is scanned once to count and hash, and once more by every INSERT of 100
 * partitions; the rows are read back.
 */
export async function estimateAthena(work: LoadWork, around: Surroundings): Promise<Estimate> {
  const {scale} = await weighWork(work, around)
  const {compressedBytes, partitions} = scale
  const scans = 1 + Math.ceil(partitions / PARTITIONS_AT_ONCE)
  const bytesWritten = Math.round(compressedBytes * PARQUET_BYTES_PER_COMPRESSED_BYTE)
  const statements = work.sources.length * (scans + READS_BACK)
  const cost =
    scans * scanCostUsdMicros('athena', compressedBytes) + READS_BACK * scanCostUsdMicros('athena', bytesWritten)
  const requests = FIXED_REQUESTS + work.sources.reduce((sum, {files}) => sum + files.length, 0) + partitions * 2
  return {
    bytesRead: scans * compressedBytes + READS_BACK * bytesWritten,
    bytesWritten,
    requests,
    costUsdMicros: String(cost + requests * MICROS_PER_S3_WRITE),
    durationMs:
      statements * ATHENA_STATEMENT_MS + Math.round(((scans * compressedBytes) / ATHENA_BYTES_PER_SECOND) * 1000),
  }
}

/** What a load by Athena may meet although nothing refuses it. Each statement scans one export whole. */
export function athenaWarnings({sources}: Pick<LoadWork, 'sources'>): string[] {
  const sizes = sources.map(({files}) => files.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0))
  const scanMs = ATHENA_STATEMENT_MS + (Math.max(0, ...sizes) / ATHENA_BYTES_PER_SECOND) * 1000
  if (scanMs <= STATEMENT_LIMIT_MS) return []
  return [
    `one scan is estimated at ${Math.ceil(scanMs / 60_000)} minutes, and Athena ends a statement after 30 unless the account's quota "DML query timeout" is higher: ask Service Quotas for up to 240, or load with --engine duckdb`,
  ]
}

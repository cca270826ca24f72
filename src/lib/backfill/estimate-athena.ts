import type {Estimate} from '../operation/index.js'
import {scanCostUsdMicros} from '../query/index.js'
import {FIXED_REQUESTS, MICROS_PER_S3_WRITE, PARQUET_BYTES_PER_COMPRESSED_BYTE} from './load-plan.js'
import type {LoadWork} from './load-work.js'
import {weighWork, type Surroundings} from './weigh-load.js'

/** Of one INSERT. */
const PARTITIONS_AT_ONCE = 100
/** Statements that look at what was written: its rows twice, keys that stand twice. */
const READS_BACK = 3
/** Of a run of Athena, unmeasured: its start, and bytes of an export a second. */
const STATEMENT_MS = 5000
const COMPRESSED_BYTES_PER_SECOND = 100_000_000

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
      statements * STATEMENT_MS + Math.round(((scans * compressedBytes) / COMPRESSED_BYTES_PER_SECOND) * 1000),
  }
}

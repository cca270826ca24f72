import {rm, stat} from 'node:fs/promises'
import {quoteText} from '../../sql/index.js'
import {writtenFiles, type WrittenFile} from './divide-folders.js'
import {fileList} from './local-files.js'
import type {DuckDbSession} from './session.js'

/** Large enough for any reader to be busy with, small enough for one to be written again or read by several. */
export const TARGET_FILE_BYTES = 256 * 1024 * 1024
/** A file is let be until two good ones come of it: splitting costs another writing of all its rows. */
const LARGEST_FACTOR = 1.5

export interface SplitOptions {
  readonly targetBytes: number
  readonly rowGroupRows: number
  readonly signal?: AbortSignal | undefined
}

/**
 * A file in parts of about equal size, none much above the target; the file itself where it is not much larger. DuckDB
 * does not take FILE_SIZE_BYTES together with PARTITION_BY (1.5.6), so this is a statement of its own.
 */
export async function splitFile(
  session: DuckDbSession,
  written: WrittenFile,
  {targetBytes, rowGroupRows, signal}: SplitOptions,
): Promise<WrittenFile[]> {
  const {size} = await stat(written.file)
  if (size <= targetBytes * LARGEST_FACTOR) return [written]
  const partBytes = Math.ceil(size / Math.ceil(size / targetBytes))
  const from = `read_parquet(${fileList([written.file])}, hive_partitioning = false)`
  const options = `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rowGroupRows}, FILE_SIZE_BYTES ${partBytes}, RETURN_STATS`
  const parts = await session.rows(
    `COPY (SELECT * FROM ${from}) TO ${quoteText(`${written.file}.parts`)} (${options})`,
    signal,
  )
  await rm(written.file)
  return writtenFiles(parts)
}

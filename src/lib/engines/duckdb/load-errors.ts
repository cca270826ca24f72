import path from 'node:path'
import {SluiceError} from '../../errors.js'
import type {LoadRequest} from '../../ports/parquet-engine.js'

/**
 * Names what DuckDB could not read. Its messages carry the file and the line, and sometimes the line's text, which is
 * data and stays out of ours.
 */
export function lineError(error: unknown, request: LoadRequest): unknown {
  if (!(error instanceof Error) || error instanceof SluiceError) return error
  const file = request.files.find(({key}) => error.message.includes(path.posix.basename(key)))?.key
  const line = /(?:in line|line:|record\/value) (\d+)/i.exec(error.message)?.[1]
  const place = file === undefined ? 'a file of the export' : line === undefined ? file : `${file}, line ${line}`
  if (/gzip|zlib|inflate|decompress|unexpected end of/i.test(error.message) && !/JSON/.test(error.message)) {
    return new SluiceError('EXPORT_FILE_BROKEN', `Cannot read ${place} to its end: the gzip data is broken.`, {
      fix: 'Copy the export again and compare: sluice backfill inspect --export …',
      details: {file},
      cause: error,
    })
  }
  if (/json|line|transform|convert|cast/i.test(error.message)) {
    return new SluiceError('EXPORT_LINE_INVALID', `Cannot read an item in ${place}.`, {
      fix: 'Check that the export is a full export in DYNAMODB_JSON: sluice backfill inspect --export …',
      details: {file, line: line === undefined ? undefined : Number(line)},
      cause: error,
    })
  }
  return error
}

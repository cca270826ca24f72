import {createReadStream} from 'node:fs'
import path from 'node:path'
import {Writable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGunzip} from 'node:zlib'
import {SluiceError} from '../../errors.js'
import type {TableMapping} from '../../mapping/index.js'
import type {LoadRequest} from '../../ports/parquet-engine.js'
import type {SourceLines} from './source-lines.js'

/**
 * Names what DuckDB could not read. Its messages carry the file and the line, and sometimes the line's text, which is
 * data and stays out of ours.
 */
export async function lineError(
  error: unknown,
  request: LoadRequest,
  sources: readonly SourceLines[],
): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof SluiceError || error === request.signal?.reason) return error
  // A statement of ours that DuckDB does not take says nothing about the export.
  if (/^(binder|catalog|parser|internal) error/i.test(error.message)) return error
  const index = sources.findIndex(({file}) => error.message.includes(path.basename(file)))
  const file = request.files[index]?.key
  // DuckDB does not count the empty lines that stand for unreadable ones of Ion.
  const line =
    sources[index]?.source.format === 'ion'
      ? undefined
      : /(?:in line|line:|record\/value) (\d+)/i.exec(error.message)?.[1]
  const place = file === undefined ? 'a file of the export' : line === undefined ? file : `${file}, line ${line}`
  // A folder may be named after gzip.
  const said = sources.reduce((text, lines) => text.replaceAll(lines.file, ''), error.message)
  const isGzip = /gzip|zlib|inflate|decompress|unexpected end of/i.test(said) && !/JSON/.test(said)
  if (isGzip || (file !== undefined && (await isBroken(sources[index]!.original))))
    return brokenFile(place, file, error)
  if (/json|line|transform|convert|cast|maximum_object_size/i.test(error.message)) {
    return new SluiceError('EXPORT_LINE_INVALID', `Cannot read an item in ${place}.`, {
      fix: 'Check that the export is a full export in DYNAMODB_JSON: sluice backfill inspect --export …',
      details: {file, line: line === undefined ? undefined : Number(line)},
      cause: error,
    })
  }
  return error
}

/** A partition's value stands in the name of a folder, which has at most 255 bytes. */
export function longPartition(mapping: TableMapping): SluiceError {
  const names = mapping.partition?.by.map(({name}) => name).join(', ') ?? ''
  return new SluiceError(
    'KEY_INVALID',
    `A value to divide ${mapping.table} by (${names}) is too long for a folder's name.`,
    {
      fix: "Divide by a shorter text: a value and its column's name, as name=value with %XX for some characters, have room for 255 bytes.",
    },
  )
}

/**
 * Whether a gzip file cannot be read to its end. DuckDB takes a cut stream for the end of the data, so Node's reader is
 * asked once lines turn out to be missing or cut.
 */
export async function isBroken(file: string): Promise<boolean> {
  try {
    await pipeline(createReadStream(file), createGunzip(), new Writable({write: (_chunk, _encoding, done) => done()}))
    return false
  } catch {
    return true
  }
}

export function brokenFile(place: string, file: string | undefined, cause?: unknown): SluiceError {
  return new SluiceError('EXPORT_FILE_BROKEN', `Cannot read ${place} to its end: the gzip data is broken.`, {
    fix: 'Copy the export again and compare: sluice backfill inspect --export …',
    details: {file},
    cause,
  })
}

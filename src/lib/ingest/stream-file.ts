import {Readable} from 'node:stream'
import {hasCode, SluiceError} from '../errors.js'
import {byteLines, gzipLines} from '../ports/byte-lines.js'
import type {ObjectStore} from '../ports/object-store.js'

/** One record of a file of stream events, unread. */
export interface FileRecord {
  readonly record: unknown
  /** From 1. */
  readonly line: number
}

/** A function's event has at most 6 MB; a file of one event in one line may be larger. */
const MAXIMUM_LINE_BYTES = 64 * 1024 * 1024

/**
 * The records of a file: one a line, or a whole event with `Records` a line, as functions get it; gzip where the name
 * ends in `.gz`. Throws `STREAM_EVENT_INVALID` for a line that is no JSON.
 */
export async function* streamRecords(source: ObjectStore, key: string): AsyncGenerator<FileRecord> {
  const content = source.read(key)
  const lines = key.endsWith('.gz')
    ? gzipLines(Readable.from(content), MAXIMUM_LINE_BYTES)
    : byteLines(content, MAXIMUM_LINE_BYTES)
  try {
    for await (const {number, bytes, isCut} of lines) {
      for (const record of recordsOf(isCut ? undefined : parsed(bytes), key, number)) yield {record, line: number}
    }
  } catch (error) {
    throw unreadable(error, key)
  }
}

/** A file that is not there, or not what its name says, is the caller's mistake. */
function unreadable(error: unknown, key: string): unknown {
  const isGzip = error instanceof Error && 'code' in error && /^Z_/.test(String(error.code))
  const what = isGzip
    ? 'is no gzip data, or is cut'
    : hasCode(error, 'OBJECT_NOT_FOUND', 'KEY_INVALID')
      ? 'cannot be found'
      : null
  if (what === null) return error
  return new SluiceError('STREAM_EVENT_INVALID', `The file ${key} ${what}.`, {
    fix: 'Name a file of events: --file events.ndjson',
    details: {file: key},
    cause: error,
  })
}

function recordsOf(document: unknown, key: string, line: number): readonly unknown[] {
  if (document === undefined) {
    throw new SluiceError('STREAM_EVENT_INVALID', `Line ${line} of ${key} is no JSON.`, {
      fix: 'Write one event a line: jq -c . events.json > events.ndjson',
      details: {file: key, line},
    })
  }
  const records = (document as {Records?: unknown} | null)?.Records
  return Array.isArray(records) ? records : [document]
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

import {createWriteStream} from 'node:fs'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import pMap from 'p-map'
import {SluiceError} from '../../errors.js'
import {CURABLE_REASONS} from '../../mapping/index.js'
import type {LoadRequest, SourceFile} from '../../ports/parquet-engine.js'
import {quoteText} from '../../sql/index.js'
import {brokenFile} from './load-errors.js'
import {fileList, localFiles} from './local-files.js'
import type {DuckDbSession} from './session.js'
import type {SourceLines} from './source-lines.js'

/** Parsing Ion keeps one core busy. */
const TRANSCODED_AT_ONCE = 2

/** The files of a load as gzip files of JSON lines. Throws `EXPORT_FILE_BROKEN`. */
export async function openSources(session: DuckDbSession, request: LoadRequest): Promise<SourceLines[]> {
  const files = await localFiles(request.source, request.files, session.spoolFolder)
  return pMap(
    request.files,
    async (source, index): Promise<SourceLines> => {
      const original = files[index]!
      if (source.format === 'ion') return ionLines(session, request, source, original)
      const lines =
        source.format === 'quarantine' ? await quarantinedLines(session, original, request.signal) : original
      return {source, stored: original, original: lines, file: lines, faults: new Map(), isSifted: false}
    },
    {concurrency: TRANSCODED_AT_ONCE},
  )
}

async function ionLines(
  session: DuckDbSession,
  {signal}: LoadRequest,
  source: SourceFile,
  stored: string,
): Promise<SourceLines> {
  const {transcodeIon} = await import('./ion-lines.js')
  try {
    const {file, faults} = await transcodeIon(stored, session.spoolFolder, signal)
    return {source, stored, original: file, file, faults, isSifted: false}
  } catch (error) {
    if (error instanceof SluiceError || signal?.aborted || !isOfGzip(error)) throw error
    throw brokenFile(source.key, source.key, error)
  }
}

function isOfGzip(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

/** The raw lines of an object of quarantined lines that another mapping may read. */
async function quarantinedLines(session: DuckDbSession, object: string, signal?: AbortSignal): Promise<string> {
  const file = path.join(session.spoolFolder, `lines-${path.basename(object, '.parquet')}.json.gz`)
  await pipeline(rawLines(session, object, signal), createGzip({level: 1}), createWriteStream(file, {mode: 0o600}))
  return file
}

async function* rawLines(session: DuckDbSession, object: string, signal?: AbortSignal): AsyncGenerator<string> {
  const sql = `SELECT raw FROM read_parquet(${fileList([object])}, hive_partitioning = false) WHERE reason IN (${CURABLE_REASONS.map(quoteText).join(', ')}) ORDER BY file, line`
  const result = await session.stream(sql, {}, signal)
  for (;;) {
    const chunk = await session.guarded(() => result.fetchChunk(), signal)
    if (chunk === null || chunk.rowCount === 0) return
    yield chunk
      .getColumnValues(0)
      .map((raw) => `${String(raw)}\n`)
      .join('')
  }
}

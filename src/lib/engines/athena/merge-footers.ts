import pMap from 'p-map'
import {FooterFault, footerOfEnd, type Footer} from '../../parquet/footer.js'
import type {OpenFile} from '../../parquet/int96.js'
import {sourceBroken} from '../../parquet/merge-errors.js'
import {SourcesReader, type ReadSources} from '../../parquet/source-groups.js'
import type {MergeSource} from '../../ports/merge-engine.js'
import {readBytes} from '../../ports/object-content.js'
import type {ObjectStore} from '../../ports/object-store.js'

/** Holds the footer of nearly every small file, so that one request is enough. */
const FIRST_READ_BYTES = 64 * 1024
const READS_AT_ONCE = 16
/** Footers are large in memory until they are added up. */
const BATCH = 256

/** Reads the footer of every source, by a request or two each. Throws `MERGE_SOURCE_BROKEN`. */
export async function readStoredSources(
  store: ObjectStore,
  sources: readonly MergeSource[],
  signal?: AbortSignal,
): Promise<ReadSources> {
  const reader = new SourcesReader()
  for (let from = 0; from < sources.length; from += BATCH) {
    signal?.throwIfAborted()
    const batch = sources.slice(from, from + BATCH)
    const footers = await pMap(batch, (source) => footerOf(store, source), {concurrency: READS_AT_ONCE})
    for (const [index, source] of batch.entries()) reader.add(source, source.key, footers[index]!)
  }
  return reader.result()
}

async function footerOf(store: ObjectStore, {key, sizeBytes}: MergeSource): Promise<Footer> {
  const end = (bytes: number): Promise<Buffer> =>
    readBytes(store, key, {range: {start: sizeBytes - bytes, end: sizeBytes}})
  try {
    const found = footerOfEnd(await end(Math.min(sizeBytes, FIRST_READ_BYTES)), sizeBytes)
    if (!('bytesNeeded' in found)) return found
    return footerOfEnd(await end(found.bytesNeeded), sizeBytes) as Footer
  } catch (error) {
    if (error instanceof FooterFault) throw sourceBroken(key, error.message, error)
    throw error
  }
}

/** A source that is read part by part as it is asked for. */
export function openStored(store: ObjectStore, {key, sizeBytes}: Pick<MergeSource, 'key' | 'sizeBytes'>): OpenFile {
  const slice = async (start: number, end = sizeBytes): Promise<ArrayBuffer> =>
    new Uint8Array(await readBytes(store, key, {range: {start, end}})).buffer
  return {buffer: {byteLength: sizeBytes, slice}, close: async () => undefined}
}

import {rm} from 'node:fs/promises'
import path from 'node:path'
import pMap from 'p-map'
import type {MergedOutput, MergeRequest, MergeResult} from '../../ports/merge-engine.js'
import {checkSources} from '../../parquet/check-sources.js'
import {mergeJson} from './merge-json.js'
import {mergeParquet} from './merge-parquet.js'
import type {WrittenOutput} from './merge-work.js'
import type {SessionPool} from './session-pool.js'

const UPLOADS_AT_ONCE = 4

let merges = 0

/** Sources to few outputs; see the port. */
export async function merge(pool: SessionPool, request: MergeRequest): Promise<MergeResult> {
  await checkSources(request)
  const number = (merges += 1)
  const folder = path.join(await pool.spoolFolder(), `merge-${number}`)
  try {
    const work = {pool, request, folder, signal: request.signal}
    const {outputs, schema, columns, dropped, changes} = await (request.format === 'json'
      ? mergeJson(work)
      : mergeParquet(work))
    // What was read between two equal looks is what the plan names.
    await checkSources(request)
    const objects = await storeOutputs(request, outputs, schema)
    return {
      objects,
      facts: {
        rows: outputs.reduce((sum, {rows}) => sum + rows, 0),
        digest: outputs.reduce((sum, {digest}) => sum + digest, 0n).toString(16),
        columns,
      },
      dropped,
      changes,
      scannedBytes: 0,
    }
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** All of them, or none. */
async function storeOutputs(
  {store, keyOf, signal}: MergeRequest,
  outputs: readonly WrittenOutput[],
  schema: string,
): Promise<MergedOutput[]> {
  const stored: MergedOutput[] = []
  let failure: {readonly error: unknown} | null = null
  const storeOne = async ({file, rows, runs}: WrittenOutput, n: number): Promise<MergedOutput | null> => {
    if (failure !== null) return null
    try {
      signal?.throwIfAborted()
      const {key, etag, sizeBytes} = await store.write(keyOf(n, schema), {file})
      stored.push({key, etag, sizeBytes, rows, runs, wanted: key})
      return stored.at(-1)!
    } catch (error) {
      failure = {error}
      return null
    }
  }
  const objects = await pMap(outputs, storeOne, {concurrency: UPLOADS_AT_ONCE})
  if (failure === null) return objects.filter((object) => object !== null)
  // An output that stood before, of an earlier try, was the same.
  await store.deleteBatch(stored).catch(() => undefined)
  throw (failure as {readonly error: unknown}).error
}

import pMap from 'p-map'
import type {MergeRequest} from '../ports/merge-engine.js'
import {sourceChanged} from './merge-errors.js'

const HEADS_AT_ONCE = 16

/** Holds every source against its etag. Throws `MERGE_SOURCE_CHANGED` for a source that has other bytes, or none. */
export async function checkSources({
  store,
  sources,
  signal,
}: Pick<MergeRequest, 'store' | 'sources' | 'signal'>): Promise<void> {
  await pMap(
    sources,
    async ({key, etag}) => {
      signal?.throwIfAborted()
      const head = await store.head(key)
      if (head?.etag !== etag) throw sourceChanged(key, head === null)
    },
    {concurrency: HEADS_AT_ONCE},
  )
}

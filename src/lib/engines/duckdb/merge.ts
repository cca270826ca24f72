import {SluiceError} from '../../errors.js'
import type {MergeRequest, MergeResult} from '../../ports/parquet-engine.js'
import type {SessionPool} from './session-pool.js'

/** Sources to few outputs; see the port. */
export async function merge(_pool: SessionPool, _request: MergeRequest): Promise<MergeResult> {
  throw new SluiceError('QUERY_FAILED', 'Merging is not built yet.')
}

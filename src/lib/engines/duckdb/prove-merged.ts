import {SluiceError} from '../../errors.js'
import type {MergedRequest} from '../../ports/parquet-engine.js'
import type {SessionPool} from './session-pool.js'

/** Reads outputs back; see the port. */
export async function proveMerged(_pool: SessionPool, _request: MergedRequest): Promise<void> {
  throw new SluiceError('QUERY_FAILED', 'Merging is not built yet.')
}

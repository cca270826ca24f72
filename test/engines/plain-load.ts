import type {MergeRequest} from '../../src/lib/ports/merge-engine.js'
import type {LoadRequest} from '../../src/lib/ports/parquet-engine.js'

/** What a load is asked beside its lines, where no journal is kept and no catalog asked. */
export const PLAIN_LOAD: Pick<LoadRequest, 'deletesTable' | 'onPartitions' | 'steps' | 'workPrefix'> = {
  deletesTable: 'items__deletes',
  onPartitions: async () => undefined,
  steps: {noted: new Map(), note: async () => undefined},
  workPrefix: 'items__lines/run-1/',
}

/** What a merge is asked beside its files, where no journal is kept. */
export const PLAIN_MERGE: Pick<MergeRequest, 'place' | 'steps'> = {
  place: {table: 'items', operation: '01', name: 'merge', prefix: 'staging/merge/'},
  steps: PLAIN_LOAD.steps,
}

import type {LoadRequest} from '../../src/lib/ports/parquet-engine.js'

/** What a load is asked beside its lines, where no journal is kept and no catalog asked. */
export const PLAIN_LOAD: Pick<LoadRequest, 'deletesTable' | 'onPartitions' | 'steps' | 'workPrefix'> = {
  deletesTable: 'items__deletes',
  onPartitions: async () => undefined,
  steps: {noted: new Map(), note: async () => undefined},
  workPrefix: 'items__lines/run-1/',
}

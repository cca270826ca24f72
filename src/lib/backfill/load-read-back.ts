import {deletesTableName} from '../changelog/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {ChangelogDigest, RowDigest} from '../ports/parquet-engine.js'
import type {StagedSource} from './load-record.js'
import {engineOf, type LoadWork} from './load-work.js'

/** Reads back what a run has staged, by the engine that staged it. */
export async function readBack(
  work: LoadWork,
  {run, objects, deletes, quarantine}: StagedSource,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<{readonly found: ChangelogDigest; readonly aside: RowDigest}> {
  const {store} = ports
  const engine = ports.engine(engineOf(work))
  const found = await engine.digest({
    store,
    objects: [...objects, ...deletes],
    mapping: work.mapping,
    source: run,
    deletesTable: deletesTableName(work.table),
    signal,
  })
  return {found, aside: await engine.digestQuarantine({store, objects: quarantine.objects, signal})}
}

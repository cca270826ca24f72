import {deletesTableName} from '../changelog/index.js'
import {followObjects, type StoredGeneration} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {ChangelogDigest, RowDigest} from '../ports/parquet-engine.js'
import type {StagedSource} from './load-record.js'
import {engineOf, type LoadWork} from './load-work.js'

/**
 * Reads back what a run has staged, by the engine that staged it: in the run's own objects, or in those that these were
 * merged to since, beside rows of others.
 */
export async function readBack(
  work: LoadWork,
  {run, objects, deletes, quarantine}: StagedSource,
  ports: OperationPorts,
  signal: AbortSignal,
  generations: readonly StoredGeneration[] = [],
): Promise<{readonly found: ChangelogDigest; readonly aside: RowDigest}> {
  const {store} = ports
  const engine = ports.engine(engineOf(work))
  const request = {store, mapping: work.mapping, source: run, deletesTable: deletesTableName(work.table), signal}
  const {asTheyWere, outputs} = followObjects(objects, generations)
  const own = await engine.digest({...request, objects: [...asTheyWere, ...deletes]})
  const merged = outputs.map(({key, rows}) => ({key, rows, partition: []}))
  const others = merged.length === 0 ? null : await engine.digest({...request, objects: merged, holdsOthers: true})
  return {
    found: others === null ? own : sumOf(own, others),
    aside: await engine.digestQuarantine({store, objects: quarantine.objects, signal}),
  }
}

function sumOf(left: ChangelogDigest, right: ChangelogDigest): ChangelogDigest {
  return {
    rows: left.rows + right.rows,
    quarantined: left.quarantined + right.quarantined,
    digest: (BigInt(`0x${left.digest}`) + BigInt(`0x${right.digest}`)).toString(16),
  }
}

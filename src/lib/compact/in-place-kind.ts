import {SluiceError} from '../errors.js'
import type {StoredGeneration} from '../generations/index.js'
import type {OperationKind, OperationPorts, Unit} from '../operation/index.js'
import {garbageBeside, prove, publishBeside, retractBeside, stageBeside, UNIT_FAULTS} from './beside-kind.js'
import {findGeneration, settleGeneration} from './standing-generation.js'
import type {CompactWork, StagedCompaction} from './work.js'

const DELETES_AT_ONCE = 1000

/**
 * `compact.in-place`: outputs are put among their sources, then the sources are deleted at once. Readers see rows twice
 * in between: for tables whose readers list the folders themselves, or compute where partitions lie.
 */
export const inPlaceKind: OperationKind<CompactWork, StagedCompaction> = {
  kind: 'compact.in-place',
  unitFaults: UNIT_FAULTS,
  stage: stageBeside,
  prove,
  publish,
  // For a cancel only: what has begun to delete sources goes on.
  retract: retractBeside,
  garbage: garbageBeside,
}

async function publish(
  unit: Unit<CompactWork>,
  staged: StagedCompaction,
  ports: OperationPorts,
): Promise<'published' | 'already'> {
  const of = {...unit.work, partition: [...unit.work.partition], operation: staged.operation}
  if ((await findGeneration(of, ['settled'], ports)) !== null) {
    const left = await findGeneration(of, ['doubled'], ports)
    if (left !== null) await ports.store.delete(left.key)
    return 'already'
  }
  const startMs = ports.clock.monotonicMs()
  const standing = await publishBeside(unit, staged, ports)
  await deleteSources(standing, ports)
  const windowMs = Math.round(ports.clock.monotonicMs() - startMs)
  ports.report({kind: 'note', text: `${unit.key}: rows stood twice for ${windowMs} ms`})
  await settleGeneration(standing, ports)
  return 'published'
}

/** A source with other bytes by now is another file: it stays. */
async function deleteSources({generation}: StoredGeneration, {store}: OperationPorts): Promise<void> {
  for (let first = 0; first < generation.sources.length; first += DELETES_AT_ONCE) {
    const batch = generation.sources.slice(first, first + DELETES_AT_ONCE).map(({key, etag}) => ({key, etag}))
    const failed = (await store.deleteBatch(batch)).find(({state}) => state === 'failed')
    if (failed?.state !== 'failed') continue
    throw new SluiceError('STORE_UNAVAILABLE', `${failed.key} cannot be deleted: ${failed.reason}.`, {
      fix: `Its rows stand twice until it is: sluice ops resume ${generation.operation}`,
      details: {key: failed.key},
    })
  }
}

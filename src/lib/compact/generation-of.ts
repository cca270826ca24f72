import type {Generation} from '../generations/index.js'
import type {OperationPorts, Unit} from '../operation/index.js'
import type {CompactWork, StagedCompaction, StagedOutput} from './work.js'

/** What a staged unit puts in the place of its sources, as it will be published. */
export function generationOf(
  {key, work}: Unit<CompactWork>,
  staged: StagedCompaction,
  location: string,
  {clock}: Pick<OperationPorts, 'clock'>,
): Generation {
  return {
    format: 1,
    operation: staged.operation,
    unit: key,
    table: work.table,
    method: work.method,
    partition: [...work.partition],
    locationBefore: work.location,
    location,
    sources: staged.rounds.flatMap(({sources}) =>
      sources.map(({key: name, etag, sizeBytes}) => ({key: name, etag, sizeBytes})),
    ),
    outputs: stagedOutputs(staged).map(({finalKey, etag, sizeBytes, rows, runs}) => ({
      key: finalKey,
      etag,
      sizeBytes,
      rows,
      runs: {...runs},
    })),
    dropped: {...staged.dropped},
    publishedAt: clock.now().toISOString(),
  }
}

export function stagedOutputs({rounds}: StagedCompaction): StagedOutput[] {
  return rounds.flatMap(({outputs}) => outputs)
}

import {compactionOfObject} from '../changelog/index.js'
import {hasCode} from '../errors.js'
import {readOperation, type OperationId, type OperationPorts} from '../operation/index.js'
import type {PlannedMerge} from './judge.js'
import type {CompactWork} from './work.js'

/**
 * Knows merges whose sources are all outputs of one compaction. It divided the rows by the size that they had before,
 * and outputs pack better: they look small again, and merging them once more would go on for ever.
 */
export class MergedAlready {
  private readonly targets = new Map<OperationId, Promise<number | null>>()

  constructor(private readonly ports: Pick<OperationPorts, 'store'>) {}

  /** Whether a compaction with a target as large as this one made all sources, so that another one gains little. */
  async holds({sources, outputs}: PlannedMerge, targetBytes: number): Promise<boolean> {
    if (outputs >= sources.length) return false
    const [compaction = null, ...others] = new Set(sources.map(({key}) => compactionOfObject(key)))
    if (compaction === null || others.length > 0) return false
    const known = this.targets.get(compaction) ?? this.targetOf(compaction)
    this.targets.set(compaction, known)
    return ((await known) ?? 0) >= targetBytes
  }

  private async targetOf(compaction: OperationId): Promise<number | null> {
    try {
      const {units} = await readOperation(this.ports.store, compaction)
      return (units[0]!.work as CompactWork).targetBytes
    } catch (error) {
      if (hasCode(error, 'OPERATION_UNKNOWN', 'PLAN_INVALID', 'FORMAT_UNKNOWN')) return null
      throw error
    }
  }
}

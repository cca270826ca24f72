import OpsUndo from '../ops/undo.js'
import {SluiceError} from '../../lib/errors.js'
import type {PlanHeader} from '../../lib/operation/index.js'

export default class CompactRollback extends OpsUndo {
  static override summary = 'Take a compaction back: readers see the files that were merged.'
  static override description = 'As "ops undo", for compactions only; possible until gc has deleted the merged files.'

  protected override refuseKind({kind, operation}: Pick<PlanHeader, 'kind' | 'operation'>): void {
    if (kind.startsWith('compact.')) return
    throw new SluiceError('USAGE', `Operation ${operation} is a ${kind}, no compaction.`, {
      fix: `sluice ops undo ${operation}`,
    })
  }
}

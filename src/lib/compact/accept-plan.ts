import {SluiceError} from '../errors.js'
import {definitionHash, type LakeDefinition} from '../lake/index.js'
import type {LoadedPlan} from '../operation/index.js'
import type {AnyWork} from './plan.js'

/** A plan that was written to a file, checked against the lake as it is defined. Throws `PLAN_INVALID`, `PLAN_STALE`. */
export function acceptPlan(plan: LoadedPlan<unknown>, definition: LakeDefinition): LoadedPlan<AnyWork> {
  const {header} = plan
  if (!header.kind.startsWith('compact.')) {
    throw new SluiceError('PLAN_INVALID', `This is a plan of ${header.kind}, not of a compaction.`, {
      fix: 'Run it with the command that made it.',
    })
  }
  const other = whatDiffers(plan, definition)
  if (other === null) return plan as LoadedPlan<AnyWork>
  throw new SluiceError('PLAN_STALE', `The plan is for ${other}.`, {
    fix: 'Make the plan again: sluice compact plan --out FILE',
  })
}

function whatDiffers({header}: LoadedPlan<unknown>, definition: LakeDefinition): string | null {
  if (header.lake !== definition.lake) return `lake ${header.lake}, this is ${definition.lake}`
  if (header.environment !== definition.environment.name)
    return `environment ${header.environment}, this is ${definition.environment.name}`
  const isSame = header.definitionHash === definitionHash(definition, header.tables)
  return isSame ? null : `another definition of ${header.tables.join(', ')}`
}

import {SluiceError} from '../errors.js'
import {parseLines} from './json-lines.js'
import type {PlanHeader, Unit} from './types.js'

/** A plan that stands in memory. */
export interface LoadedPlan<Work> {
  readonly header: PlanHeader
  readonly units: readonly Unit<Work>[]
}

/** Reads a plan: the header, then one unit a line. Throws `PLAN_INVALID` or `FORMAT_UNKNOWN`. */
export function parsePlan<Work>(text: string, name: string): LoadedPlan<Work> {
  const [header, ...units] = parseLines<PlanHeader | Unit<Work>>(text, name)
  if (
    header === undefined ||
    !('kind' in header) ||
    !('operation' in header) ||
    units.some((unit) => !('work' in unit))
  ) {
    throw new SluiceError('PLAN_INVALID', `${name} is not a plan.`, {
      fix: 'Write one with the plan command and --out FILE.',
    })
  }
  return {header, units: units as Unit<Work>[]}
}

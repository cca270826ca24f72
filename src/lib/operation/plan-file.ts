import {SluiceError} from '../errors.js'
import {parseLines, toLines} from './json-lines.js'
import type {Plan, PlanHeader, Unit} from './types.js'

/** The text of a plan: the header, then one unit a line. */
export async function* planLines(plan: Plan<unknown>): AsyncGenerator<string> {
  yield toLines([plan.header])
  for await (const unit of plan.units) yield toLines([unit])
}

/** A plan that stands in memory. */
export interface LoadedPlan<Work> {
  readonly header: PlanHeader
  readonly units: readonly Unit<Work>[]
}

/** Reads what `planLines` wrote. Throws `PLAN_INVALID` or `FORMAT_UNKNOWN`. */
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

/** Holds the whole plan; for plans of few units. */
export async function loadPlan<Work>(plan: Plan<Work>): Promise<LoadedPlan<Work>> {
  const units: Unit<Work>[] = []
  for await (const unit of plan.units) units.push(unit)
  return {header: plan.header, units}
}

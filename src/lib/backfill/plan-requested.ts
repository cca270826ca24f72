import type {LakeDefinition} from '../lake/index.js'
import type {EngineWish} from '../ports/parquet-engine.js'
import {chooseEngine, type ChosenPlan} from './choose-engine.js'
import {planLoad, type LoadRequest, type PlanPorts} from './load-plan.js'
import {planReload} from './reload-plan.js'
import type {Surroundings} from './weigh-load.js'

export interface LoadAsked extends LoadRequest {
  readonly fromQuarantine?: string | undefined
  readonly engine: EngineWish
}

export interface PlanContext extends Surroundings {
  readonly definition: LakeDefinition
  readonly ports: Surroundings['ports'] & PlanPorts
}

/**
 * Plans what a command asks for: exports, or what a load set aside, by which engine. Throws as `planLoad`, `planReload`
 * and `chooseEngine`.
 */
export async function planRequested(
  {fromQuarantine, engine, ...request}: LoadAsked,
  context: PlanContext,
): Promise<ChosenPlan> {
  const {definition, ports} = context
  const planned =
    fromQuarantine === undefined
      ? await planLoad(request, definition, ports)
      : await planReload(fromQuarantine, definition, ports)
  return chooseEngine(planned, engine, definition.environment, context)
}

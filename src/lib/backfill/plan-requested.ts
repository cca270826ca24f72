import type {LakeDefinition} from '../lake/index.js'
import {planLoad, type LoadPlan, type LoadRequest, type PlanPorts} from './load-plan.js'
import {planReload} from './reload-plan.js'

/** Plans what a command asks for: exports, or what a load set aside. Throws as `planLoad` and `planReload`. */
export function planRequested(
  {fromQuarantine, ...request}: LoadRequest & {readonly fromQuarantine?: string | undefined},
  definition: LakeDefinition,
  ports: PlanPorts,
): Promise<LoadPlan> {
  return fromQuarantine === undefined
    ? planLoad(request, definition, ports)
    : planReload(fromQuarantine, definition, ports)
}

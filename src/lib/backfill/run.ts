import {hasCode, SluiceError} from '../errors.js'
import {definitionHash, type LakeDefinition} from '../lake/index.js'
import {
  applyPlan,
  readOperation,
  type AnyOperationKind,
  type ApplyOptions,
  type LoadedPlan,
  type OperationPorts,
} from '../operation/index.js'
import {loadKind} from './load-kind.js'
import {loadResult, type LoadResultDocument} from './load-result.js'
import {engineOf, itemsOf, type LoadWork} from './load-work.js'

/** What running a plan will do, for the question before it. */
export function willText({header, units}: LoadedPlan<LoadWork>): string {
  const {work} = units[0]!
  const by = engineOf(work) === 'duckdb' ? '' : ` by ${engineOf(work)}`
  return `load ${itemsOf(work)} items into ${header.tables.join(', ')}${by}`
}

/** Runs a planned load. Throws what the plan, the load and the lock throw; see the operation core. */
export async function runLoad(
  plan: LoadedPlan<LoadWork>,
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<LoadResultDocument> {
  const record = await applyPlan(plan, loadKind as AnyOperationKind, options, ports)
  return loadResult(record, true)
}

/**
 * A plan that was written to a file, checked against the lake as it stands. Throws `PLAN_INVALID`, `PLAN_STALE`, and
 * `OPERATION_CONFLICT` when the plan was run before.
 */
export async function acceptPlan(
  plan: LoadedPlan<unknown>,
  definition: LakeDefinition,
  ports: Pick<OperationPorts, 'store'>,
): Promise<LoadedPlan<LoadWork>> {
  const {header} = plan
  if (header.kind !== loadKind.kind) {
    throw new SluiceError('PLAN_INVALID', `This is a plan of ${header.kind}, not of ${loadKind.kind}.`, {
      fix: 'Run it with the command that made it.',
    })
  }
  const stale = (what: string): never => {
    throw new SluiceError('PLAN_STALE', `The plan is for ${what}.`, {
      fix: 'Make the plan again: sluice backfill plan --out FILE',
    })
  }
  if (header.lake !== definition.lake) stale(`lake ${header.lake}, this is ${definition.lake}`)
  if (header.environment !== definition.environment.name)
    stale(`environment ${header.environment}, this is ${definition.environment.name}`)
  if (header.definitionHash !== definitionHash(definition, header.tables))
    stale(`another definition of ${header.tables.join(', ')}`)
  if (plan.units.length !== 1) {
    throw new SluiceError('PLAN_INVALID', 'The plan loads nothing: its export was loaded when it was made.', {
      fix: 'sluice backfill status',
    })
  }
  await refuseIfStarted(header.operation, ports)
  return plan as LoadedPlan<LoadWork>
}

async function refuseIfStarted(operation: string, ports: Pick<OperationPorts, 'store'>): Promise<void> {
  const record = await readOperation(ports.store, operation).catch((error: unknown) => {
    if (hasCode(error, 'OPERATION_UNKNOWN')) return null
    throw error
  })
  if (record === null) return
  throw new SluiceError(
    'OPERATION_CONFLICT',
    `This plan was started before; operation ${operation} is ${record.state}.`,
    {
      fix: record.state === 'done' ? `sluice ops show ${operation}` : `sluice ops resume ${operation}`,
    },
  )
}

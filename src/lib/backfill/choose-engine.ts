import {SluiceError} from '../errors.js'
import type {Environment} from '../lake/index.js'
import {ATHENA_REFUSALS, athenaRefusals, type AthenaRefusal} from '../mapping/index.js'
import type {EngineChoice, EngineWish} from '../ports/parquet-engine.js'
import {estimateAthena} from './estimate-athena.js'
import {estimateComparison, withComparison, type ComparisonEstimate} from './estimate-comparison.js'
import type {LoadPlan} from './load-plan.js'
import type {LoadWork} from './load-work.js'
import {needsText, shortageText} from './render-needs.js'
import {weighWork, type Surroundings} from './weigh-load.js'

/** A plan, and what it will be run by. */
export interface ChosenPlan extends LoadPlan {
  readonly engine: EngineChoice
  /** Part of the estimate; null where Athena compares nothing. */
  readonly comparison: ComparisonEstimate | null
}

export const AS_ASKED = 'as asked for'

/**
 * Decides what a planned load is run by, and writes it into the plan: an operation that is resumed goes on with the same
 * engine. `auto` takes this machine where the load has room on it, and Athena past that.
 * Throws `NOT_IN_LOCAL`, `ENGINE_UNFIT`, `SECRET_IN_QUERY` for Athena where it cannot be.
 */
export async function chooseEngine(
  planned: LoadPlan,
  wish: EngineWish,
  {backend}: Pick<Environment, 'backend'>,
  around: Surroundings,
): Promise<ChosenPlan> {
  if (wish === 'athena' && backend === 'local')
    throw new SluiceError('NOT_IN_LOCAL', 'A local lake has no Athena.', {fix: 'Load with --engine duckdb.'})
  const [unit] = planned.plan.units
  if (unit === undefined) return {...planned, engine: {name: 'duckdb', reason: 'with nothing to do'}, comparison: null}
  const choice = await choose(unit.work, wish, backend, around)
  const work: LoadWork = {...unit.work, engine: choice.name}
  const {header} = planned.plan
  const ofLoad = choice.name === 'duckdb' ? header.estimate : await estimateAthena(work, around)
  // Whatever engine loads, a lake on AWS is asked by Athena.
  const comparison = backend === 'local' ? null : estimateComparison(work, planned.runs, ofLoad.bytesWritten)
  const estimate = withComparison(ofLoad, comparison)
  return {...planned, plan: {header: {...header, estimate}, units: [{...unit, work}]}, engine: choice, comparison}
}

async function choose(
  work: LoadWork,
  wish: EngineWish,
  backend: Environment['backend'],
  around: Surroundings,
): Promise<EngineChoice> {
  if (wish === 'duckdb') return {name: wish, reason: AS_ASKED}
  const fault = backend === 'local' ? null : faultOf(work)
  if (wish === 'athena') {
    const found = fault ?? (await placeFault(around))
    if (found !== null) throw unfit(found)
    return {name: wish, reason: AS_ASKED}
  }
  if (backend === 'local') return {name: 'duckdb', reason: 'a local lake has no other'}
  if (fault !== null) return {name: 'duckdb', reason: `Athena cannot: ${fault.text}`}
  const {weighed} = await weighWork(work, around)
  const [worst] = weighed.missing
  if (worst === undefined) return {name: 'duckdb', reason: `this machine has room for it: ${needsText(weighed)}`}
  const found = await placeFault(around)
  if (found !== null) return {name: 'duckdb', reason: `Athena cannot: ${found.text}`}
  return {name: 'athena', reason: `on this machine the load ${shortageText(worst)}`}
}

interface Fault {
  readonly refusal: AthenaRefusal | null
  /** A sentence. */
  readonly text: string
  readonly remedy?: string
}

/** Why Athena can load nothing in this lake. */
async function placeFault({ports}: Pick<Surroundings, 'ports'>): Promise<Fault | null> {
  const found = (await ports.engine('athena').fault?.()) ?? null
  return found === null ? null : {refusal: null, ...found}
}

/** Why Athena cannot run a load; null where it can. */
function faultOf({mapping, where, sources}: LoadWork): Fault | null {
  for (const {kind, files, shape, broadcasts, export: opened} of sources) {
    if (kind === 'quarantine') return other('Lines that were set aside stand in a table of their own.')
    if (files.some(({format}) => format !== 'json')) return other('It does not read Ion as DynamoDB writes it.')
    if (!opened.sourceUri.startsWith('s3://')) return other(`${opened.sourceUri} is no place in S3.`)
    const [refusal] = athenaRefusals(mapping, {shape, broadcasts, where})
    if (refusal !== undefined) return {refusal, text: ATHENA_REFUSALS[refusal]}
  }
  return null
}

function other(text: string): Fault {
  return {refusal: null, text}
}

function unfit({refusal, text, remedy}: Fault): SluiceError {
  const code = refusal === 'secret_in_query' ? 'SECRET_IN_QUERY' : 'ENGINE_UNFIT'
  return new SluiceError(code, `Athena cannot load this: ${text}`, {
    fix: `${remedy === undefined ? 'Load' : `${remedy}; or load`} with --engine duckdb, or let auto choose.`,
  })
}

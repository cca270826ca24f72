import type {AwsEnvironment, LakeDefinition} from '../lake/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {AwsFacts, EnvironmentFacts} from '../ports/environment-facts.js'
import {callerChecks} from './caller-checks.js'
import {catalogChecks} from './catalog-checks.js'
import {glueCatalog} from './catalog-look.js'
import {crawlerChecks, noLocalCrawlers} from './crawler-checks.js'
import {definitionCheck, operationsCheck} from './lake-checks.js'
import {localChecks, type LocalPorts} from './local-checks.js'
import {permissionChecks} from './permission-checks.js'
import {placeChecks} from './place-checks.js'
import {queryChecks} from './query-checks.js'
import {LIMITS, runChecks, type Limits} from './run-checks.js'
import {securityChecks} from './security-checks.js'
import {sourceChecks} from './source-checks.js'
import {GROUPS, type Check, type CheckResult, type CheckState, type DoctorResult, type DoctorState} from './types.js'
import {fail, once, pass, remembered} from './verdicts.js'

export interface DoctorPorts extends LocalPorts, Pick<OperationPorts, 'host'> {
  readonly signal: AbortSignal
  /** Calls end when the signal does. */
  facts(signal: AbortSignal): Promise<EnvironmentFacts>
}

/** Looks at everything that the lake stands on, and changes nothing. What cannot be looked at hides nothing else. */
export async function examineLake(
  definition: LakeDefinition,
  asOf: Date,
  ports: DoctorPorts,
  limits: Limits = LIMITS,
): Promise<DoctorResult> {
  const startedMs = ports.clock.monotonicMs()
  const over = new AbortController()
  const mayBeCut = new Set<string>()
  try {
    const facts = await ports.facts(AbortSignal.any([ports.signal, over.signal]))
    const checks = checksOf(definition, asOf, facts, ports, mayBeCut)
    const found = await runChecks(checks, {
      clock: ports.clock,
      limits,
      startedMs,
      signal: ports.signal,
      isRemote: facts.backend === 'aws',
    })
    return resultOf(definition, asOf, ports, inOrder(found), mayBeCut)
  } finally {
    // calls that were given up are not waited for
    over.abort()
  }
}

function checksOf(
  definition: LakeDefinition,
  asOf: Date,
  facts: EnvironmentFacts,
  ports: DoctorPorts,
  mayBeCut: Set<string>,
): readonly Check[] {
  const {environment} = definition
  const always = [definitionCheck(definition, asOf), operationsCheck(ports)]
  if (facts.backend === 'local') {
    return [...always, noLocalCrawlers(definition), ...localChecks(definition, facts, ports)]
  }
  if (environment.backend === 'local') return always
  return [...always, ...awsChecks(definition, environment, facts, ports, mayBeCut)]
}

function awsChecks(
  definition: LakeDefinition,
  environment: AwsEnvironment,
  facts: AwsFacts,
  {clock}: DoctorPorts,
  mayBeCut: Set<string>,
): readonly Check[] {
  const asked = askedOnce(facts)
  const caller = asked.caller
  const security = {definition, environment, facts: asked, caller, now: clock.now(), mayBeCut}
  return [
    ...callerChecks(environment, asked, caller),
    ...placeChecks(definition, environment, asked),
    databaseCheck(environment, asked),
    ...catalogChecks(definition.tables, glueCatalog(asked, environment)),
    ...sourceChecks(definition, asked),
    ...queryChecks(definition, environment, asked),
    ...crawlerChecks(definition, environment, asked),
    ...securityChecks(security),
    ...permissionChecks(definition, environment, asked, caller),
  ]
}

/** Several checks need the caller, a bucket's key and a table: each is asked for once. */
function askedOnce(facts: AwsFacts): AwsFacts {
  const encryption = remembered((bucket: string) => facts.encryption(bucket))
  const table = remembered((key: string) => {
    const [database = '', name = ''] = JSON.parse(key) as string[]
    return facts.table(database, name)
  })
  return {
    ...facts,
    caller: once(() => facts.caller()),
    encryption,
    table: (database, name) => table(JSON.stringify([database, name])),
  }
}

function databaseCheck({database, region}: AwsEnvironment, facts: AwsFacts): Check {
  const name = database ?? ''
  return {
    group: 'catalog',
    name: 'database',
    of: name,
    look: async () => {
      const found = await facts.database(name)
      if (found === null) {
        const fix = `aws glue create-database --region ${region} --database-input Name=${name}`
        return fail('Glue has no such database.', fix)
      }
      if (found.link !== null) {
        return fail(`It is a link to ${found.link}: sluice does not write through links.`, `Name ${found.link} itself.`)
      }
      return pass('there')
    },
  }
}

function inOrder(results: readonly CheckResult[]): CheckResult[] {
  return [...results].sort((left, right) => GROUPS.indexOf(left.group) - GROUPS.indexOf(right.group))
}

function resultOf(
  definition: LakeDefinition,
  asOf: Date,
  ports: DoctorPorts,
  checks: readonly CheckResult[],
  mayBeCut: ReadonlySet<string>,
): DoctorResult {
  const {lake, environment} = definition
  const count = (state: CheckState): number => checks.filter((check) => check.state === state).length
  const counts = {
    pass: count('pass'),
    warn: count('warn'),
    fail: count('fail'),
    unknown: count('unknown'),
    skipped: count('skipped'),
  }
  return {
    lake,
    environment: environment.name,
    backend: environment.backend,
    root: ports.store.uri,
    isProtected: environment.protect,
    asOf: asOf.toISOString(),
    state: stateOf(counts),
    counts,
    mayBeCut: [...mayBeCut].sort(),
    checks,
  }
}

function stateOf(counts: DoctorResult['counts']): DoctorState {
  const worst = (['fail', 'unknown', 'warn'] as const).find((state) => counts[state] > 0)
  return worst ?? 'pass'
}

import {hasCode, SluiceError} from '../errors.js'
import type {LakeDefinition} from '../lake/index.js'
import type {PortabilityWarning, QueryAnalyser, QueryEngine} from '../ports/query-engine.js'
import {judgeScans, refuseFullScans, type JudgedScan} from './guard.js'
import {checkParameters, parseParameters, type QueryParameters} from './parameters.js'
import {scanCostUsdMicros} from './price.js'
import {refuseHiddenKeys, refuseWorkTables, restrictedColumns, type RestrictedColumns} from './restricted.js'

export interface QueryPorts {
  readonly definition: LakeDefinition
  readonly query: QueryEngine & QueryAnalyser
  readonly signal: AbortSignal
  readonly asOf: Date
}

export interface PlanRequest {
  readonly sql: string
  /** `name=value` and `name:type=value`. */
  readonly parameters: readonly string[]
  /** Refuse a scan of every partition; on AWS that is so anyway. */
  readonly requirePartition: boolean
  readonly allowFullScan: boolean
  /** Decimal text. */
  readonly maxCostUsd?: string | undefined
  readonly showRestricted: boolean
  readonly reason?: string | undefined
  readonly lint: boolean
}

/** What a query would read and cost, before anything runs. */
export interface QueryPlan {
  readonly sql: string
  readonly parameters: QueryParameters
  readonly lake: string
  readonly environment: string
  readonly engine: 'duckdb' | 'athena'
  readonly asOf: string
  readonly scans: readonly JudgedScan[]
  readonly estimate: {
    /** Sizes of the files that may be read: at most so much. Null where nobody can tell. */
    readonly sizeBytes: number | null
    readonly costUsdMicros: number | null
  }
  readonly portability: readonly PortabilityWarning[]
  readonly masked: RestrictedColumns
}

/**
 * Plans a query. Throws `USAGE` for parameters and for restricted columns without a reason, `QUERY_INVALID`,
 * `EXPORT_NOT_LOADED`, `PARTITION_FILTER_MISSING` and `COST_EXCEEDED`; nothing has run by then.
 */
export async function planQuery(request: PlanRequest, ports: QueryPorts): Promise<QueryPlan> {
  const {definition, query, signal, asOf} = ports
  const {sql} = request
  refuseSilentDisclosure(request, definition)
  const parameters = parseParameters(request.parameters)
  const given = {parameters: parameters.values, parameterTypes: parameters.types}
  const analysis = await query.analyse({sql, ...given, signal}).catch((error: unknown) => {
    throw notLoadedYet(error, definition) ?? error
  })
  checkParameters(analysis.parameters, Object.keys(parameters.values))
  const masked = request.showRestricted ? {} : restrictedColumns(definition)
  refuseWorkTables(analysis.scans, definition)
  refuseHiddenKeys(analysis.scans, masked, definition)
  const scans = judgeScans(analysis.scans, definition)
  const isRequired = request.requirePartition || definition.environment.backend === 'aws'
  refuseFullScans(scans, {isRequired, allowsFullScan: request.allowFullScan})
  const sizeBytes = sizeOf(scans)
  const costUsdMicros = sizeBytes === null ? null : scanCostUsdMicros(query.name, sizeBytes)
  await refuseAbove(costUsdMicros, request.maxCostUsd)
  return {
    sql,
    parameters,
    lake: definition.lake,
    environment: definition.environment.name,
    engine: query.name,
    asOf: asOf.toISOString(),
    scans,
    estimate: {sizeBytes, costUsdMicros},
    portability: request.lint ? analysis.portability : [],
    masked,
  }
}

/** A table of the definition that the catalog does not have was never loaded: its name is not wrong. */
function notLoadedYet(error: unknown, {tables}: LakeDefinition): SluiceError | undefined {
  const name = hasCode(error, 'QUERY_INVALID') ? error.details?.['table'] : undefined
  const table = tables.find((other) => typeof name === 'string' && belongsTo(other.name, name.toLowerCase()))
  if (table === undefined) return undefined
  return new SluiceError('EXPORT_NOT_LOADED', `Table ${table.name} holds no data yet.`, {
    fix: 'sluice backfill plan --export FOLDER',
    details: {table: table.name},
    cause: error,
  })
}

/** Whether a relation is a table itself or one of those that its first load makes beside it. */
function belongsTo(table: string, name: string): boolean {
  return name === table || name === `${table}_current` || name.startsWith(`${table}__`)
}

function refuseSilentDisclosure({showRestricted, reason}: PlanRequest, {environment}: LakeDefinition): void {
  if (!showRestricted || !environment.protect || (reason !== undefined && reason.trim() !== '')) return
  throw new SluiceError(
    'USAGE',
    `The environment ${environment.name} is protected: showing restricted columns needs a reason.`,
    {
      fix: 'Repeat the command with --reason "why".',
    },
  )
}

function sizeOf(scans: readonly JudgedScan[]): number | null {
  let total = 0
  for (const {sizeBytes} of scans) {
    if (sizeBytes === null) return null
    total += sizeBytes.read
  }
  return total
}

async function refuseAbove(costUsdMicros: number | null, maxCostUsd: string | undefined): Promise<void> {
  if (maxCostUsd === undefined) return
  if (costUsdMicros === null) {
    throw new SluiceError(
      'COST_EXCEEDED',
      `What it reads is of unknown size, so --max-cost ${maxCostUsd} may not hold.`,
      {
        fix: 'See what is unknown with --dry-run and without --max-cost (SLUICE_MAX_COST).',
      },
    )
  }
  const {Decimal} = await import('decimal.js')
  const limit = new Decimal(maxCostUsd).times(1_000_000)
  if (new Decimal(costUsdMicros).lte(limit)) return
  const estimate = new Decimal(costUsdMicros).div(1_000_000).toFixed()
  throw new SluiceError('COST_EXCEEDED', `The estimate is $${estimate}, above --max-cost ${maxCostUsd}.`, {
    fix: 'Raise --max-cost, or read less.',
    details: {costUsdMicros},
  })
}

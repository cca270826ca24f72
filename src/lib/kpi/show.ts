import {currentViewName} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import {findTable} from '../lake/index.js'
import type {KpiDefinition, KpiThresholds, KpiUnit, LakeDefinition} from '../lake/index.js'
import type {Catalog} from '../ports/catalog.js'
import {chooseKpis, type Choice} from './choose.js'
import {valueOf, type KpiValue} from './measure.js'
import {periodOf, type Period, type PeriodRequest} from './period.js'
import {readRows, type ReadPorts} from './read-rows.js'

export interface ShowRequest extends Choice, PeriodRequest {}

export interface ShownKpi {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly table: string
  readonly unit: KpiUnit
  readonly views: readonly string[]
  readonly thresholds: KpiThresholds | null
  /** One, or one a currency. */
  readonly values: readonly KpiValue[]
}

export interface KpiShowResult {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  /** Half-open, ISO 8601. */
  readonly period: {readonly from: string; readonly to: string}
  /** The view that was asked for. */
  readonly view: string | null
  readonly kpis: readonly ShownKpi[]
}

export interface ShowPorts extends ReadPorts {
  readonly catalog: Pick<Catalog, 'getTable'>
}

/**
 * Computes the chosen KPIs over a period.
 * Throws `KPI_UNKNOWN`, `USAGE` (period, view), `EXPORT_NOT_LOADED` before a first load, and the query engine's errors.
 */
export async function showKpis(
  request: ShowRequest,
  definition: LakeDefinition,
  ports: ShowPorts,
): Promise<KpiShowResult> {
  const chosen = chooseKpis(definition, request)
  const period = periodOf(request)
  for (const table of new Set(chosen.map((kpi) => kpi.table))) await refuseUnloaded(table, definition, ports.catalog)
  const kpis: ShownKpi[] = []
  // one after the other: each query has the whole machine
  for (const kpi of chosen) kpis.push(await shownKpi(kpi, period, ports))
  return {
    lake: definition.lake,
    environment: definition.environment.name,
    asOf: request.asOf.toISOString(),
    period: {from: period.from.toISOString(), to: period.to.toISOString()},
    view: request.view ?? null,
    kpis,
  }
}

async function shownKpi(kpi: KpiDefinition, period: Period, ports: ReadPorts): Promise<ShownKpi> {
  const {name, title, description, table, unit, views, thresholds} = kpi
  const rows = await readRows(kpi, period, ports)
  return {name, title, description, table, unit, views, thresholds, values: rows.map((row) => valueOf(kpi, row))}
}

/** The catalog learns of a table with its first load. */
async function refuseUnloaded(name: string, definition: LakeDefinition, catalog: ShowPorts['catalog']): Promise<void> {
  const {kind} = findTable(definition, name)
  const known = await catalog.getTable(kind === 'changelog' ? currentViewName(name) : name)
  if (known !== null) return
  throw new SluiceError('EXPORT_NOT_LOADED', `Table ${name} holds no data yet.`, {
    fix: 'sluice backfill plan --export FOLDER',
    details: {table: name},
  })
}

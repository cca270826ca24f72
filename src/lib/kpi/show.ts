import {currentViewName} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import {findTable} from '../lake/index.js'
import type {KpiThresholds, KpiUnit, LakeDefinition, PanelColumn, PanelKind, PanelStep} from '../lake/index.js'
import type {Catalog} from '../ports/catalog.js'
import type {ObjectStore} from '../ports/object-store.js'
import {choose, type Choice, type Chosen} from './choose.js'
import {compareKpi, seriesOfKpi, type SeriesPoint} from './measure-kpi.js'
import type {KpiValue} from './measure.js'
import {MeteredEngine, type Scanned} from './metered.js'
import {panelParameters, periodBefore, periodOf, type Period, type PeriodRequest} from './period.js'
import {countQuarantined, type QuarantinedRows} from './quarantined.js'
import {readPanel, type PanelAnswer} from './read-panel.js'
import {Relations} from './relations.js'
import type {ReadPorts} from './sql-answer.js'

export interface ShowRequest extends Choice, PeriodRequest {
  /** Each KPI also as a series of these steps. */
  readonly by?: PanelStep | undefined
  /** Beside the period before, of the same length; the default. */
  readonly compare?: boolean | undefined
  /** Smaller samples are not judged. */
  readonly minN?: number | undefined
}

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
  /** By day, week or month, where it was asked for; every step of the period, also those without data. */
  readonly series: readonly SeriesPoint[] | null
}

export interface ShownPanel extends PanelAnswer {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly kind: PanelKind
  readonly step: PanelStep | null
  readonly table: string
  readonly views: readonly string[]
  readonly columns: readonly PanelColumn[]
}

/** Both ends of a half-open period, ISO 8601. */
export interface PeriodText {
  readonly from: string
  readonly to: string
}

export interface KpiShowResult extends Scanned {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly period: PeriodText
  /** What `before` means; null where nothing is compared. */
  readonly before: PeriodText | null
  readonly by: PanelStep | null
  readonly minN: number
  /** The view that was asked for. */
  readonly view: {readonly name: string; readonly title: string} | null
  readonly kpis: readonly ShownKpi[]
  readonly panels: readonly ShownPanel[]
  /** Keys that nothing above counts, because their newest version is quarantined. */
  readonly quarantined: readonly QuarantinedRows[]
  /** Tables of which Lake Formation may hide rows or columns: what is counted of them may not be the whole. */
  readonly mayBeCut: readonly string[]
}

export interface ShowPorts extends ReadPorts {
  readonly catalog: Pick<Catalog, 'getTable'>
  readonly store: ObjectStore
}

let answers = 0

/** Below 30 a share says little: Wilson's interval of 27 of 30 is 74% to 97%. */
export const DEFAULT_MIN_N = 30

/**
 * Computes the chosen KPIs and panels over a period.
 * Throws `KPI_UNKNOWN`, `USAGE` (period, view), `EXPORT_NOT_LOADED` before a first load, and the query engine's errors.
 */
export async function showKpis(
  request: ShowRequest,
  definition: LakeDefinition,
  {catalog, ...lakePorts}: ShowPorts,
): Promise<KpiShowResult> {
  const query = new MeteredEngine(lakePorts.query)
  const ports = {...lakePorts, query, snapshot: `kpi show ${++answers}`}
  const chosen = choose(definition, request)
  const period = periodOf(request)
  const before = request.compare === false ? null : periodBefore(period)
  const {by = null, minN = DEFAULT_MIN_N} = request
  for (const table of tablesOf(chosen)) await refuseUnloaded(table, definition, catalog)
  const relations = new Relations(definition, [...chosen.kpis, ...chosen.panels], period, before, ports)
  const measuring = {period, before, by, minN, relations, ports}
  return {
    lake: definition.lake,
    environment: definition.environment.name,
    asOf: request.asOf.toISOString(),
    period: periodText(period),
    before: before === null ? null : periodText(before),
    by,
    minN,
    view: definition.views.find(({name}) => name === request.view) ?? null,
    kpis: await shownKpis(chosen, measuring),
    panels: await shownPanels(chosen, request.asOf, measuring),
    quarantined: await countQuarantined([...chosen.kpis, ...chosen.panels], definition, measuring),
    mayBeCut: await governedTables(tablesOf(chosen), catalog),
    // last: the statements have run by now
    ...query.scanned(),
  }
}

/** What every measurement of one answer shares. */
export interface Measuring {
  readonly period: Period
  readonly before: Period | null
  readonly by: PanelStep | null
  readonly minN: number
  readonly relations: Relations
  readonly ports: ReadPorts
}

async function shownKpis({kpis}: Chosen, measuring: Measuring): Promise<ShownKpi[]> {
  const shown: ShownKpi[] = []
  // one after the other: each query has the whole machine
  for (const kpi of kpis) {
    const {name, title, description, table, unit, views, thresholds} = kpi
    const values = await compareKpi(kpi, measuring)
    const series = measuring.by === null ? null : await seriesOfKpi(kpi, measuring.by, measuring)
    shown.push({name, title, description, table, unit, views, thresholds, values, series})
  }
  return shown
}

async function shownPanels({panels}: Chosen, asOf: Date, measuring: Measuring): Promise<ShownPanel[]> {
  const {period, relations, ports} = measuring
  const parameters = panelParameters(period, asOf)
  const shown: ShownPanel[] = []
  for (const panel of panels) {
    const {name, title, description, kind, step, table, views, columns, sql} = panel
    const shared = await relations.of(panel, {kind: 'period'})
    const answer = await readPanel(panel, period, {sql, parameters, shared}, ports)
    shown.push({name, title, description, kind, step, table, views, columns, ...answer})
  }
  return shown
}

function tablesOf({kpis, panels}: Chosen): Set<string> {
  return new Set([...kpis, ...panels].map(({table}) => table))
}

async function governedTables(names: ReadonlySet<string>, catalog: ShowPorts['catalog']): Promise<string[]> {
  const tables = await Promise.all([...names].map((name) => catalog.getTable(name)))
  return tables.flatMap((table) => (table?.isGoverned === true ? [table.name] : []))
}

function periodText({from, to}: Period): PeriodText {
  return {from: from.toISOString(), to: to.toISOString()}
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

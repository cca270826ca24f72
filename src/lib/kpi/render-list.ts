import {renderHeading, renderNext} from '../cli/output/block.js'
import {renderRows, type RowFormat} from '../cli/output/rows.js'
import {renderTable, type Column} from '../cli/output/table.js'
import type {KpiListResult, ListedKpi, ListedPanel} from './list.js'
import {targetText} from './render-value.js'

/** KPIs and panels with what they have in common: a line of the list. */
type Listed = {readonly kpi: ListedKpi} | {readonly panel: ListedPanel}

/** From here on all columns of the claims lake stand side by side. */
const WIDE_COLUMNS = 130

/** What the lake measures, KPIs first. */
export function renderKpiList(result: KpiListResult, output: RowFormat = 'table', widthColumns?: number): string {
  const listed: Listed[] = [...result.kpis.map((kpi) => ({kpi})), ...result.panels.map((panel) => ({panel}))]
  const common = (line: Listed): ListedKpi | ListedPanel => ('kpi' in line ? line.kpi : line.panel)
  const all: Column<Listed>[] = [
    {title: 'name', value: (line) => common(line).name},
    {title: 'kind', value: (line) => ('kpi' in line ? 'kpi' : line.panel.kind)},
    {title: 'title', value: (line) => common(line).title},
    {title: 'table', value: (line) => common(line).table},
    {title: 'unit', value: (line) => ('kpi' in line ? line.kpi.unit : '')},
    {title: 'views', value: (line) => common(line).views.join(', ')},
    {title: 'target', value: (line) => ('kpi' in line ? targetText(line.kpi.unit, line.kpi.thresholds) : '')},
  ]
  if (output !== 'table') return renderRows(output, all, listed)
  if (listed.length === 0) return `Lake ${result.lake} has no KPI.`
  // what a target says anyway, and what most lakes have one of, make room where it is short
  const isNarrow = widthColumns !== undefined && widthColumns < WIDE_COLUMNS
  const columns = isNarrow ? all.filter(({title}) => title !== 'table' && title !== 'unit') : all
  const heading = renderHeading(`KPIs of ${result.lake}`, `env ${result.environment}`)
  const view = result.views[0]?.name
  const next = renderNext([
    ['sluice kpi show'],
    ...(view === undefined ? [] : [[`sluice kpi show --view ${view}`] as const]),
  ])
  return [heading, '', renderTable(columns, listed, widthColumns === undefined ? {} : {widthColumns}), '', next].join(
    '\n',
  )
}

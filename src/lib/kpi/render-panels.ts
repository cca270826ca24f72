import {countText} from '../cli/output/count.js'
import {renderRows, type RowFormat} from '../cli/output/rows.js'
import {renderTable, type Column} from '../cli/output/table.js'
import {dayText, instantText} from '../cli/output/time.js'
import type {PanelColumn} from '../lake/index.js'
import {Exact} from './exact.js'
import {lineColumns, type PanelRow} from './read-panel.js'
import {excludedData, excludedText} from './render-kpis.js'
import {renderTrendLines, type TrendLine} from './render-trend.js'
import {NOTHING, decimalText, valueText} from './render-value.js'
import type {ShownPanel} from './show.js'

/** A panel for people: a trend as bars, the others as tables; below it what was not counted. */
export function renderPanel(panel: ShownPanel, widthColumns?: number): string {
  const lines = panel.rows.length === 0 ? ['  no data'] : bodyOf(panel, widthColumns)
  return [headingOf(panel), ...lines, ...footOf(panel)].join('\n')
}

/** The rows of one panel for programs: exact values, and the columns that quotients are computed from. */
export function panelData(panel: ShownPanel, output: RowFormat): string {
  const parts = panel.columns.flatMap(({name, of}) => (of === null ? [name] : [name, ...of]))
  const columns: Column<PanelRow>[] = [...new Set(parts)].map((name) => ({
    title: name,
    value: ({values}) => values[name],
  }))
  const excluded: Column<PanelRow> = {title: 'excluded', value: (row) => excludedData(row.excluded)}
  return renderRows(output, [...columns, excluded], panel.rows)
}

/** A panel as a Markdown table under its title. */
export function panelMarkdown(panel: ShownPanel): string {
  const table = panel.rows.length === 0 ? 'no data' : renderRows('md', panel.columns.map(screenColumn), panel.rows)
  const foot = footOf(panel).map((line) => line.trim())
  return [`**${panel.title}**`, '', table, ...(foot.length === 0 ? [] : ['', ...foot])].join('\n')
}

function headingOf({title, kind, rows, columns, rowsTotal}: ShownPanel): string {
  if (kind === 'list' && rowsTotal !== null && rowsTotal > rows.length) {
    return `${title}   ${rows.length} of ${countText(rowsTotal)}`
  }
  const days = rows.map(({values}) => values[columns[0]!.name] ?? '').sort()
  return kind === 'trend' && days.length > 0 ? `${title}   ${days[0]} .. ${days.at(-1)}` : title
}

function bodyOf(panel: ShownPanel, widthColumns?: number): string[] {
  if (panel.kind === 'trend') return renderTrendLines(trendLines(panel), widthColumns)
  return [renderTable(panel.columns.map(screenColumn), panel.rows, widthColumns === undefined ? {} : {widthColumns})]
}

function footOf({excluded}: ShownPanel): string[] {
  const text = excludedText(excluded)
  return text === '' ? [] : [`  not counted: ${text}`]
}

/** Every computed column is drawn; without one the second column. Each line of texts beside the step is one of its own. */
function trendLines(panel: ShownPanel): TrendLine[] {
  const computed = panel.columns.slice(1).filter(({of}) => of !== null)
  const drawn = computed.length > 0 ? computed : panel.columns.slice(1, 2)
  const groups = rowsByLine(panel)
  return drawn.flatMap((column) =>
    [...groups].map(([name, rows]) => ({
      label: name === '' ? column.title : `${column.title}, ${name}`,
      points: rows.map((row) => ({
        day: row.values[panel.columns[0]!.name] ?? '',
        value: row.values[column.name] ?? null,
        text: cellText(column, row),
      })),
    })),
  )
}

function rowsByLine(panel: ShownPanel): Map<string, PanelRow[]> {
  const groups = new Map<string, PanelRow[]>()
  for (const row of panel.rows) {
    const name = lineName(panel, row)
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  return groups
}

function lineName(panel: ShownPanel, {values}: PanelRow): string {
  return lineColumns(panel)
    .map(({name, title}) => values[name] ?? `no ${title}`)
    .join(', ')
}

function screenColumn(column: PanelColumn): Column<PanelRow> {
  const isText = column.unit === 'text' || column.unit === 'instant'
  return {title: column.title, value: (row) => cellText(column, row), align: isText ? 'left' : 'right'}
}

function cellText({name, unit}: PanelColumn, {values}: PanelRow): string {
  const text = values[name] ?? null
  if (text === null) return NOTHING
  switch (unit) {
    case 'text':
      return text
    case 'instant':
      return shownInstant(text)
    case 'count':
      return decimalText(text)
    case 'ratio':
    case 'milliseconds':
    case 'money':
    case 'score':
      return valueText(new Exact(text), unit, values['currency'] ?? null, null)
  }
}

function shownInstant(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? dayText(new Date(text)) : instantText(new Date(text))
}

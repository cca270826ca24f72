import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {moneyText} from '../cli/output/money.js'
import {renderRows, type RowFormat} from '../cli/output/rows.js'
import {renderTable, type Column} from '../cli/output/table.js'
import {dayText, instantText} from '../cli/output/time.js'
import {widthOf} from '../cli/output/width.js'
import {EXIT, type ExitCode} from '../errors.js'
import {
  countColumns,
  dataColumns,
  labelOf,
  linesOf,
  measurementText,
  pointColumns,
  pointLinesOf,
  verdictColumns,
  type Line,
} from './render-kpis.js'
import {panelData, panelMarkdown, renderPanel} from './render-panels.js'
import {renderTrendLines, type TrendLine} from './render-trend.js'
import type {KpiShowResult, PeriodText, ShownKpi} from './show.js'

/** For people as a screen, for programs (`ndjson`, `csv`) the lines of the KPIs, or of the one panel, exact. */
export function renderKpis(result: KpiShowResult, output: RowFormat = 'table', widthColumns?: number): string {
  if (output === 'ndjson' || output === 'csv') return dataOf(result, output)
  const blocks = output === 'md' ? markdownBlocks(result) : screenBlocks(result, widthColumns)
  return blocks.length === 0 ? `Lake ${result.lake} has no KPI.` : blocks.join('\n\n')
}

/** What the answer scanned and costs by the list; null where nothing is billed. */
export function closingNote({bytesScanned, billedUsd}: KpiShowResult): string | null {
  if (bytesScanned === null || billedUsd === null) return null
  return `Scanned ${bytesText(bytesScanned)}, about ${moneyText(billedUsd)} at list price.`
}

/** A breached threshold is for monitors to see; what has no data, or too little, breaches none. */
export function exitOfKpis({kpis}: KpiShowResult): ExitCode {
  return kpis.some(({values}) => values.some(({state}) => state === 'red')) ? EXIT.breached : EXIT.ok
}

function dataOf(result: KpiShowResult, output: RowFormat): string {
  const [panel] = result.panels
  if (panel !== undefined && result.kpis.length === 0) return panelData(panel, output)
  if (result.by !== null) return renderRows(output, pointColumns(), pointLinesOf(result))
  return renderRows(output, dataColumns(result), linesOf(result))
}

function markdownBlocks(result: KpiShowResult): string[] {
  const lines = linesOf(result)
  const columns = [...verdictColumns(lines), ...countColumns(lines)]
  return [...(lines.length === 0 ? [] : [renderRows('md', columns, lines)]), ...result.panels.map(panelMarkdown)]
}

function screenBlocks(result: KpiShowResult, widthColumns?: number): string[] {
  const lines = linesOf(result)
  if (lines.length === 0 && result.panels.length === 0) return []
  return [
    headingOf(result, widthColumns),
    ...(lines.length === 0 ? [] : kpiTables(lines, widthColumns)),
    ...verdict(lines),
    ...seriesBlock(result, widthColumns),
    ...result.panels.map((panel) => renderPanel(panel, widthColumns)),
    ...remarks(result),
  ]
}

/** One table, or two under each other where the terminal has no room for all columns. */
function kpiTables(lines: readonly Line[], widthColumns: number | undefined): string[] {
  const [verdicts, counts] = [verdictColumns(lines), countColumns(lines)]
  const whole = renderTable([...verdicts, ...counts], lines)
  const width = Math.max(...whole.split('\n').map(widthOf))
  if (widthColumns === undefined || width <= widthColumns) return [whole]
  const label: Column<Line> = {title: 'kpi', value: labelOf}
  return [renderTable(verdicts, lines, {widthColumns}), renderTable([label, ...counts], lines, {widthColumns})]
}

function headingOf(result: KpiShowResult, widthColumns = Number.POSITIVE_INFINITY): string {
  const {lake, environment, kpis, panels, period, asOf} = result
  const shown = [...kpis, ...panels]
  const tables = [...new Set(shown.map(({table}) => table))].join(', ')
  const only = shown.length === 1 ? shown[0]!.title : `KPIs of ${lake}`
  const title = result.view?.title ?? only
  const rest = [
    `${tables}, env ${environment}`,
    periodText(period),
    `as of ${instantText(wholeSecond(new Date(asOf)))}`,
  ].join('   ')
  const heading = `${title}   ${rest}`
  return widthOf(heading) <= widthColumns ? heading : `${title}\n${rest}`
}

function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000)
}

/** Whole days by the first and the last one, as people name them; else both ends, the second excluded. */
function periodText(period: PeriodText): string {
  const [from, to] = [new Date(period.from), new Date(period.to)]
  const isDays = [from, to].every((instant) => instant.getTime() % 86_400_000 === 0)
  if (!isDays) return `${instantText(from)} .. ${instantText(to)} (excluded)`
  const [first, last] = [dayText(from), dayText(new Date(to.getTime() - 1))]
  return `${first === last ? first : `${first} .. ${last}`} UTC`
}

function verdict(lines: readonly Line[]): string[] {
  if (lines.length === 0) return []
  const red = lines.filter(({shown}) => shown.state === 'red').map(labelOf)
  if (red.length > 0) return [`Red: ${red.join('; ')}.`]
  const isEmpty = lines.every(({shown}) => shown.state === 'no_data')
  return isEmpty ? ['No data in this period; choose another with --from and --to.'] : []
}

function seriesBlock({kpis, by}: KpiShowResult, widthColumns?: number): string[] {
  const lines = kpis.flatMap(seriesLines)
  return by === null || lines.length === 0 ? [] : [[`by ${by}`, ...renderTrendLines(lines, widthColumns)].join('\n')]
}

/** A line a currency. */
function seriesLines(kpi: ShownKpi): TrendLine[] {
  const currencies = kpi.series?.[0]?.values.map(({currency}) => currency) ?? []
  return currencies.map((currency, index) => ({
    label: currency === null ? kpi.title : `${kpi.title}, ${currency}`,
    points: (kpi.series ?? []).map(({step, values}) => {
      const shown = values[index]!
      return {day: step, value: shown.value, text: measurementText(kpi, shown)}
    }),
  }))
}

/** What the figures leave out, and what they stand beside. */
function remarks({before, quarantined, mayBeCut, kpis, minN}: KpiShowResult): string[] {
  const compared = kpis.length > 0 && before !== null ? [`Before: ${periodText(before)}.`] : []
  const isLow = kpis.some(({values}) => values.some(({state}) => state === 'low_n'))
  const low = isLow ? [`Low n: fewer than ${countText(minN)} are not judged (--min-n).`] : []
  const left = quarantined
    .filter(({rows}) => rows > 0)
    .map(({table, rows, within}) => {
      const where = within === 'days' ? 'partitions of this period' : 'whole table'
      return `Counted nowhere: ${countText(rows)} quarantined in ${table} (${where}).`
    })
  const cut =
    mayBeCut.length === 0
      ? []
      : [`Lake Formation may hide rows or columns of ${mayBeCut.join(', ')}: this may not be the whole.`]
  const all = [...compared, ...low, ...left, ...cut]
  return all.length === 0 ? [] : [all.join('\n')]
}

import {renderHeading, renderNext} from '../cli/output/block.js'
import {renderRows, type RowFormat} from '../cli/output/rows.js'
import {renderTable, type Column} from '../cli/output/table.js'
import {countText} from '../cli/output/count.js'
import {dayText, instantText} from '../cli/output/time.js'
import {EXIT, type ExitCode} from '../errors.js'
import {Exact, quotient} from './exact.js'
import {judges} from './judge.js'
import type {KpiListResult, ListedKpi} from './list.js'
import type {KpiValue} from './measure.js'
import {NOTHING, amountText, decimalText, targetText, valueText} from './render-value.js'
import type {KpiShowResult, ShownKpi} from './show.js'

/** A value with the KPI that it belongs to: a line of the answer. */
interface Line {
  readonly kpi: ShownKpi
  readonly shown: KpiValue
}

export function renderKpiList(result: KpiListResult, output: RowFormat = 'table'): string {
  const columns: Column<ListedKpi>[] = [
    {title: 'name', value: ({name}) => name},
    {title: 'title', value: ({title}) => title},
    {title: 'table', value: ({table}) => table},
    {title: 'unit', value: ({unit}) => unit},
    {title: 'views', value: ({views}) => views.join(', ')},
    {title: 'target', value: ({unit, thresholds}) => targetText(unit, thresholds)},
  ]
  if (output !== 'table') return renderRows(output, columns, result.kpis)
  if (result.kpis.length === 0) return `Lake ${result.lake} has no KPI.`
  const heading = renderHeading(`KPIs of ${result.lake}`, `env ${result.environment}`)
  return [heading, '', renderTable(columns, result.kpis), '', renderNext([['sluice kpi show']])].join('\n')
}

/** For people as a table, for programs (`ndjson`, `csv`) the same lines with exact values. */
export function renderKpis(result: KpiShowResult, output: RowFormat = 'table'): string {
  const lines = result.kpis.flatMap((kpi) => kpi.values.map((shown) => ({kpi, shown})))
  if (output === 'ndjson' || output === 'csv') return renderRows(output, dataColumns(result), lines)
  if (output === 'md') return renderRows(output, screenColumns(lines), lines)
  if (lines.length === 0) return `Lake ${result.lake} has no KPI.`
  return [headingOf(result), '', renderTable(screenColumns(lines), lines), ...verdict(lines)].join('\n')
}

/** A breached threshold is for monitors to see; what has no data breaches none. */
export function exitOfKpis({kpis}: KpiShowResult): ExitCode {
  return kpis.some(({values}) => values.some(({state}) => state === 'red')) ? EXIT.breached : EXIT.ok
}

function headingOf(result: KpiShowResult): string {
  const {lake, environment, view, kpis, period, asOf} = result
  const all = view === null ? `KPIs of ${lake}` : `KPIs for ${view}`
  const tables = [...new Set(kpis.map(({table}) => table))].join(', ')
  return [
    view === null && kpis.length === 1 ? kpis[0]!.title : all,
    `${tables}, env ${environment}`,
    periodText(new Date(period.from), new Date(period.to)),
    `as of ${instantText(wholeSecond(new Date(asOf)))}`,
  ].join('   ')
}

function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000)
}

/** Whole days by the first and the last one, as people name them; else both ends, the second excluded. */
function periodText(from: Date, to: Date): string {
  const isDays = [from, to].every((instant) => instant.getTime() % 86_400_000 === 0)
  if (!isDays) return `${instantText(from)} .. ${instantText(to)} (excluded)`
  const [first, last] = [dayText(from), dayText(new Date(to.getTime() - 1))]
  return `${first === last ? first : `${first} .. ${last}`} UTC`
}

function screenColumns(lines: readonly Line[]): Column<Line>[] {
  const hasPercentiles = lines.some(({shown}) => shown.p50 !== null || shown.p95 !== null)
  return [
    {title: 'kpi', value: labelOf},
    {title: 'value', value: ({kpi, shown}) => screenValue(kpi, shown, quotient(shown.numerator, shown.denominator))},
    {title: 'state', value: ({shown}) => stateText(shown)},
    {title: 'target', value: targetOf},
    {title: 'numerator / denominator', value: fractionText},
    {title: 'excluded', value: ({shown}) => excludedText(shown.excluded, ', ')},
    ...(hasPercentiles ? [{title: 'p50 / p95', value: percentilesText}] : []),
  ]
}

function labelOf({kpi, shown}: Line): string {
  if (shown.currency !== null) return `${kpi.title}, ${shown.currency}`
  return kpi.values.length > 1 ? `${kpi.title}, no currency` : kpi.title
}

function screenValue({unit, thresholds}: ShownKpi, {currency}: KpiValue, value: Exact | null): string {
  const judging = thresholds !== null && judges(thresholds, currency) ? thresholds : null
  return valueText(value, unit, currency, judging)
}

function stateText({state}: KpiValue): string {
  return state === 'none' ? NOTHING : state.replace('_', ' ')
}

function targetOf({kpi: {unit, thresholds}, shown}: Line): string {
  return targetText(unit, thresholds !== null && judges(thresholds, shown.currency) ? thresholds : null)
}

function fractionText({kpi: {unit}, shown: {numerator, denominator, currency}}: Line): string {
  const size = denominator === null ? NOTHING : decimalText(denominator)
  if (numerator === null) return `${NOTHING} / ${size}`
  if (unit === 'money') return `${amountText(new Exact(numerator), currency)} / ${size}`
  return `${decimalText(numerator)}${unit === 'milliseconds' ? ' ms' : ''} / ${size}`
}

function percentilesText({kpi, shown}: Line): string {
  if (shown.p50 === null && shown.p95 === null) return ''
  const texts = [shown.p50, shown.p95].map((text) => screenValue(kpi, shown, text === null ? null : new Exact(text)))
  return texts.join(' / ')
}

function excludedText(excluded: KpiValue['excluded'], separator: string): string {
  const reasons = Object.entries(excluded).filter(([, rows]) => rows > 0)
  return reasons.map(([reason, rows]) => `${countText(rows)} ${reason.replaceAll('_', ' ')}`).join(separator)
}

function verdict(lines: readonly Line[]): string[] {
  const red = lines.filter(({shown}) => shown.state === 'red').map(labelOf)
  if (red.length > 0) return ['', `Red: ${red.join('; ')}.`]
  const isEmpty = lines.every(({shown}) => shown.state === 'no_data')
  return isEmpty ? ['', 'No data in this period; choose another with --from and --to.'] : []
}

/** With the period on each line, so that lines of several runs can stand in one file. */
function dataColumns({period}: KpiShowResult): Column<Line>[] {
  return [
    {title: 'kpi', value: ({kpi}) => kpi.name},
    {title: 'from', value: () => period.from},
    {title: 'to', value: () => period.to},
    {title: 'unit', value: ({kpi}) => kpi.unit},
    {title: 'currency', value: ({shown}) => shown.currency},
    {title: 'value', value: ({shown}) => shown.value},
    {title: 'state', value: ({shown}) => shown.state},
    {title: 'numerator', value: ({shown}) => shown.numerator},
    {title: 'denominator', value: ({shown}) => shown.denominator},
    {title: 'low', value: ({shown}) => shown.interval?.low},
    {title: 'high', value: ({shown}) => shown.interval?.high},
    {title: 'p50', value: ({shown}) => shown.p50},
    {title: 'p95', value: ({shown}) => shown.p95},
    {
      title: 'excluded',
      value: ({shown}) =>
        Object.entries(shown.excluded)
          .map((pair) => pair.join('='))
          .join(' '),
    },
  ]
}

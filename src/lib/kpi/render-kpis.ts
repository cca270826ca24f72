import {countText} from '../cli/output/count.js'
import type {Column} from '../cli/output/table.js'
import {Exact, quotient} from './exact.js'
import {judges} from './judge.js'
import type {KpiValue, Measurement} from './measure.js'
import {NOTHING, amountText, changeText, decimalText, targetText, valueText} from './render-value.js'
import type {KpiShowResult, ShownKpi} from './show.js'

/** A value with the KPI that it belongs to: a line of the answer. */
export interface Line {
  readonly kpi: ShownKpi
  readonly shown: KpiValue
}

/** A value of one step of a series: a line of its data. */
export interface PointLine {
  readonly kpi: ShownKpi
  readonly from: string
  readonly to: string
  readonly shown: Measurement
}

export function linesOf({kpis}: KpiShowResult): Line[] {
  return kpis.flatMap((kpi) => kpi.values.map((shown) => ({kpi, shown})))
}

/** Every line of every series, in the order of time. */
export function pointLinesOf({kpis}: KpiShowResult): PointLine[] {
  return kpis.flatMap((kpi) =>
    (kpi.series ?? []).flatMap(({from, to, values}) => values.map((shown) => ({kpi, from, to, shown}))),
  )
}

/** What a KPI is and whether it is good: the columns that nobody leaves out. */
export function verdictColumns(lines: readonly Line[]): Column<Line>[] {
  const isCompared = lines.some(({shown}) => shown.before !== null)
  return [
    {title: 'kpi', value: labelOf},
    {title: 'value', value: ({kpi, shown}) => measurementText(kpi, shown)},
    {title: 'state', value: ({shown}) => stateText(shown)},
    {title: 'target', value: targetOf},
    ...(isCompared
      ? [
          {
            title: 'before',
            value: ({kpi, shown}: Line) => (shown.before === null ? NOTHING : measurementText(kpi, shown.before)),
          },
          {title: 'change', value: ({kpi, shown}: Line) => changeText(shown.change, kpi.unit)},
        ]
      : []),
  ]
}

/** What was counted to get there. */
export function countColumns(lines: readonly Line[]): Column<Line>[] {
  const hasPercentiles = lines.some(({shown}) => shown.p50 !== null || shown.p95 !== null)
  return [
    {title: 'numerator / denominator', value: fractionText},
    {title: 'excluded', value: ({shown}) => excludedText(shown.excluded)},
    ...(hasPercentiles ? [{title: 'p50 / p95', value: percentilesText}] : []),
  ]
}

export function labelOf({kpi, shown}: Pick<PointLine, 'kpi' | 'shown'>): string {
  if (shown.currency !== null) return `${kpi.title}, ${shown.currency}`
  return kpi.values.length > 1 ? `${kpi.title}, no currency` : kpi.title
}

/** The value of a measurement for people. */
export function measurementText(kpi: ShownKpi, {numerator, denominator, currency}: Measurement): string {
  return screenValue(kpi, currency, quotient(numerator, denominator))
}

/** `1,204 pending, 3 auto`; reasons without rows are left out. */
export function excludedText(excluded: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(excluded).filter(([, rows]) => rows > 0)
  return reasons.map(([reason, rows]) => `${countText(rows)} ${reason.replaceAll('_', ' ')}`).join(', ')
}

/** With the period on each line, so that lines of several runs can stand in one file. */
export function dataColumns({period}: KpiShowResult): Column<Line>[] {
  return [
    {title: 'kpi', value: ({kpi}) => kpi.name},
    {title: 'from', value: () => period.from},
    {title: 'to', value: () => period.to},
    ...measurementColumns<Line>(),
    {title: 'before', value: ({shown}) => shown.before?.value},
    {title: 'change', value: ({shown}) => shown.change?.value},
    {title: 'change_kind', value: ({shown}) => shown.change?.kind},
  ]
}

/** As `dataColumns`, with what each step covers. */
export function pointColumns(): Column<PointLine>[] {
  return [
    {title: 'kpi', value: ({kpi}) => kpi.name},
    {title: 'from', value: ({from}) => from},
    {title: 'to', value: ({to}) => to},
    ...measurementColumns<PointLine>(),
  ]
}

function measurementColumns<Row extends Pick<PointLine, 'kpi' | 'shown'>>(): Column<Row>[] {
  return [
    {title: 'unit', value: ({kpi}) => kpi.unit},
    {title: 'currency', value: ({shown}) => shown.currency},
    {title: 'value', value: ({shown}) => shown.value},
    {title: 'state', value: ({shown}) => shown.state},
    {title: 'numerator', value: ({shown}) => shown.numerator},
    {title: 'denominator', value: ({shown}) => shown.denominator},
    {title: 'n', value: ({shown}) => shown.n},
    {title: 'low', value: ({shown}) => shown.interval?.low},
    {title: 'high', value: ({shown}) => shown.interval?.high},
    {title: 'p50', value: ({shown}) => shown.p50},
    {title: 'p95', value: ({shown}) => shown.p95},
    {title: 'excluded', value: ({shown}) => excludedData(shown.excluded)},
  ]
}

/** `pending=69 auto=1817`: one cell for programs. */
export function excludedData(excluded: Readonly<Record<string, number>>): string {
  return Object.entries(excluded)
    .map((pair) => pair.join('='))
    .join(' ')
}

function screenValue({unit, thresholds}: ShownKpi, currency: string | null, value: Exact | null): string {
  const judging = thresholds !== null && judges(thresholds, currency) ? thresholds : null
  return valueText(value, unit, currency, judging)
}

function stateText({state, n}: Measurement): string {
  if (state === 'low_n') return `low n (${countText(n ?? 0)})`
  return state === 'none' ? NOTHING : state.replace('_', ' ')
}

function targetOf({kpi: {unit, thresholds}, shown}: Line): string {
  return targetText(unit, thresholds !== null && judges(thresholds, shown.currency) ? thresholds : null)
}

function fractionText({kpi: {unit}, shown: {numerator, denominator, currency, n}}: Line): string {
  // the pairs that a score is made of say nothing to a reader
  if (unit === 'score' && n !== null) return `${countText(n)} counted`
  const isMoney = unit === 'money' || currency !== null
  const size =
    denominator === null
      ? NOTHING
      : unit === 'ratio' && isMoney
        ? money(denominator, currency)
        : decimalText(denominator)
  if (numerator === null) return `${NOTHING} / ${size}`
  if (isMoney) return `${money(numerator, currency)} / ${size}`
  return `${decimalText(numerator)}${unit === 'milliseconds' ? ' ms' : ''} / ${size}`
}

function money(amount: string, currency: string | null): string {
  return amountText(new Exact(amount), currency)
}

function percentilesText({kpi, shown}: Line): string {
  if (shown.p50 === null && shown.p95 === null) return ''
  const texts = [shown.p50, shown.p95].map((text) =>
    screenValue(kpi, shown.currency, text === null ? null : new Exact(text)),
  )
  return texts.join(' / ')
}

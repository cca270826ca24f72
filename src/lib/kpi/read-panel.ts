import type {PanelColumn, PanelDefinition} from '../lake/index.js'
import type {QueryValue} from '../ports/query-engine.js'
import {fixedText, quotient} from './exact.js'
import {DECIMALS} from './measure.js'
import type {Period} from './period.js'
import {
  answerOf,
  exactText,
  excludedOf,
  invalidAnswer,
  nothingExcluded,
  type Answer,
  type AnswerRow,
  type Answering,
  type Question,
  type ReadPorts,
} from './sql-answer.js'
import {stepsOf} from './steps.js'

/** One row of a panel. */
export interface PanelRow {
  /**
   * By column, with the columns that quotients are computed from: text, exact decimal text of numbers, ISO 8601 of
   * instants; null where SQL gave NULL, where there is nothing to divide, and at a point of a trend without rows.
   */
  readonly values: Readonly<Record<string, string | null>>
  /** What does not count in this row, by reason. */
  readonly excluded: Readonly<Record<string, number>>
}

export interface PanelAnswer {
  readonly rows: readonly PanelRow[]
  /** Over all rows. */
  readonly excluded: Readonly<Record<string, number>>
  /** Rows of a list before its limit, where the SQL says so. */
  readonly rowsTotal: number | null
}

/** Lists are looked at one by one; longer ones are asked for with `query`. */
const MOST_LISTED = 20
const ROWS_TOTAL = 'rows_total'

/** Runs a panel's SQL. Throws `QUERY_INVALID` for an answer without its columns. */
export async function readPanel(
  panel: PanelDefinition,
  period: Period,
  question: Question,
  ports: ReadPorts,
): Promise<PanelAnswer> {
  const who = {noun: 'panel', name: panel.name} as const
  const answer = await answerOf(question, ports)
  refuseIncomplete(panel, answer, who)
  const rows = answer.rows.map((row) => panelRow(panel, row, who))
  const total = exactText(who, ROWS_TOTAL, answer.rows[0]?.get(ROWS_TOTAL) ?? null)
  return {
    rows:
      panel.kind === 'trend'
        ? withGaps(panel, period, rows, who)
        : panel.kind === 'list'
          ? rows.slice(0, MOST_LISTED)
          : rows,
    excluded: rows.reduce((sum, {excluded}) => added(sum, excluded), nothingExcluded(answer.names)),
    rowsTotal: panel.kind === 'list' ? Number(total ?? rows.length) : null,
  }
}

/** Columns that tell the lines of a trend apart: its texts beside the step. */
export function lineColumns({columns}: Pick<PanelDefinition, 'columns'>): readonly PanelColumn[] {
  return columns.slice(1).filter(({unit}) => unit === 'text')
}

function refuseIncomplete({columns}: PanelDefinition, {names}: Answer, who: Answering): void {
  const wanted = columns.flatMap(({name, of}) => of ?? [name])
  const missing = wanted.filter((name) => !names.includes(name))
  if (missing.length > 0) throw invalidAnswer(who, `answers no ${[...new Set(missing)].join(' and no ')}`)
}

function panelRow({columns}: PanelDefinition, row: AnswerRow, who: Answering): PanelRow {
  const values: Record<string, string | null> = {}
  for (const column of columns) {
    const {name, unit, of} = column
    if (of === null) {
      values[name] = columnText(column, row.get(name) ?? null, who)
      continue
    }
    const [numerator, denominator] = of.map((part) => exactText(who, part, row.get(part) ?? null))
    const value = quotient(numerator ?? null, denominator ?? null)
    values[name] = value === null ? null : fixedText(value, decimalsOf(unit))
    of.forEach((part, index) => (values[part] ??= [numerator, denominator][index] ?? null))
  }
  return {values, excluded: excludedOf(who, row)}
}

function columnText({name, unit}: PanelColumn, value: QueryValue, who: Answering): string | null {
  if (value === null) return null
  if (unit !== 'text' && unit !== 'instant') return exactText(who, name, value)
  if (typeof value === 'string' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw invalidAnswer(who, `answers a ${name} that is no text`)
}

function decimalsOf(unit: PanelColumn['unit']): number {
  return unit === 'text' || unit === 'instant' || unit === 'count' ? 0 : DECIMALS[unit]
}

/** A row for every step and line, also where SQL has none: a gap is seen, and never 0. */
function withGaps(panel: PanelDefinition, period: Period, rows: readonly PanelRow[], who: Answering): PanelRow[] {
  const step = panel.columns[0]!.name
  const lines = new Map<string, Map<string, PanelRow>>()
  for (const row of rows) {
    const line = JSON.stringify(lineColumns(panel).map(({name}) => row.values[name]))
    const points = lines.get(line) ?? new Map<string, PanelRow>()
    const day = row.values[step] ?? ''
    if (points.has(day)) throw invalidAnswer(who, `answers ${JSON.stringify(day)} twice in one line`)
    lines.set(line, points.set(day, row))
  }
  const days = stepsOf(period, panel.step ?? 'day').map(({day}) => day)
  const strange = rows.find(({values}) => !days.includes(values[step] ?? ''))
  if (strange !== undefined) {
    throw invalidAnswer(who, `answers ${JSON.stringify(strange.values[step])}, which is no ${panel.step} of the period`)
  }
  return [...lines.values()].flatMap((points) => days.map((day) => points.get(day) ?? gap(panel, day, points)))
}

function gap(panel: PanelDefinition, day: string, points: ReadonlyMap<string, PanelRow>): PanelRow {
  const [sample] = points.values()
  const nothing = Object.fromEntries(Object.keys(sample?.values ?? {}).map((name) => [name, null]))
  const line = lineColumns(panel).map(({name}) => [name, sample?.values[name] ?? null])
  return {values: {...nothing, ...Object.fromEntries(line), [panel.columns[0]!.name]: day}, excluded: {}}
}

function added(sum: Record<string, number>, more: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.keys({...sum, ...more}).map((name) => [name, (sum[name] ?? 0) + (more[name] ?? 0)]))
}

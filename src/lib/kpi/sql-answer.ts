import {SluiceError} from '../errors.js'
import {sqlNames} from '../lake/index.js'
import type {QueryEngine, QueryValue, SharedRelation} from '../ports/query-engine.js'
import {Exact} from './exact.js'

export interface ReadPorts {
  readonly query: QueryEngine
  readonly signal: AbortSignal
  /** The statements of one answer see the same objects. */
  readonly snapshot?: string
}

/** One row by the names of its columns, in lower case. */
export type AnswerRow = ReadonlyMap<string, QueryValue>

export interface Answer {
  readonly names: readonly string[]
  readonly rows: readonly AnswerRow[]
}

export interface Question {
  readonly sql: string
  /** Every parameter that there is; the statement gets those that it names. */
  readonly parameters: Readonly<Record<string, QueryValue>>
  readonly shared: readonly SharedRelation[]
}

const EXCLUDED = 'excluded_'

/** Runs the SQL of a KPI or a panel and holds its rows: answers are small. */
export async function answerOf(
  {sql, parameters, shared}: Question,
  {query, signal, snapshot}: ReadPorts,
): Promise<Answer> {
  // Engines refuse a value that nothing asks for.
  const {parameters: wanted} = sqlNames(sql)
  const given = Object.fromEntries(Object.entries(parameters).filter(([name]) => wanted.has(name)))
  const result = await query.run({
    sql,
    parameters: given,
    shared,
    signal,
    ...(snapshot === undefined ? {} : {snapshot}),
  })
  // Athena gives every name in lower case.
  const names = result.columns.map(({name}) => name.toLowerCase())
  const rows: AnswerRow[] = []
  for await (const values of result.rows) {
    rows.push(new Map(names.map((name, index) => [name, values[index] ?? null])))
  }
  return {names, rows}
}

/** Who answered, for what is said of a wrong answer. */
export interface Answering {
  readonly noun: 'KPI' | 'panel'
  readonly name: string
}

/** Integers and decimals as they came; a double as the shortest text that names it. */
export function exactText(who: Answering, name: string, value: QueryValue): string | null {
  if (value === null) return null
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Number.isFinite(value)) return new Exact(value).toFixed()
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value
  throw invalidAnswer(who, `answers a ${name} that is no number`)
}

/** The counts of rows that do not count, by reason. */
export function excludedOf(who: Answering, row: AnswerRow): Record<string, number> {
  const names = excludedNames([...row.keys()])
  return Object.fromEntries(
    names.map((name) => [name.slice(EXCLUDED.length), Number(exactText(who, name, row.get(name) ?? null) ?? 0)]),
  )
}

/** As `excludedOf` where there is no row. */
export function nothingExcluded(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(excludedNames(names).map((name) => [name.slice(EXCLUDED.length), 0]))
}

export function invalidAnswer({noun, name}: Answering, what: string): SluiceError {
  return new SluiceError('QUERY_INVALID', `The ${noun} ${name} ${what}.`, {
    fix: `Correct the sql of ${name}: sluice lake show`,
    details: {[noun.toLowerCase()]: name},
  })
}

function excludedNames(names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith(EXCLUDED))
}

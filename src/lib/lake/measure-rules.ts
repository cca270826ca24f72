import {nearFix} from '../near-name.js'
import {typeOf} from './column-rules.js'
import type {DraftTable} from './drafts.js'
import type {Findings, Path} from './mistakes.js'

/** A KPI, a panel or a rollup after blueprint and file were merged. */
export interface DraftMeasure<Values> {
  readonly name: string
  readonly at: Path
  /** Keys that the file itself writes. */
  readonly written: ReadonlySet<string>
  readonly inBlueprint: boolean
  readonly values: Values
}

export type MeasureNoun = 'KPI' | 'panel' | 'rollup'

interface SourceValues {
  readonly table?: string | undefined
  readonly time?: string | undefined
}

export function checkMeasureName({name, at}: DraftMeasure<unknown>, noun: MeasureNoun, findings: Findings): void {
  if (/^[a-z][a-z0-9_]*$/.test(name)) return
  findings.add(at, `${JSON.stringify(name)} is no ${noun} name.`, 'Use a-z, 0-9 and _, beginning with a letter.')
}

/** One that is in no blueprint says everything itself. */
export function checkComplete<Values extends object>(
  measure: DraftMeasure<Values>,
  keys: readonly (keyof Values & string)[],
  all: readonly DraftMeasure<Values>[],
  noun: MeasureNoun,
  findings: Findings,
): void {
  const {name, at, values} = measure
  const missing = keys.filter((key) => values[key] === undefined && !findings.touches([...at, key]))
  if (missing.length === 0) return
  const names = all.filter((other) => other.inBlueprint).map((other) => other.name)
  const message = `The ${noun} ${name} is in no blueprint, and has no ${missing.join(', ')}.`
  findings.add(at, message, `${nearFix(name, names, `blueprint ${noun}`)} Or add ${missing.join(', ')}.`)
}

/** The table is there, and the time is a timestamp of it. */
export function checkSource(
  measure: DraftMeasure<SourceValues>,
  noun: MeasureNoun,
  tables: readonly DraftTable[],
  findings: Findings,
): void {
  const {table: tableName, time} = measure.values
  const table = tables.find((other) => other.name === tableName)
  if (tableName === undefined || findings.touches(['tables', tableName, 'kind'])) return
  if (table === undefined) {
    const names = tables.map((other) => other.name)
    findings.add(
      placeOfMeasure(measure, 'table'),
      `There is no table ${tableName} in this lake.`,
      nearFix(tableName, names, 'table'),
    )
    return
  }
  if (time !== undefined && table.namesKnown) checkTime(measure, time, noun, table, findings)
}

/** Where a mistake in one key is shown. */
export function placeOfMeasure({at, written}: DraftMeasure<unknown>, key: string): Path {
  return written.has(key) ? [...at, key] : at
}

function checkTime(
  measure: DraftMeasure<SourceValues>,
  time: string,
  noun: MeasureNoun,
  table: DraftTable,
  findings: Findings,
): void {
  const column = table.columns.find((other) => other.name === time)
  const removedAt = measure.written.has('time') ? undefined : table.removed.get(time)
  const type = column === undefined ? null : typeOf(column)
  const at = placeOfMeasure(measure, 'time')
  if (column === undefined) {
    const message = `The ${noun} ${measure.name} needs the column ${time} of ${table.name}, which is not there.`
    const names = table.columns.filter((other) => typeOf(other)?.kind === 'timestamp').map((other) => other.name)
    findings.add(removedAt ?? at, message, nearFix(time, names, 'timestamp column'))
  } else if (type !== null && type.kind !== 'timestamp') {
    findings.add(at, `The time of a ${noun} is a timestamp; ${time} is ${type.kind}.`, 'Name a timestamp column.')
  }
}

import {placeOf, type DraftColumn, type DraftTable} from './drafts.js'
import type {Findings} from './mistakes.js'

/** Finds columns that are computed from themselves. */
export function checkCircles(table: DraftTable, findings: Findings): void {
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const done = new Set<string>()
  for (const column of table.columns) {
    const circle = findCircle(column, byName, [], done)
    if (circle === null) continue
    const at = circle.map((name) => byName.get(name)).find((one) => one?.written.has('derive')) ?? column
    findings.add(placeOf(at, 'derive'), `Columns are computed in a circle: ${circle.join(' → ')}.`, 'Break the circle.')
  }
}

function findCircle(
  column: DraftColumn,
  byName: ReadonlyMap<string, DraftColumn>,
  trail: readonly string[],
  done: Set<string>,
): string[] | null {
  const start = trail.indexOf(column.name)
  if (start >= 0) return [...trail.slice(start), column.name]
  if (done.has(column.name)) return null
  for (const name of inputsOf(column)) {
    const next = byName.get(name)
    const circle = next === undefined ? null : findCircle(next, byName, [...trail, column.name], done)
    if (circle !== null) {
      for (const member of circle) done.add(member)
      return circle
    }
  }
  done.add(column.name)
  return null
}

function inputsOf(column: DraftColumn): string[] {
  return Object.entries(column.values.derive ?? {}).flatMap(([name, texts = []]) =>
    operandTexts(name, texts).filter((text): text is string => text !== undefined && !text.startsWith('$')),
  )
}

/** The part of an expression that names columns and attributes, not patterns, separators or constants. */
export function operandTexts(name: string, texts: readonly (string | undefined)[]): readonly (string | undefined)[] {
  if (name === 'format_date' || name === 'slice_after' || name === 'slice_before') return texts.slice(0, 1)
  return name === 'constant' || name === 'rest' ? [] : texts
}

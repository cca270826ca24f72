import type {QueryValue} from '../ports/query-engine.js'
import {attributePath} from './attributes.js'
import {sourceTag} from './column-type.js'
import {derivedStages} from './derivations.js'
import {findAttribute, isJsonObject, isNull, member, MISSING, WRONG_TYPE, type JsonObject} from './row-attribute.js'
import {compileCondition} from './row-condition.js'
import {compileDerivation, compileDerived, OVERFLOW, type Values} from './row-derive.js'
import {valueReader} from './row-value.js'
import {isDerived, type SourceColumn, type TableMapping} from './types.js'

/** One attribute value in DynamoDB's JSON: exactly one tag. */
export type AttributeValue = {readonly [tag: string]: unknown}
export type DynamoItem = {readonly [attribute: string]: AttributeValue}

export interface RowProblem {
  readonly policy: 'quarantine' | 'error'
  readonly reason: 'missing' | 'inexact' | 'wrong_type'
  readonly column: string
}

export type MappedRow =
  | {
      readonly state: 'row'
      readonly values: Readonly<Record<string, QueryValue>>
      readonly problem: RowProblem | null
      readonly partition: readonly (string | null)[]
      /** Where partitions are immutable: what tells its partition is not there, so that the key may have other rows. */
      readonly isHomeless: boolean
    }
  /** `no_key` also for what is no item at all. */
  | {readonly state: 'no_key' | 'skipped' | 'elsewhere'}

/** The UTC day of a version in microseconds: where a row without a time goes. */
export function dayOfVersion(version: bigint): string {
  return new Date(Number(version / 1000n)).toISOString().slice(0, 10)
}

/** Puts its columns' values into `values` and returns what is wrong with them. */
type Step = (item: JsonObject, values: Values) => RowProblem | null

/**
 * Compiles a mapping to a function of one item: the path of stream rows, and the independent witness of the SQL
 * compilers (they share the mapping and nothing else). `loadDay` is the UTC day for rows whose partition
 * source is missing. The function takes any JSON
 * and never throws.
 */
export function compileRowFunction(mapping: TableMapping, loadDay: string): (item: DynamoItem) => MappedRow {
  const when = mapping.when.map(compileCondition)
  const skip = mapping.skip.map(compileCondition)
  const sources = mapping.columns.flatMap((column) => (isDerived(column) ? [] : [compileSource(column)]))
  const derive = compileDerivedColumns(mapping)
  const partitionOf = compilePartition(mapping, loadDay)
  const isHomeless = compileHomeless(mapping)
  return (item) => {
    if (!isJsonObject(item)) return {state: 'no_key'}
    if (!when.every((holds) => holds(item))) return {state: 'elsewhere'}
    if (skip.some((holds) => holds(item))) return {state: 'skipped'}
    const values: Values = {}
    let problem: RowProblem | null = null
    for (const read of sources) problem = graver(problem, read(item, values))
    problem = graver(problem, derive(item, values))
    if (mapping.key.some((name) => values[name] === null)) return {state: 'no_key'}
    return {state: 'row', values, problem, partition: partitionOf(values), isHomeless: isHomeless(values)}
  }
}

/** The first problem names the reason, but one that stops a load comes before all others. */
function graver(first: RowProblem | null, next: RowProblem | null): RowProblem | null {
  if (first === null || next === null) return first ?? next
  return first.policy !== 'error' && next.policy === 'error' ? next : first
}

function compileSource(column: SourceColumn): Step {
  const {name, missing, inexact, wrong_type: wrongType} = column
  const path = attributePath(column)
  const tag = sourceTag(column)
  const read = valueReader(column)
  const found = (policy: RowProblem['policy'], reason: RowProblem['reason']): RowProblem => ({
    policy,
    reason,
    column: name,
  })
  const problems = {
    missing: missing === 'null' ? null : found(missing, 'missing'),
    wrongType: wrongType === 'null' ? null : found(wrongType, 'wrong_type'),
    // A value past the column's range cannot be rounded into it, so `round` quarantines it.
    inexact: found(inexact === 'error' ? 'error' : 'quarantine', 'inexact'),
  }
  return (item, values) => {
    values[name] = null
    const attribute = findAttribute(item, path)
    if (attribute === MISSING) return problems.missing
    if (attribute === WRONG_TYPE) return problems.wrongType
    const value = read(member(attribute, tag))
    if (typeof value !== 'symbol') {
      values[name] = value
      return null
    }
    if (isNull(attribute)) return problems.missing
    return value === WRONG_TYPE ? problems.wrongType : problems.inexact
  }
}

/** All derived columns: computed in the order of their inputs, judged in the order of the definition. */
function compileDerivedColumns(mapping: TableMapping): Step {
  const names = mapping.columns.filter(isDerived).map(({name}) => name)
  const steps = derivedStages(mapping)
    .flat()
    .map((column) => ({
      name: column.name,
      place: names.indexOf(column.name),
      compute: compileDerived(column, mapping),
    }))
  return (item, values) => {
    let first = names.length
    for (const {name, place, compute} of steps) {
      const value = compute(values, item)
      values[name] = value === OVERFLOW ? null : value
      if (value === OVERFLOW) first = Math.min(first, place)
    }
    return first === names.length ? null : {policy: 'quarantine', reason: 'inexact', column: names[first]!}
  }
}

function compilePartition({partition}: TableMapping, loadDay: string): (values: Values) => (string | null)[] {
  if (partition === null) return () => []
  const parts = partition.by.map(({derive}) => ({
    compute: compileDerivation(derive),
    // The day of the load stands in for a time; a missing text has no such substitute.
    dated: partition.fallback === 'load_day' && 'format_date' in derive ? derive.format_date[0] : null,
  }))
  const instant = `${loadDay}T00:00:00.000Z`
  return (values) =>
    parts.map(({compute, dated}) => {
      const inputs = dated !== null && values[dated] === null ? {[dated]: instant} : values
      const value = compute(inputs, {})
      return value === null ? null : String(value)
    })
}

function compileHomeless({partition}: TableMapping): (values: Values) => boolean {
  if (partition?.immutable !== true) return () => false
  const parts = partition.by.map(({derive}) => compileDerivation(derive))
  return (values) => parts.some((compute) => compute(values, {}) === null)
}

import type {CatalogPartition, CatalogTable} from '../../ports/catalog.js'
import {HIVE_NULL_PARTITION} from '../../ports/catalog.js'

export const EXPLAIN_IO = 'EXPLAIN (TYPE IO, FORMAT JSON)\n'

/** Athena's plan of what a statement reads. Views are followed to their tables. */
export interface IoPlan {
  readonly inputTableColumnInfos?: readonly TableInput[]
}

export interface TableInput {
  readonly table?: {readonly schemaTable?: {readonly schema?: string; readonly table?: string}}
  readonly constraint?: {readonly none?: boolean; readonly columnConstraints?: readonly ColumnConstraint[]}
}

interface ColumnConstraint {
  readonly columnName?: string
  readonly type?: string
  readonly domain?: {readonly nullsAllowed?: boolean; readonly ranges?: readonly Range[]}
}

interface Range {
  readonly low?: Marker
  readonly high?: Marker
}

interface Marker {
  readonly value?: string
  readonly bound?: 'BELOW' | 'EXACTLY' | 'ABOVE'
}

/** Inputs of the plan that read a table; null for a plan in another form. */
export function inputsOf(plan: unknown, table: string): readonly TableInput[] | null {
  const inputs = (plan as IoPlan | null)?.inputTableColumnInfos
  return inputs?.filter((input) => input.table?.schemaTable?.table === table) ?? null
}

/** Names of the tables of a database that a plan reads, each once. */
export function tablesOf(plan: unknown, database: string): string[] {
  const tables = ((plan as IoPlan | null)?.inputTableColumnInfos ?? []).map(({table}) => table?.schemaTable)
  const names = tables.filter((table) => table?.schema === database).map((table) => table?.table ?? '')
  return [...new Set(names)].filter((name) => name !== '')
}

/** Whether a condition of the statement says which partitions an input reads. */
export function isConstrained(
  {constraint}: TableInput,
  {partitionColumns}: Pick<CatalogTable, 'partitionColumns'>,
): boolean {
  const names = new Set(partitionColumns.map(({name}) => name))
  return constraint?.columnConstraints?.some(({columnName}) => names.has(columnName ?? '')) ?? false
}

/** Whether a plan's input may read a partition: true where its values are not known to lie outside. */
export function mayRead(
  {constraint}: TableInput,
  {partitionColumns}: Pick<CatalogTable, 'partitionColumns'>,
  {values}: Pick<CatalogPartition, 'values'>,
): boolean {
  if (constraint?.none === true) return false
  return partitionColumns.every(({name}, index) => {
    const domain = constraint?.columnConstraints?.find(({columnName}) => columnName === name)
    return domain === undefined || isInside(values[index] ?? '', domain)
  })
}

function isInside(value: string, {type = '', domain}: ColumnConstraint): boolean {
  if (domain === undefined) return true
  if (value === HIVE_NULL_PARTITION) return domain.nullsAllowed !== false
  const compare = comparison(type)
  if (compare === null || domain.ranges === undefined) return true
  return domain.ranges.some(({low, high}) => isAbove(value, low, compare) && isBelow(value, high, compare))
}

type Compare = (left: string, right: string) => number

/** Null for types whose texts cannot be compared here. */
function comparison(type: string): Compare | null {
  if (/^(varchar|char|date)/i.test(type)) return (left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))
  if (/^(tinyint|smallint|integer|bigint)/i.test(type)) return (left, right) => Number(left) - Number(right)
  return null
}

function isAbove(value: string, marker: Marker | undefined, compare: Compare): boolean {
  if (marker?.value === undefined) return true
  const order = compare(value, marker.value)
  return marker.bound === 'ABOVE' ? order > 0 : order >= 0
}

function isBelow(value: string, marker: Marker | undefined, compare: Compare): boolean {
  if (marker?.value === undefined) return true
  const order = compare(value, marker.value)
  return marker.bound === 'BELOW' ? order < 0 : order <= 0
}

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

/** A table that a plan reads, of any database. */
export interface PlannedTable {
  readonly database: string
  readonly name: string
}

/** Inputs of the plan that read a table; null for a plan in another form. */
export function inputsOf(plan: unknown, {database, name}: PlannedTable): readonly TableInput[] | null {
  const inputs = (plan as IoPlan | null)?.inputTableColumnInfos
  return inputs?.filter((input) => isOf(input, database, name)) ?? null
}

/** The tables that a plan reads, each once. */
export function tablesOf(plan: unknown): PlannedTable[] {
  const tables = new Map<string, PlannedTable>()
  for (const {table} of (plan as IoPlan | null)?.inputTableColumnInfos ?? []) {
    const {schema: database = '', table: name = ''} = table?.schemaTable ?? {}
    if (name !== '') tables.set(JSON.stringify([database, name]), {database, name})
  }
  return [...tables.values()]
}

function isOf({table}: TableInput, database: string, name: string): boolean {
  return table?.schemaTable?.table === name && table.schemaTable.schema === database
}

/**
 * Whether an input leaves some of the partitions out. That its constraint names them says nothing: of a table without
 * a condition it names all that there are.
 */
export function leavesSome(
  input: TableInput,
  table: Pick<CatalogTable, 'partitionColumns'>,
  partitions: readonly Pick<CatalogPartition, 'values'>[],
): boolean {
  return readsNothing(input) || partitions.some((one) => !mayRead(input, table, one))
}

/** Whether no row can come of an input. */
export function readsNothing({constraint}: TableInput): boolean {
  return constraint?.none === true
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

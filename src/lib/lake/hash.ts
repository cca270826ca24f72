import {createHash} from 'node:crypto'
import type {Column, Partitioning, TableMapping} from '../mapping/types.js'
import {findTable} from './find.js'
import type {LakeDefinition, TableDefinition} from './types.js'

type MappedTable = Pick<TableDefinition, 'name' | 'key' | 'columns' | 'partition' | 'when' | 'skip'>

/**
 * SHA-256 (hex) of the touched tables as they are resolved, mapping included; the order of names and keys does not
 * matter. Throws `TABLE_UNKNOWN`.
 */
export function definitionHash(definition: LakeDefinition, tableNames: readonly string[]): string {
  const names = [...new Set(tableNames)].sort()
  return sha256(canonicalJson(names.map((name) => findTable(definition, name))))
}

/** SHA-256 (hex) of what decides how an item becomes a row: name, key, columns, partition and conditions. */
export function mappingHash({name, key, columns, partition, when, skip}: MappedTable): string {
  return sha256(canonicalJson({name, key, columns, partition, when, skip}))
}

/** The part of a table that the mapping's compilers need. Only of a table that sluice loads: every column has an origin. */
export function mappingOf({name, key, columns, partition, when, skip}: MappedTable): TableMapping {
  if (!areMapped(columns) || !isPlaced(partition)) throw new Error(`${name} is written by others: it has no mapping`)
  return {table: name, key, columns, partition, when, skip}
}

function areMapped(columns: MappedTable['columns']): columns is readonly Column[] {
  return columns.every((column) => 'from' in column || 'derive' in column)
}

function isPlaced(partition: MappedTable['partition']): partition is Partitioning | null {
  return partition === null || partition.by.every(({derive}) => derive !== undefined)
}

/** JSON with sorted keys and no space: equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value as Record<string, unknown>).filter(([, entry]) => entry !== undefined)
  entries.sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

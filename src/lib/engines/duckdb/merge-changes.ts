import type {StorageChange} from '../../ports/merge-engine.js'
import type {SchemaElement} from '../../parquet/footer.js'
import type {SchemaGroup} from '../../parquet/source-groups.js'
import {rootElements, sizeOf} from '../../parquet/schema-elements.js'

/** Columns that outputs store in another way, with the same values. */
export function storageChanges(groups: readonly SchemaGroup[], names: readonly string[]): StorageChange[] {
  const found = new Map<string, StorageChange>()
  for (const {elements} of groups) {
    for (const {element, index} of rootElements(elements)) {
      for (const leaf of elements.slice(index, index + sizeOf(elements, index))) {
        const change = changeOf(leaf)
        if (change === null) continue
        const column = names.find((name) => name === element.name) ?? element.name
        found.set(JSON.stringify([column, change]), {column, ...change})
      }
    }
  }
  return [...found.values()]
}

function changeOf({type, converted, logical, repetition}: SchemaElement): Omit<StorageChange, 'column'> | null {
  const instant = 'TIMESTAMP_MICROS, adjusted to UTC'
  if (type === undefined) return null
  if (type === 'INT96') return {from: 'INT96', to: instant}
  if (logical?.name === 'timestamp' && logical.unit === 'ns') return {from: 'nanoseconds', to: 'TIMESTAMP_MICROS'}
  const isMillis = logical?.unit === 'ms' || (logical === undefined && converted === 'TIMESTAMP_MILLIS')
  const isLocal = logical?.isAdjustedToUtc === false
  if (isMillis && logical?.name !== 'time' && !isLocal) return {from: 'TIMESTAMP_MILLIS', to: instant}
  if (converted === 'TIME_MILLIS') return {from: 'TIME_MILLIS', to: 'TIME_MICROS'}
  if (converted === 'ENUM' || logical?.name === 'enum') return {from: 'ENUM', to: 'UTF8'}
  if (converted === 'JSON') return {from: 'JSON', to: 'UTF8'}
  const isFixed = type === 'FIXED_LEN_BYTE_ARRAY' && converted === undefined && logical === undefined
  if (isFixed) return {from: 'FIXED_LEN_BYTE_ARRAY', to: 'BYTE_ARRAY'}
  return repetition === 'REPEATED' ? {from: 'a repeated field', to: 'LIST'} : null
}

import {SluiceError} from '../errors.js'
import type {CatalogTable} from '../ports/catalog.js'

/** Throws `KEY_INVALID` for a name that no table or partition column of a lake can have. */
export function assertName(name: string, what: string): void {
  if (/^[a-z0-9_]+$/.test(name)) return
  throw new SluiceError('KEY_INVALID', `${shown(name)} cannot be the name of a ${what}.`, {
    fix: 'Use lower case letters, digits and underscores.',
  })
}

/** Why these values name no partition of the table, as the end of a sentence; null where they can. */
export function faultOfValues(table: CatalogTable, values: readonly string[]): string | null {
  const expected = table.partitionColumns.length
  if (expected === 0) return `the table ${shown(table.name)} has no partitions`
  return values.length === expected ? null : `${expected} partition values are needed, ${values.length} were given`
}

/** Throws `KEY_INVALID` for values that name no partition of the table. */
export function assertValues(table: CatalogTable, values: readonly string[]): void {
  const fault = faultOfValues(table, values)
  if (fault === null) return
  throw new SluiceError('KEY_INVALID', `A partition of ${shown(table.name)} cannot be found: ${fault}.`, {
    fix: 'Give one value for each partition column of the table.',
  })
}

/** Untrusted text for a message. */
export function shown(text: string): string {
  return `"${text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '?').slice(0, 300)}"`
}

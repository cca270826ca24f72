import {findTable} from './find.js'
import {definitionHash, mappingHash} from './hash.js'
import type {LakeDefinition, TableDefinition} from './types.js'

export type ShowResult =
  | {
      readonly kind: 'lake'
      readonly definition: LakeDefinition
      /** SHA-256 of all tables. */
      readonly definitionHash: string
    }
  | {
      readonly kind: 'table'
      readonly lake: string
      readonly environment: string
      readonly table: TableDefinition
      /** SHA-256 of name, key, columns, partition and conditions. */
      readonly mappingHash: string
    }

/** The resolved definition, or one of its tables. Throws `TABLE_UNKNOWN`. */
export function showLake(definition: LakeDefinition, tableName?: string): ShowResult {
  if (tableName === undefined) {
    const names = definition.tables.map((table) => table.name)
    return {kind: 'lake', definition, definitionHash: definitionHash(definition, names)}
  }
  const table = findTable(definition, tableName)
  const {lake, environment} = definition
  return {kind: 'table', lake, environment: environment.name, table, mappingHash: mappingHash(table)}
}

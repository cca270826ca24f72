import {SluiceError} from '../../errors.js'
import type {CatalogTable} from '../../ports/catalog.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {listOf, partitionedRows, sqlType, type LocatedFile} from './parquet-source.js'

/** Keys of the documents in a list of files, each spelling once. */
export type KeysOf = (files: string) => Promise<readonly string[]>

/**
 * A SELECT of the table's columns from its files of JSON lines. Keys are matched without regard to case, as Athena's
 * SerDe does it; a document without a key gives NULL. Throws `TABLE_UNSUPPORTED` where one column has two spellings.
 */
export async function jsonSql(table: CatalogTable, files: readonly LocatedFile[], keysOf: KeysOf): Promise<string> {
  const spellings = spelled(await keysOf(listOf(files)))
  const keys = table.columns.map(({name}) => keyOf(table, name, spellings.get(name.toLowerCase()) ?? [name]))
  const columns = table.columns.map(({name}, index) => `${quoteIdentifier(keys[index]!)} AS ${quoteIdentifier(name)}`)
  const types = table.columns.map(({type}, index) => `${quoteIdentifier(keys[index]!)}: ${quoteText(sqlType(type))}`)
  const options = `format = 'newline_delimited', columns = {${types.join(', ')}}`
  return partitionedRows(table, columns, files, (list, more) => `read_json(${list}, ${options}, ${more})`)
}

function spelled(keys: readonly string[]): Map<string, string[]> {
  const spellings = new Map<string, string[]>()
  for (const key of keys) spellings.set(key.toLowerCase(), [...(spellings.get(key.toLowerCase()) ?? []), key])
  return spellings
}

function keyOf({name: table}: CatalogTable, column: string, found: readonly string[]): string {
  if (found.length === 1) return found[0]!
  const list = [...found].sort().join(', ')
  throw new SluiceError(
    'TABLE_UNSUPPORTED',
    `Documents of ${table} spell the key of ${column} in several ways: ${list}.`,
    {
      fix: 'Let its writers agree on one spelling; Athena would take whichever comes last.',
      details: {table, column, spellings: found},
    },
  )
}

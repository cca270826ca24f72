import {SluiceError} from '../../errors.js'
import type {MergedColumns} from './merge-columns.js'
import type {ReadSources} from '../../parquet/source-groups.js'

/** Marks what this engine merged, with the columns and types by name. */
export const STAMP = 'sluice.compacted'

/** Entries that describe the columns once more: true of outputs only as long as no column was changed. */
const OF_THE_COLUMNS = new Set([
  'ARROW:schema',
  'pandas',
  'org.apache.spark.sql.parquet.row.metadata',
  'parquet.avro.schema',
  'avro.schema',
  'iceberg.schema',
  'geo',
])
/** Under these a reader of Spark shifts old dates; without them it would not. */
const OF_THE_VALUES = /^org\.apache\.spark\.legacy/

/** The footers' key-values that outputs carry on. Throws `MERGE_LOSSY` where dropping one would change values. */
export function carriedEntries({entries, files}: ReadSources, columns: MergedColumns): ReadonlyMap<string, string> {
  for (const [name, key] of entries.differing) {
    if (OF_THE_VALUES.test(name)) throw mixedEntry(name, key, files[0]!.source.key)
  }
  const carried = [...entries.shared].filter(
    ([name]) => name !== STAMP && (columns.areAsStored || !OF_THE_COLUMNS.has(name)),
  )
  return new Map([...oneByName(carried), [STAMP, columns.schema]])
}

/** DuckDB takes names that differ only in case for one. */
function oneByName(entries: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const seen = new Set<string>()
  return entries.filter(([name]) => name !== '' && !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase()))
}

function mixedEntry(name: string, key: string, other: string): SluiceError {
  return new SluiceError(
    'MERGE_LOSSY',
    `${key} says ${name} in its footer, and not all of the files do: ${other} and others.`,
    {
      fix: 'Spark reads old dates of such files in another calendar. Rewrite the files with one setting, or leave the partition out.',
      details: {key, entry: name},
    },
  )
}

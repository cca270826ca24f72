import type {CatalogColumn} from '../ports/catalog.js'
import type {TableMapping} from './types.js'

/** Columns that sluice adds to every row of a change log, in order; see docs/change-log.md. */
export const METADATA_COLUMNS: readonly CatalogColumn[] = [
  {name: '_op', type: 'string'},
  {name: '_version', type: 'bigint'},
  {name: '_source_rank', type: 'integer'},
  {name: '_sequence', type: 'string'},
  {name: '_source', type: 'string'},
]

/** Rank of a row's origin among rows of the same version. */
export const SOURCE_RANK = {fullExport: 0, incrementalExport: 1, stream: 2} as const

/** Every column of a change log's objects, mapped ones first; partition columns stand in the path. */
export function storedColumns(mapping: TableMapping): readonly CatalogColumn[] {
  return [...mapping.columns.map(({name, type}) => ({name, type})), ...METADATA_COLUMNS]
}

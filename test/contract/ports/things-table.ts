import type {NewCatalogTable} from '../../../src/lib/ports/catalog.js'

/** A table of Parquet objects, in one piece. */
export const THINGS: NewCatalogTable = {
  name: 'things',
  kind: 'table',
  columns: [
    {name: 'id', type: 'string'},
    {name: 'n', type: 'bigint'},
  ],
  partitionColumns: [],
  location: 'things/',
  format: 'parquet',
  pathTemplate: null,
  viewSql: null,
  parameters: {},
}

import type {TableDefinition} from '../lake/index.js'
import {isProjected, type CatalogTable} from '../ports/catalog.js'
import {isOutsideLake} from '../ports/table-objects.js'
import type {CompactPolicy} from './policy.js'
import type {Method} from './work.js'

/** Why a table is not compacted at all, with what to do about it. */
export interface TableObstacle {
  readonly reason:
    | 'not_loaded'
    | 'view'
    | 'open_table_format'
    | 'unsupported'
    | 'projection'
    | 'load_unfinished'
    | 'outside'
    | 'engine'
  readonly text: string
}

export type MethodChoice = {readonly method: Method} | {readonly obstacle: TableObstacle}

/**
 * The way for a table, by what it is. A change log needs no swap: outputs go beside their sources, which fits
 * computed partitions, readers that list folders, and writers that go on.
 */
export function chooseMethod(
  {name, kind}: Pick<TableDefinition, 'name' | 'kind'>,
  entry: CatalogTable | null,
  {isInPlace}: CompactPolicy,
  hasUpkeep: boolean,
): MethodChoice {
  // A change log is read by its files: one that keeps its own list of them is not sluice's.
  if (entry !== null && isIceberg(entry) && hasUpkeep && kind !== 'changelog') return {method: 'iceberg'}
  const obstacle = entry === null ? notLoaded(name) : obstacleOf(entry)
  if (obstacle !== null) return {obstacle}
  if (kind === 'changelog') return {method: 'beside'}
  if (isInPlace) return {method: 'in-place'}
  if (!isProjected(entry!)) return {method: 'swap'}
  const text = `partitions of ${name} are computed (projection.enabled): a swap would split its readers`
  return {obstacle: {reason: 'projection', text}}
}

function notLoaded(name: string): TableObstacle {
  return {reason: 'not_loaded', text: `the catalog has no table ${name} yet`}
}

function obstacleOf({
  name,
  kind,
  format,
  filesFault,
  parameters,
  location,
  partitionColumns,
}: CatalogTable): TableObstacle | null {
  if (kind === 'view') return {reason: 'view', text: `${name} is a view`}
  if (isIceberg({parameters}))
    return {reason: 'open_table_format', text: `${name} is an Iceberg table, which keeps its own list of files`}
  if (format === null) return {reason: 'unsupported', text: `${name} has no format that sluice writes`}
  if (filesFault !== undefined) return {reason: 'unsupported', text: `${name} ${filesFault}`}
  if (location === null || partitionColumns.length > 0 || !isOutsideLake(location)) return null
  return {reason: 'outside', text: `${name} lies outside of the lake, at ${location}`}
}

function isIceberg({parameters}: Pick<CatalogTable, 'parameters'>): boolean {
  return /^iceberg$/i.test(parameters['table_type'] ?? '')
}

import {prepareChangelogTables, tableLocation} from './tables.js'
import {SluiceError} from '../errors.js'
import {partitionPath, pathTemplate, type TableMapping} from '../mapping/index.js'
import {HIVE_NULL_PARTITION, type Catalog} from '../ports/catalog.js'
import type {StagedObject} from '../ports/parquet-engine.js'

/** The key prefix of a partition's objects. */
export type Locate = (partition: readonly string[]) => string

/**
 * Standing partitions are written where the catalog says, new ones where the path template says. With `only` the
 * catalog is asked for these partitions, not for all of them.
 */
export async function partitionLocator(
  mapping: TableMapping,
  catalog: Catalog,
  only?: readonly (readonly string[])[],
): Promise<Locate> {
  const table = await catalog.getTable(mapping.table)
  const location = table?.location ?? tableLocation(mapping.table)
  const {partition} = mapping
  if (partition === null) return () => location
  const standing = new Map<string, string>()
  if (table !== null) {
    const found =
      only === undefined ? catalog.listPartitions(mapping.table) : await catalog.getPartitions(mapping.table, only)
    for await (const one of found) if (one !== null) standing.set(JSON.stringify(one.values), one.location)
  }
  return (values) => {
    const named = values.map((value) => (value === HIVE_NULL_PARTITION ? null : value))
    return standing.get(JSON.stringify(values)) ?? `${location}${partitionPath(partition, named)}`
  }
}

/** Tables and partitions enter the catalog before the run is admitted: an empty partition harms no reader. */
export async function registerTable(
  mapping: TableMapping,
  objects: readonly Pick<StagedObject, 'partition'>[],
  locate: Locate,
  catalog: Catalog,
): Promise<void> {
  await prepareChangelogTables(mapping, catalog)
  await registerPartitions(mapping, objects, locate, catalog)
}

/** As `registerTable`, for a table that stands. */
export async function registerPartitions(
  mapping: TableMapping,
  objects: readonly Pick<StagedObject, 'partition'>[],
  locate: Locate,
  catalog: Catalog,
): Promise<void> {
  if (mapping.partition === null) return
  const partitions = new Map(objects.map(({partition}) => [JSON.stringify(partition), partition]))
  const outcomes = await catalog.createPartitions(
    mapping.table,
    [...partitions.values()].map((values) => ({values, location: locate(values), parameters: {}})),
  )
  const failed = outcomes.find((outcome) => outcome.state === 'failed')
  if (failed === undefined) return
  throw new SluiceError(
    'STORE_UNAVAILABLE',
    `Partition ${failed.values.join('/')} of ${mapping.table} could not be registered: ${failed.reason}.`,
    {
      fix: 'Run the same command again.',
      details: {template: mapping.partition && pathTemplate(mapping.partition)},
    },
  )
}

import {hasCode, SluiceError} from '../errors.js'
import {withoutFileStatistics, type Catalog} from '../ports/catalog.js'
import type {ObjectKey} from '../ports/object-store.js'
import type {CompactWork} from './work.js'

type Place = Pick<CompactWork, 'table' | 'partition'>

/** Where the catalog says that a partition, or a table in one piece, lies; null when it is not there. */
export async function locationOf({table, partition}: Place, catalog: Catalog): Promise<ObjectKey | null> {
  if (partition.length === 0) return (await catalog.getTable(table))?.location ?? null
  return (await catalog.getPartitions(table, [partition]))[0]?.location ?? null
}

/**
 * Points the catalog from one location to another, all else of the entry kept but statistics. Looks before and after,
 * since Glue has no compare-and-set for partitions. Throws `PARTITION_MOVED`.
 */
export async function pointTo(
  place: Place,
  {from, to}: {from: ObjectKey; to: ObjectKey},
  catalog: Catalog,
): Promise<void> {
  await (place.partition.length === 0 ? pointTable(place, from, to, catalog) : pointPartition(place, from, to, catalog))
  const found = await locationOf(place, catalog)
  if (found === to) return
  throw new SluiceError('PARTITION_MOVED', `The location ${from} was changed by somebody else at the same time.`, {
    fix: 'See what stands there: sluice partitions diff',
    details: {partition: place.partition, from, to, found},
  })
}

async function pointPartition(
  {table, partition}: Place,
  from: ObjectKey,
  to: ObjectKey,
  catalog: Catalog,
): Promise<void> {
  const [standing] = await catalog.getPartitions(table, [partition])
  if (standing?.location !== from) return
  const {version, ...entry} = standing
  const parameters = withoutFileStatistics(entry.parameters)
  await catalog.updatePartition(table, {...entry, location: to, parameters}, version)
}

async function pointTable({table}: Place, from: ObjectKey, to: ObjectKey, catalog: Catalog): Promise<void> {
  const standing = await catalog.getTable(table)
  if (standing?.location !== from) return
  const {version, ...entry} = standing
  const parameters = withoutFileStatistics(entry.parameters)
  await catalog.putTable({...entry, location: to, parameters}, version).catch((error: unknown) => {
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
  })
}

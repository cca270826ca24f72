import {createHash, randomBytes} from 'node:crypto'
import type {Partition, PartitionInput, Table} from '@aws-sdk/client-glue'
import {withoutFileStatistics, type CatalogPartition, type NewCatalogPartition} from '../ports/catalog.js'
import {shownLocation, storedLocation, type GlueLocations} from './glue-locations.js'
import {mergedParameters, shownParameters} from './glue-parameters.js'

/** How often sluice wrote a partition, and which write was the last: `<count>.<mark>`. */
const VERSION = 'sluice.version'
/** Where it was before sluice moved it, letter for letter: so it is written when it is moved back. */
const LOCATION_BEFORE = 'sluice.location-before'

/** A text that no other write has. */
export function newMark(): string {
  return randomBytes(8).toString('hex')
}

/** A partition of Glue as the port shows it. */
export function readPartition(partition: Partition, locations: GlueLocations): CatalogPartition {
  return {
    values: partition.Values ?? [],
    location: shownLocation(partition.StorageDescriptor?.Location ?? '', locations),
    parameters: shownParameters(partition.Parameters),
    version: versionOf(partition),
  }
}

/** Whether this partition is as the write with this mark left it. */
export function isWrittenBy(mark: string, partition: Partition | undefined): boolean {
  return partition?.Parameters?.[VERSION]?.split('.')[1] === mark
}

/** What Glue is to hold for a new partition: stored as its table is. */
export function newPartitionInput(
  {values, location, parameters}: NewCatalogPartition,
  table: Table,
  mark: string,
  locations: GlueLocations,
): PartitionInput {
  return {
    Values: [...values],
    StorageDescriptor: {...table.StorageDescriptor, Location: storedLocation(location, undefined, locations)},
    Parameters: mergedParameters(undefined, parameters, {[VERSION]: `1.${mark}`}),
  }
}

/** What Glue is to hold for a standing partition: everything of it that the port does not know is kept. */
export function changedPartitionInput(
  {location, parameters}: NewCatalogPartition,
  standing: Partition,
  mark: string,
  locations: GlueLocations,
): PartitionInput {
  const {Values, StorageDescriptor, LastAccessTime, LastAnalyzedTime, Parameters = {}} = standing
  const {Location: from} = StorageDescriptor ?? {}
  const before = Parameters[LOCATION_BEFORE]
  const isBack = before !== undefined && shownLocation(before, locations) === location
  const to = isBack ? before : storedLocation(location, from, locations)
  const isMoved = to !== from
  const left = isBack ? undefined : isMoved ? from : before
  const count = Number(standing.Parameters?.[VERSION]?.split('.')[0] ?? '0') + 1
  return {
    Values,
    LastAccessTime,
    LastAnalyzedTime,
    StorageDescriptor: {...StorageDescriptor, Location: to},
    Parameters: mergedParameters(isMoved ? withoutFileStatistics(Parameters) : Parameters, parameters, {
      [VERSION]: `${Number.isSafeInteger(count) ? count : 1}.${mark}`,
      ...(left === undefined ? {} : {[LOCATION_BEFORE]: left}),
    }),
  }
}

/** Of what every call that reads a partition gives: a listing leaves out its columns. */
function versionOf({Values, StorageDescriptor, Parameters = {}, CreationTime, LastAnalyzedTime}: Partition): string {
  const parameters = Object.entries(Parameters).sort(([left], [right]) => (left < right ? -1 : 1))
  const state = [
    Values,
    StorageDescriptor?.Location,
    parameters,
    CreationTime?.getTime() ?? null,
    LastAnalyzedTime?.getTime() ?? null,
  ]
  return createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 16)
}

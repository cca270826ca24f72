import {tableLocation} from '../changelog/index.js'
import type {AwsEnvironment} from '../lake/index.js'
import type {Catalog, CatalogColumn, CatalogTable} from '../ports/catalog.js'
import type {AwsFacts} from '../ports/environment-facts.js'
import type {ObjectStore} from '../ports/object-store.js'

/** A table as it stands, wherever its catalog is. */
export interface StandingTable {
  readonly kind: 'table' | 'view'
  readonly fault: string | null
  readonly isProjected: boolean
  readonly columns: readonly CatalogColumn[]
  readonly partitionColumns: readonly CatalogColumn[]
  readonly location: string | null
  readonly isGoverned: boolean
}

/** The catalog of a lake and the objects that it speaks of, to be looked at only. */
export interface CatalogLook {
  /** In sentences, e.g. `Glue`. */
  readonly title: string
  find(table: string): Promise<StandingTable | null>
  /** Where the definition has a table. */
  placeOf(table: string): string
  hasObjects(place: string): Promise<boolean>
  /** Places of the first few partitions. */
  partitionPlaces(table: string, limit: number): Promise<readonly string[]>
}

export function localCatalog(ports: {readonly store: ObjectStore; readonly catalog: Catalog}): CatalogLook {
  return {
    title: 'the catalog',
    placeOf: tableLocation,
    find: async (table) => standingOf(await ports.catalog.getTable(table)),
    hasObjects: async (place) => {
      for await (const _object of ports.store.list(place)) return true
      return false
    },
    partitionPlaces: async (table, limit) => {
      const places: string[] = []
      for await (const {location} of ports.catalog.listPartitions(table)) {
        places.push(location)
        if (places.length === limit) break
      }
      return places
    },
  }
}

function standingOf(table: CatalogTable | null): StandingTable | null {
  if (table === null) return null
  const {kind, columns, partitionColumns, location} = table
  return {kind, columns, partitionColumns, location, fault: null, isProjected: false, isGoverned: false}
}

/** Glue beside S3; `database` and `state` are what the context has made sure of. */
export function glueCatalog(facts: AwsFacts, environment: AwsEnvironment): CatalogLook {
  const database = environment.database ?? ''
  return {
    title: 'Glue',
    placeOf: (table) => placeOfTable(environment, table),
    find: (table) => facts.table(database, table),
    hasObjects: (place) => facts.hasObjects(place),
    partitionPlaces: (table, limit) => facts.partitionSample(database, table, limit),
  }
}

/** `s3://…/` of a table: its own place, or the one below `state`. */
export function placeOfTable({locations, state}: AwsEnvironment, table: string): string {
  return folderUri(locations[table] ?? `${folderUri(state ?? '')}${tableLocation(table)}`)
}

export function folderUri(uri: string): string {
  return uri.endsWith('/') ? uri : `${uri}/`
}

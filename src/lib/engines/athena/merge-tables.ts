import type {CatalogColumn} from '../../ports/catalog.js'
import type {MergePlace} from '../../ports/merge-engine.js'
import type {ObjectKey, ObjectStore} from '../../ports/object-store.js'
import type {Addresses, ParquetTables} from './ports.js'

export interface MergeTableParts {
  readonly parquetTables: ParquetTables
  readonly addresses: Addresses
}

/**
 * Tables of one merge, for as long as it lasts: over lists of exactly its objects (Hive's symlinks), whatever else lies
 * beside these, and one that takes what is written.
 */
export class MergeTables {
  readonly #lists: ObjectKey[] = []

  constructor(
    private readonly place: MergePlace,
    private readonly store: ObjectStore,
    private readonly parts: MergeTableParts,
  ) {}

  /** Takes away what merges of the table left that were killed: the caller holds its lock, so that none of them runs. */
  async dropLeft(): Promise<void> {
    const {parquetTables} = this.parts
    const {table, operation} = this.place
    const prefix = `${table}__merge_`
    const own = `${prefix}${operation.toLowerCase()}_`
    for (const name of await parquetTables.names(prefix)) if (!name.startsWith(own)) await parquetTables.drop(name)
  }

  /** A table over exactly these objects; its name. */
  async over(part: string, keys: readonly ObjectKey[], columns: readonly CatalogColumn[]): Promise<string> {
    const {parquetTables, addresses} = this.parts
    const folder = `${this.place.prefix}${part}/`
    const list = `${folder}files.txt`
    await this.store.write(list, Buffer.from(keys.map((key) => `${addresses.uriOf(key)}\n`).join('')))
    this.#lists.push(list)
    const name = this.nameOf(part)
    await parquetTables.createParquet(name, {columns, uri: addresses.uriOf(folder), isList: true})
    return name
  }

  /** A table that rows are written into; its objects lie in `folder`. */
  async into(columns: readonly CatalogColumn[], codec: string): Promise<{name: string; folder: ObjectKey}> {
    const {parquetTables, addresses} = this.parts
    const folder = `${this.place.prefix}rows/`
    const name = this.nameOf('rows')
    await parquetTables.createParquet(name, {columns, uri: addresses.uriOf(folder), isList: false, codec})
    return {name, folder}
  }

  /** Takes tables and lists away, those of a killed attempt too; what was written stays. */
  async close(): Promise<void> {
    const {parquetTables} = this.parts
    for (const name of await parquetTables.names(this.nameOf(''))) await parquetTables.drop(name)
    for (const list of this.#lists) await this.store.delete(list)
  }

  /** The same for every attempt, so that a statement which was begun reads and writes the same tables. */
  private nameOf(part: string): string {
    const {table, operation, name} = this.place
    return `${table}__merge_${operation.toLowerCase()}_${name}_${part}`
  }
}

import {hasCode} from '../../errors.js'
import {isProjected, type CatalogTable} from '../../ports/catalog.js'
import type {ObjectStore} from '../../ports/object-store.js'
import {tableSizes, type PartitionSize} from '../../ports/table-objects.js'
import type {LakePorts} from './composed-statement.js'
import {inputsOf, leavesSome, readsNothing, tablesOf, type PlannedTable, type TableInput} from './io-plan.js'

export interface AnalysisPorts extends LakePorts {
  readonly store: ObjectStore
}

/** A scan followed to a table. */
export interface FollowedReading extends Reading {
  readonly table: CatalogTable
}

export interface Reading {
  /** With its database in front where that is not the lake's. */
  readonly name: string
  /** Null for a table that the lake's catalog does not have. */
  readonly table: CatalogTable | null
  readonly view: string | null
  readonly isFiltered: boolean
  /** The statement can name its partition columns. */
  readonly isNameable: boolean
}

/** Sizes of tables, each looked up once. */
export class TableMeasures {
  readonly #known = new Map<string, Promise<readonly PartitionSize[] | null>>()

  constructor(private readonly ports: AnalysisPorts) {}

  /** Null where nobody can tell: partitions that are computed, links, tables that only their engine may list. */
  of(table: CatalogTable): Promise<readonly PartitionSize[] | null> {
    const sizes = this.#known.get(table.name) ?? this.measure(table)
    this.#known.set(table.name, sizes)
    return sizes
  }

  private async measure(table: CatalogTable): Promise<readonly PartitionSize[] | null> {
    if (isProjected(table)) return null
    try {
      return await tableSizes(table, this.ports)
    } catch (error) {
      if (hasCode(error, 'TABLE_UNSUPPORTED')) return null
      throw error
    }
  }
}

/** What Athena's plan reads and no text told of: whatever lies below a view that only Athena can read. */
export class PlannedReadings {
  constructor(
    private readonly plan: unknown,
    private readonly ports: AnalysisPorts,
    private readonly sizes: TableMeasures,
  ) {}

  /**
   * One a table, and none where the readings that were followed tell as much: all that reads the table, unless a view
   * was passed over (`isBlind`), or one that reads it whole anyway.
   */
  async beside(followed: readonly FollowedReading[], isBlind: boolean): Promise<Reading[]> {
    const readings: Reading[] = []
    for (const planned of tablesOf(this.plan)) {
      const known = followed.filter(({name}) => isOfLake(planned, this.ports) && name === planned.name)
      if (known.length > 0 && !(isBlind && known.every(({isFiltered}) => isFiltered))) continue
      const reading = await this.readingOf(planned, known)
      if (reading !== null) readings.push(reading)
    }
    return readings
  }

  /** Null where the conditions of the followed readings account for every input of the plan. */
  private async readingOf(planned: PlannedTable, known: readonly FollowedReading[]): Promise<Reading | null> {
    const inputs = inputsOf(this.plan, planned) ?? []
    const table = isOfLake(planned, this.ports) ? await this.findTable(planned.name) : null
    const isFiltered = await this.isFiltered(inputs, table)
    if (known.length > 0 && isFiltered) return null
    const name = isOfLake(planned, this.ports) ? planned.name : `${planned.database}.${planned.name}`
    return {name, table, view: null, isFiltered, isNameable: false}
  }

  private async isFiltered(inputs: readonly TableInput[], table: CatalogTable | null): Promise<boolean> {
    const partitions = table === null ? null : await this.sizes.of(table)
    if (table === null || partitions === null) return inputs.every(readsNothing)
    return inputs.every((input) => leavesSome(input, table, partitions))
  }

  private async findTable(name: string): Promise<CatalogTable | null> {
    try {
      const table = await this.ports.catalog.getTable(name)
      return table?.kind === 'table' ? table : null
    } catch (error) {
      // a name that no catalog can have, like that of a table of partitions
      if (hasCode(error, 'KEY_INVALID')) return null
      throw error
    }
  }
}

/** A table of the lake as plans name it. */
export function inLake(name: string, {database}: Pick<AnalysisPorts, 'database'>): PlannedTable {
  return {name, database: database.toLowerCase()}
}

function isOfLake({database}: PlannedTable, ports: Pick<AnalysisPorts, 'database'>): boolean {
  return database === ports.database.toLowerCase()
}

import {
  CreateTableCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetTableCommand,
  GetTablesCommand,
  UpdateTableCommand,
  type DatabaseIdentifier,
  type Table,
  type TableInput,
} from '@aws-sdk/client-glue'
import {SluiceError} from '../errors.js'
import type {CatalogTable, NewCatalogTable} from '../ports/catalog.js'
import {isGlueError, type GlueApi} from './glue-api.js'
import {faultOfTable} from './glue-formats.js'
import {assertName, shown} from './glue-names.js'
import {newMark} from './glue-partition.js'
import {holdsAlready, inputOf, readTable, tableInput, WRITE_MARK, type GluePlace} from './glue-table.js'

/** A table as Glue gives it and as the port shows it. */
export interface StandingTable {
  readonly glue: Table
  readonly table: CatalogTable
}

/** Tables of one database, changed by Glue's own compare-and-set of their version. */
export class GlueTables {
  readonly #api: GlueApi
  readonly #place: GluePlace
  #databaseStands = false

  constructor(api: GlueApi, place: GluePlace) {
    this.#api = api
    this.#place = place
  }

  async list(): Promise<CatalogTable[]> {
    const tables: CatalogTable[] = []
    let token: string | undefined
    do {
      const page = new GetTablesCommand({...this.#at, MaxResults: 100, ...(token ? {NextToken: token} : {})})
      const {TableList = [], NextToken} = await this.#api.call('GetTables', (client) => client.send(page))
      tables.push(...TableList.map((table) => readTable(table, this.#place)))
      token = NextToken
    } while (token !== undefined && token !== '')
    return tables.sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  async put(table: NewCatalogTable, expectedVersion: string | null): Promise<CatalogTable> {
    assertName(table.name, 'table')
    for (const {name} of table.partitionColumns) assertName(name, 'partition column')
    if (expectedVersion === null) return this.#create(table)
    const standing = await this.find(table.name)
    if (standing?.table.version !== expectedVersion) throw changedMeanwhile(table.name)
    refuseUnsupported(standing)
    const input = tableInput(table, standing.glue, this.#place)
    if (holdsAlready(standing.glue, input)) return standing.table
    return this.#update(input, expectedVersion)
  }

  async drop(name: string, expectedVersion: string): Promise<void> {
    const standing = await this.find(name)
    if (standing?.table.version !== expectedVersion) throw changedMeanwhile(name)
    refuseUnsupported(standing)
    // Glue deletes at any version: a write at this one first, after which no other writer's version stands.
    await this.#update(inputOf(standing.glue), expectedVersion)
    const drop = new DeleteTableCommand({...this.#at, Name: name})
    try {
      await this.#api.call('DeleteTable', (client) => client.send(drop))
    } catch (error) {
      if (isGlueError(error, 'ConcurrentModificationException')) throw changedMeanwhile(name, error)
      // gone: by this call's own earlier attempt, or by somebody else
      if (!isGlueError(error, 'EntityNotFoundException')) throw error
    }
  }

  get #at(): {DatabaseName: string} {
    return {DatabaseName: this.#place.database}
  }

  async #create(table: NewCatalogTable): Promise<CatalogTable> {
    const mark = newMark()
    const input = marked(tableInput(table, null, this.#place), mark)
    const create = new CreateTableCommand({...this.#at, TableInput: input})
    try {
      await this.#api.call('CreateTable', (client) => client.send(create))
    } catch (error) {
      if (!isGlueError(error, 'AlreadyExistsException', 'ConcurrentModificationException')) throw error
      // an answer was lost and the SDK sent the call again, when what exists bears our mark
      const standing = await this.find(table.name)
      if (standing !== null && isMarked(standing.glue, mark)) return standing.table
      throw new SluiceError('PRECONDITION_FAILED', `The table ${shown(table.name)} exists already.`, {cause: error})
    }
    return this.#written(input, mark)
  }

  async #update(input: TableInput, version: string): Promise<CatalogTable> {
    const mark = newMark()
    const markedInput = marked(input, mark)
    const update = new UpdateTableCommand({
      ...this.#at,
      TableInput: markedInput,
      VersionId: version,
      SkipArchive: true,
    })
    const name = input.Name ?? ''
    try {
      await this.#api.call('UpdateTable', (client) => client.send(update))
    } catch (error) {
      if (isGlueError(error, 'EntityNotFoundException')) throw changedMeanwhile(name, error)
      if (!isGlueError(error, 'ConcurrentModificationException')) throw error
      const standing = await this.find(name)
      if (standing !== null && isMarked(standing.glue, mark)) return standing.table
      throw changedMeanwhile(name, error)
    }
    return this.#written(markedInput, mark)
  }

  /** The table as written; Glue tells its version only to whoever reads it. */
  async #written(input: TableInput, mark: string): Promise<CatalogTable> {
    const standing = await this.find(input.Name ?? '')
    if (standing !== null && isMarked(standing.glue, mark)) return standing.table
    // overwritten or dropped since: what was written, at a version that stands no more
    return {...readTable(input as Table, this.#place), version: `overwritten.${mark}`}
  }

  async find(name: string): Promise<StandingTable | null> {
    assertName(name, 'table')
    const get = new GetTableCommand({...this.#at, Name: name})
    try {
      const {Table: glue} = await this.#api.call('GetTable', (client) => client.send(get))
      this.#databaseStands = true
      return glue === undefined ? null : {glue, table: readTable(glue, this.#place)}
    } catch (error) {
      if (!isGlueError(error, 'EntityNotFoundException')) throw error
      await this.#checkDatabase()
      return null
    }
  }

  /** Glue says in the same way that a table and that a database is missing; nothing is made by way of a link. */
  async #checkDatabase(): Promise<void> {
    if (this.#databaseStands) return
    const get = new GetDatabaseCommand({Name: this.#place.database})
    try {
      const {Database} = await this.#api.call('GetDatabase', (client) => client.send(get))
      if (Database?.TargetDatabase !== undefined) throw this.#linked(Database.TargetDatabase)
    } catch (error) {
      // whoever may not ask is told that the table is missing
      if (!isGlueError(error, 'AccessDeniedException')) throw error
    }
    this.#databaseStands = true
  }

  #linked({CatalogId = '', DatabaseName = ''}: DatabaseIdentifier): SluiceError {
    const target = `${CatalogId}.${DatabaseName}`
    const message = `The database ${shown(this.#place.database)} is a link to ${target}: sluice does not write through links.`
    return new SluiceError('PLACE_UNUSABLE', message, {
      fix: 'Name a database of the account itself in `database:` of the environment.',
      details: {database: this.#place.database, target},
    })
  }

  /** A table whose partitions sluice knows how to treat. Throws `TABLE_UNKNOWN` and `TABLE_UNSUPPORTED`. */
  async supported(name: string): Promise<StandingTable> {
    const standing = await this.find(name)
    if (standing === null) throw unknownTable(name)
    refuseUnsupported(standing)
    return standing
  }
}

/** The error for a table that is not there. */
export function unknownTable(name: string, cause?: unknown): SluiceError {
  return new SluiceError('TABLE_UNKNOWN', `The catalog has no table ${shown(name)}.`, {
    fix: 'Check the name, or create the table first.',
    ...(cause === undefined ? {} : {cause}),
  })
}

function refuseUnsupported({glue, table}: StandingTable): void {
  const fault = faultOfTable(glue)
  if (fault === null) return
  throw new SluiceError(
    'TABLE_UNSUPPORTED',
    `The table ${shown(table.name)} ${fault}: sluice neither reads nor changes it.`,
    {
      fix: 'Give the table of the definition another name, or use this one with the tool that made it.',
      details: {table: table.name},
    },
  )
}

function changedMeanwhile(name: string, cause?: unknown): SluiceError {
  return new SluiceError('PRECONDITION_FAILED', `The table ${shown(name)} was changed in the meantime.`, {
    ...(cause === undefined ? {} : {cause}),
  })
}

function marked(input: TableInput, mark: string): TableInput {
  return {...input, Parameters: {...input.Parameters, [WRITE_MARK]: mark}}
}

function isMarked(table: Table, mark: string): boolean {
  return table.Parameters?.[WRITE_MARK] === mark
}

import {CreateTableCommand, DeleteTableCommand, GetTablesCommand, type TableInput} from '@aws-sdk/client-glue'
import type {AwsSettings} from './client-settings.js'
import {GlueApi, isGlueError} from './glue-api.js'
import {formatStorage} from './glue-formats.js'

const HIVE = 'org.apache.hadoop.hive'

interface ParquetTable {
  readonly columns: readonly {readonly name: string; readonly type: string}[]
  readonly uri: string
  readonly isList: boolean
  readonly codec?: string
}

/**
 * Tables over lists of objects (Hive's symlinks): of a folder only what is listed is read, which a table over the folder
 * of an export or of a partition could not promise. Rows are lines of text, or those of Parquet.
 */
export class GlueLineTables {
  readonly #api: GlueApi

  constructor(settings: AwsSettings, database: string) {
    this.#api = new GlueApi(settings, database.toLowerCase())
  }

  async create(name: string, listUri: string): Promise<void> {
    await this.#create(lineTable(name, listUri))
  }

  /** A table of Parquet over a folder, or over a list of objects that lies there. */
  async createParquet(name: string, table: ParquetTable): Promise<void> {
    await this.#create(parquetTable(name, table))
  }

  async #create(TableInput: TableInput): Promise<void> {
    const create = new CreateTableCommand({DatabaseName: this.#api.database, TableInput})
    try {
      await this.#api.call('CreateTable', (client) => client.send(create))
    } catch (error) {
      // Made by an earlier attempt of the same work: the same name is the same list.
      if (!isGlueError(error, 'AlreadyExistsException')) throw error
    }
  }

  async drop(name: string): Promise<void> {
    const drop = new DeleteTableCommand({DatabaseName: this.#api.database, Name: name})
    try {
      await this.#api.call('DeleteTable', (client) => client.send(drop))
    } catch (error) {
      if (!isGlueError(error, 'EntityNotFoundException')) throw error
    }
  }

  async names(prefix: string): Promise<string[]> {
    const names: string[] = []
    let token: string | undefined
    do {
      const page = new GetTablesCommand({
        DatabaseName: this.#api.database,
        Expression: `${prefix}*`,
        ...(token === undefined ? {} : {NextToken: token}),
      })
      const {TableList = [], NextToken} = await this.#api.call('GetTables', (client) => client.send(page))
      names.push(...TableList.map(({Name = ''}) => Name))
      token = NextToken
    } while (token !== undefined && token !== '')
    // The pattern is a regular expression of Glue's own.
    return names.filter((name) => name.startsWith(prefix))
  }

  close(): void {
    this.#api.close()
  }
}

function lineTable(name: string, listUri: string): TableInput {
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {EXTERNAL: 'TRUE'},
    StorageDescriptor: {
      Columns: [{Name: 'line', Type: 'string'}],
      Location: listUri,
      InputFormat: `${HIVE}.ql.io.SymlinkTextInputFormat`,
      OutputFormat: `${HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat`,
      SerdeInfo: {
        SerializationLibrary: `${HIVE}.serde2.lazy.LazySimpleSerDe`,
        // No line of JSON holds it.
        Parameters: {'field.delim': '\u0001'},
      },
    },
  }
}

function parquetTable(name: string, {columns, uri, isList, codec}: ParquetTable): TableInput {
  const {descriptor} = formatStorage('parquet', {})
  const links = isList ? {InputFormat: `${HIVE}.ql.io.SymlinkTextInputFormat`} : {}
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {EXTERNAL: 'TRUE', ...(codec === undefined ? {} : {'parquet.compression': codec})},
    StorageDescriptor: {
      ...descriptor,
      ...links,
      Columns: columns.map((column) => ({Name: column.name, Type: column.type})),
      Location: uri,
    },
  }
}

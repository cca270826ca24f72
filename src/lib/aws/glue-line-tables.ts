import {CreateTableCommand, DeleteTableCommand, GetTablesCommand, type TableInput} from '@aws-sdk/client-glue'
import type {AwsSettings} from './client-settings.js'
import {GlueApi, isGlueError} from './glue-api.js'

const HIVE = 'org.apache.hadoop.hive'

/**
 * Tables over lists of objects (Hive's symlinks): of a folder only what is listed is read, which a table over the folder
 * of an export could not promise. Each line is one text.
 */
export class GlueLineTables {
  readonly #api: GlueApi

  constructor(settings: AwsSettings, database: string) {
    this.#api = new GlueApi(settings, database.toLowerCase())
  }

  async create(name: string, listUri: string): Promise<void> {
    const create = new CreateTableCommand({DatabaseName: this.#api.database, TableInput: lineTable(name, listUri)})
    try {
      await this.#api.call('CreateTable', (client) => client.send(create))
    } catch (error) {
      // Made by an earlier attempt of the same load: the same name is the same list.
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

import {createHash, randomBytes} from 'node:crypto'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import {CreateDatabaseCommand, CreateTableCommand, GlueClient} from '@aws-sdk/client-glue'
import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {clientConfiguration, type AwsSettings} from '../../../src/lib/aws/client-settings.js'

const BUCKET = 'lab-warehouse'
const POLL_MS = 50

/** Texts of lines as Athena sees them: an object of S3 below a table of one column of text. */
export class AthenaLines {
  private readonly database = `mapping_lab_${randomBytes(6).toString('hex')}`
  private readonly athena: AthenaClient
  private readonly glue: GlueClient
  private readonly s3: S3Client
  private tables = 0

  private constructor(settings: AwsSettings) {
    this.athena = new AthenaClient(clientConfiguration(settings, 'athena'))
    this.glue = new GlueClient(clientConfiguration(settings, 'glue'))
    this.s3 = new S3Client({...clientConfiguration(settings, 's3'), forcePathStyle: true})
  }

  static async open(settings: AwsSettings): Promise<AthenaLines> {
    const lines = new AthenaLines(settings)
    await lines.glue.send(new CreateDatabaseCommand({DatabaseInput: {Name: lines.database}}))
    return lines
  }

  /** The table with these lines, as a FROM item. */
  async table(lines: readonly (string | Buffer)[]): Promise<string> {
    const name = `lines_${(this.tables += 1)}`
    const prefix = `${this.database}/${name}`
    const body = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
    await this.s3.send(new PutObjectCommand({Bucket: BUCKET, Key: `${prefix}/lines.json`, Body: body}))
    await this.glue.send(
      new CreateTableCommand({
        DatabaseName: this.database,
        TableInput: {
          Name: name,
          TableType: 'EXTERNAL_TABLE',
          Parameters: {EXTERNAL: 'TRUE'},
          StorageDescriptor: {
            Columns: [{Name: 'line', Type: 'string'}],
            Location: `s3://${BUCKET}/${prefix}/`,
            InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
            OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
            SerdeInfo: {
              SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
              // No line of JSON holds it.
              Parameters: {'field.delim': '\u0001'},
            },
          },
        },
      }),
    )
    return `${this.database}.${name}`
  }

  /** Rows of a statement, their values as text. */
  async rows(sql: string): Promise<(string | null)[][]> {
    const {QueryExecutionId: id} = await this.athena.send(
      new StartQueryExecutionCommand({QueryString: sql, WorkGroup: 'primary'}),
    )
    await this.ended(id!)
    const rows: (string | null)[][] = []
    for await (const page of paginateGetQueryResults({client: this.athena}, {QueryExecutionId: id!})) {
      for (const {Data: data} of page.ResultSet?.Rows ?? []) rows.push(data!.map((datum) => datum.VarCharValue ?? null))
    }
    // The first row has the names of the columns.
    return rows.slice(1)
  }

  private async ended(id: string): Promise<void> {
    for (;;) {
      const {QueryExecution: query} = await this.athena.send(new GetQueryExecutionCommand({QueryExecutionId: id}))
      const {State: state, StateChangeReason: reason} = query!.Status!
      if (state === 'SUCCEEDED') return
      if (state !== 'QUEUED' && state !== 'RUNNING') throw new Error(`${state}: ${reason}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  close(): void {
    for (const client of [this.athena, this.glue, this.s3]) client.destroy()
  }
}

/** What SQL's `to_hex(md5(to_utf8(line)))` gives for the bytes of a line. */
export function lineDigest(line: string | Buffer): string {
  return createHash('md5').update(line).digest('hex').toUpperCase()
}

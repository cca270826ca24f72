import {
  BatchCreatePartitionCommand,
  CreateTableCommand,
  GetPartitionCommand,
  type StorageDescriptor,
} from '@aws-sdk/client-glue'
import {PutObjectCommand} from '@aws-sdk/client-s3'
import {expect} from 'vitest'
import type {AwsLake} from './aws-lake.js'
import {glue, s3} from './checks/lab-clients.js'
import {listAll} from './faults/fault-lake.js'
import {parquetOf} from './parquet-of.js'

const HIVE = 'org.apache.hadoop.hive.ql.io'

/** Columns of the table, one of which no definition can name. */
export const EVENT_TYPES = {
  id: 'string',
  n: 'bigint',
  amount: 'decimal(18,2)',
  at: 'timestamp',
  part: 'struct<a:int,b:string>',
  tags: 'array<string>',
}
/** Of a day. */
export const FILES = 12
export const ROWS_PER_FILE = 50

/** A table `events` by day that others write: small files of two layouts. */
export class EventsTable {
  private constructor(private readonly lake: AwsLake) {}

  static async made(lake: AwsLake): Promise<EventsTable> {
    const table = new EventsTable(lake)
    const TableInput = {
      Name: 'events',
      TableType: 'EXTERNAL_TABLE',
      Parameters: {EXTERNAL: 'TRUE'},
      PartitionKeys: [{Name: 'day', Type: 'string'}],
      StorageDescriptor: table.#storage('events'),
    }
    await glue.send(new CreateTableCommand({DatabaseName: lake.database, TableInput}))
    return table
  }

  uriOf(path: string): string {
    return `s3://${this.lake.tableBucket}/${path}`
  }

  /** A day of small files, known to the catalog; its keys. */
  async newDay(day: string): Promise<string[]> {
    for (let file = 0; file < FILES; file += 1) await this.putFile(day, file)
    const PartitionInputList = [{Values: [day], StorageDescriptor: this.#storage(`events/day=${day}`)}]
    const create = {DatabaseName: this.lake.database, TableName: 'events', PartitionInputList}
    expect((await glue.send(new BatchCreatePartitionCommand(create))).Errors ?? []).toEqual([])
    return listAll(s3, this.lake.tableBucket, `events/day=${day}/`)
  }

  /** One file of a day; `time`: SQL of what its rows' times come after midnight. */
  async putFile(day: string, file: number, time?: string): Promise<void> {
    const Key = `events/day=${day}/part-${String(file).padStart(3, '0')}.parquet`
    const Body = await parquetOf(eventsOf(day, file, time))
    await s3.send(new PutObjectCommand({Bucket: this.lake.tableBucket, Key, Body}))
  }

  async locationOf(day: string): Promise<string> {
    const where = {DatabaseName: this.lake.database, TableName: 'events', PartitionValues: [day]}
    return (await glue.send(new GetPartitionCommand(where))).Partition!.StorageDescriptor!.Location!
  }

  #storage(path: string): StorageDescriptor {
    return {
      Columns: Object.entries(EVENT_TYPES).map(([Name, Type]) => ({Name, Type})),
      Location: this.uriOf(path),
      InputFormat: `${HIVE}.parquet.MapredParquetInputFormat`,
      OutputFormat: `${HIVE}.parquet.MapredParquetOutputFormat`,
      SerdeInfo: {SerializationLibrary: `${HIVE}.parquet.serde.ParquetHiveSerDe`},
    }
  }
}

/** The older half of the files has narrower numbers, and no tags. */
function eventsOf(day: string, file: number, time = `to_milliseconds(${file} * ${ROWS_PER_FILE} + i)`): string {
  const n = `(${file} * ${ROWS_PER_FILE} + i)`
  const isOld = file < FILES / 2
  return `SELECT '${day}-' || ${n} AS id, ${n}::${isOld ? 'INTEGER' : 'BIGINT'} AS n,
    CASE WHEN i % 7 > 0 THEN (${n} / 4)::DECIMAL(${isOld ? 9 : 18},2) END AS amount,
    TIMESTAMP '${day} 00:00:00' + ${time} AS at, {'a': i::INTEGER, 'b': 'b' || i} AS part
    ${isOld ? '' : `, ['x', 'y' || i] AS tags`} FROM range(${ROWS_PER_FILE}) t(i)`
}

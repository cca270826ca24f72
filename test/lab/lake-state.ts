import {GetDatabasesCommand, GetPartitionsCommand, GetTablesCommand} from '@aws-sdk/client-glue'
import {ListObjectsV2Command} from '@aws-sdk/client-s3'
import type {AwsLake} from './aws-lake.js'
import {glue, s3} from './checks/lab-clients.js'

/** Every object of the lake's buckets, the journal's too, and everything that Glue says of its database. */
export async function stateOf(lake: Pick<AwsLake, 'stateBucket' | 'tableBucket' | 'database'>): Promise<unknown> {
  const objects = []
  for (const Bucket of [lake.stateBucket, lake.tableBucket]) {
    const {Contents = []} = await s3.send(new ListObjectsV2Command({Bucket}))
    objects.push(...Contents.map(({Key, ETag}) => `${Bucket}/${Key} ${ETag}`))
  }
  const {DatabaseList = []} = await glue.send(new GetDatabasesCommand({}))
  const {TableList = []} = await glue.send(new GetTablesCommand({DatabaseName: lake.database}))
  const databases = DatabaseList.map(({Name}) => Name).filter((name) => name?.toLowerCase() === lake.database)
  const partitions = []
  for (const {Name: TableName} of TableList.filter(({PartitionKeys = []}) => PartitionKeys.length > 0)) {
    const {Partitions = []} = await glue.send(new GetPartitionsCommand({DatabaseName: lake.database, TableName}))
    partitions.push(...Partitions)
  }
  return {objects, databases, tables: TableList, partitions}
}

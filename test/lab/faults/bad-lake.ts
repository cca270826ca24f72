import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {GetDatabasesCommand, GetPartitionsCommand, GetTablesCommand} from '@aws-sdk/client-glue'
import {ListObjectsV2Command} from '@aws-sdk/client-s3'
import {glue, s3} from '../checks/lab-clients.js'
import type {FaultLake} from './fault-lake.js'

/** Replaces a part of the lake's definition, which must be there. */
export async function redefine(lake: FaultLake, from: string | RegExp, to: string): Promise<void> {
  await redefineText(lake.own.folder, from, to)
}

/** The same, of the definition in a folder. */
export async function redefineText(folder: string, from: string | RegExp, to: string): Promise<void> {
  const file = join(folder, 'sluice.yaml')
  const text = await readFile(file, 'utf8')
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`The definition has no ${String(from)}.`)
  await writeFile(file, changed)
}

/** Every object of the lake's buckets and everything that Glue says of its database. */
export async function stateOf({own}: Pick<FaultLake, 'own'>): Promise<unknown> {
  const objects = []
  for (const Bucket of [own.stateBucket, own.tableBucket]) {
    const {Contents = []} = await s3.send(new ListObjectsV2Command({Bucket}))
    objects.push(...Contents.map(({Key, ETag}) => `${Bucket}/${Key} ${ETag}`))
  }
  const {DatabaseList = []} = await glue.send(new GetDatabasesCommand({}))
  const {TableList = []} = await glue.send(new GetTablesCommand({DatabaseName: own.database}))
  const databases = DatabaseList.map(({Name}) => Name).filter((name) => name?.toLowerCase() === own.database)
  const partitions = []
  for (const {Name: TableName} of TableList.filter(({PartitionKeys = []}) => PartitionKeys.length > 0)) {
    const {Partitions = []} = await glue.send(new GetPartitionsCommand({DatabaseName: own.database, TableName}))
    partitions.push(...Partitions)
  }
  return {objects, databases, tables: TableList, partitions}
}

import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchGetPartitionCommand,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  GetCrawlerCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  paginateGetPartitions,
  paginateGetTables,
  StartCrawlerCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import {beforeAll, describe, expect, it} from 'vitest'
import {glue, ownName} from './lab-clients.js'

const DatabaseName = ownName('checks').replaceAll('-', '_')
const PARTITIONS = 230

const tableInput = (Name: string) => ({
  Name,
  TableType: 'EXTERNAL_TABLE',
  PartitionKeys: [{Name: 'day', Type: 'string'}],
  StorageDescriptor: {Columns: [{Name: 'id', Type: 'string'}], Location: `s3://nowhere/${Name}/`},
})

const partition = (number: number) => ({
  Values: [`day-${String(number).padStart(4, '0')}`],
  StorageDescriptor: {Columns: [{Name: 'id', Type: 'string'}], Location: `s3://nowhere/${number}/`},
})

const create = (PartitionInputList: ReturnType<typeof partition>[]) =>
  glue.send(new BatchCreatePartitionCommand({DatabaseName, TableName: 'events', PartitionInputList}))

beforeAll(async () => {
  await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name: DatabaseName}}))
  for (const name of ['events', 'a1', 'a2', 'a3', 'a4']) {
    await glue.send(new CreateTableCommand({DatabaseName, TableInput: tableInput(name)}))
  }
  const all = Array.from({length: PARTITIONS}, (_, number) => partition(number))
  for (let from = 0; from < PARTITIONS; from += 100) await create(all.slice(from, from + 100))
})

describe('pages', () => {
  it('of tables', async () => {
    const sizes: number[] = []
    for await (const page of paginateGetTables({client: glue, pageSize: 2}, {DatabaseName})) {
      sizes.push(page.TableList?.length ?? 0)
    }
    expect(sizes).toEqual([2, 2, 1])
  })

  it('of partitions, by segment and without columns', async () => {
    const seen = new Set<string>()
    for (let SegmentNumber = 0; SegmentNumber < 4; SegmentNumber++) {
      const request = {
        DatabaseName,
        TableName: 'events',
        Segment: {SegmentNumber, TotalSegments: 4},
        ExcludeColumnSchema: true,
      }
      for await (const page of paginateGetPartitions({client: glue, pageSize: 10}, request)) {
        for (const one of page.Partitions ?? []) {
          expect(seen.has(one.Values?.[0] ?? '')).toBe(false)
          seen.add(one.Values?.[0] ?? '')
          expect(one.StorageDescriptor?.Columns).toBeUndefined()
        }
      }
    }
    expect(seen.size).toBe(PARTITIONS)
  })

  it('of what an expression finds', async () => {
    const Expression = "day >= 'day-0100' AND day < 'day-0120'"
    const request = {DatabaseName, TableName: 'events', Expression, MaxResults: 15}
    const first = await glue.send(new GetPartitionsCommand(request))
    const second = await glue.send(new GetPartitionsCommand({...request, NextToken: first.NextToken}))
    expect([first.Partitions?.length, second.Partitions?.length, second.NextToken]).toEqual([15, 5, undefined])
  })

  it('not longer than Glue allows', async () => {
    const tables = new GetTablesCommand({DatabaseName, MaxResults: 101})
    await expect(glue.send(tables)).rejects.toMatchObject({name: 'ValidationException'})
  })
})

describe('batches', () => {
  it('tell what failed, item by item, and always have the list', async () => {
    expect((await create([partition(9001)])).Errors).toEqual([])
    const {Errors} = await create([partition(0), partition(9002)])
    expect(Errors?.map((one) => [one.PartitionValues, one.ErrorDetail?.ErrorCode])).toEqual([
      [['day-0000'], 'AlreadyExistsException'],
    ])
    const PartitionsToDelete = [{Values: ['day-9001']}, {Values: ['never']}]
    const deleted = await glue.send(
      new BatchDeletePartitionCommand({DatabaseName, TableName: 'events', PartitionsToDelete}),
    )
    expect(deleted.Errors?.map((one) => one.PartitionValues)).toEqual([['never']])
  })

  it('have limits', async () => {
    const many = Array.from({length: 101}, (_, number) => partition(20_000 + number))
    await expect(create(many)).rejects.toMatchObject({name: 'ValidationException'})
    const PartitionsToDelete = Array.from({length: 26}, (_, number) => ({Values: [`${number}`]}))
    const tooMany = new BatchDeletePartitionCommand({DatabaseName, TableName: 'events', PartitionsToDelete})
    await expect(glue.send(tooMany)).rejects.toMatchObject({name: 'ValidationException'})
    const PartitionsToGet = Array.from({length: 1001}, (_, number) => ({Values: [`${number}`]}))
    const get = new BatchGetPartitionCommand({DatabaseName, TableName: 'events', PartitionsToGet})
    await expect(glue.send(get)).rejects.toMatchObject({name: 'ValidationException'})
  })
})

describe('tables', () => {
  it('have names in lower case', async () => {
    const mixed = tableInput('MixedCase')
    await glue.send(new CreateTableCommand({DatabaseName: DatabaseName.toUpperCase(), TableInput: mixed}))
    const {Table} = await glue.send(new GetTableCommand({DatabaseName, Name: 'MIXEDcase'}))
    expect(Table?.Name).toBe('mixedcase')
  })

  it('change only from the version that was read', async () => {
    const {Table} = await glue.send(new GetTableCommand({DatabaseName, Name: 'a1'}))
    const update = (note: string) =>
      glue.send(
        new UpdateTableCommand({
          DatabaseName,
          VersionId: Table?.VersionId,
          TableInput: {...tableInput('a1'), Parameters: {note}},
        }),
      )
    await update('first')
    await expect(update('second')).rejects.toMatchObject({name: 'ConcurrentModificationException'})
    const {Table: after} = await glue.send(new GetTableCommand({DatabaseName, Name: 'a1'}))
    expect(after?.Parameters).toEqual({note: 'first'})
  })

  it('let one of many updates through', async () => {
    const {Table} = await glue.send(new GetTableCommand({DatabaseName, Name: 'a2'}))
    const request = {DatabaseName, VersionId: Table?.VersionId, TableInput: tableInput('a2')}
    const tries = await Promise.allSettled(Array.from({length: 8}, () => glue.send(new UpdateTableCommand(request))))
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })
})

it('crawlers run, stop and are ready again', {timeout: 20_000}, async () => {
  const Name = ownName('crawler')
  const Targets = {S3Targets: [{Path: 's3://nowhere/'}]}
  await glue.send(
    new CreateCrawlerCommand({Name, Role: 'arn:aws:iam::123456789012:role/crawler', DatabaseName, Targets}),
  )
  await glue.send(new StartCrawlerCommand({Name}))
  await expect(glue.send(new StartCrawlerCommand({Name}))).rejects.toMatchObject({name: 'CrawlerRunningException'})
  const states: string[] = []
  while (states.at(-1) !== 'READY') {
    const {Crawler} = await glue.send(new GetCrawlerCommand({Name}))
    if (Crawler?.State !== undefined && Crawler.State !== states.at(-1)) states.push(Crawler.State)
    if (Crawler?.State === 'READY') expect(Crawler.LastCrawl?.Status).toBe('SUCCEEDED')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(states).toEqual(['RUNNING', 'STOPPING', 'READY'])
})

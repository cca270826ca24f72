import {createHash} from 'node:crypto'
import {gunzipSync} from 'node:zlib'
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeExportCommand,
  type ExportDescription,
  ExportTableToPointInTimeCommand,
  type ExportTableToPointInTimeInput,
  ListExportsCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import {CreateBucketCommand, GetObjectCommand, HeadObjectCommand} from '@aws-sdk/client-s3'
import {dumpText, loadAll} from 'ion-js'
import {beforeAll, expect, it} from 'vitest'
import {control} from './gateway-control.js'
import {dynamodb, ownName, s3} from './lab-clients.js'

const Bucket = ownName('exports')
const TableName = ownName('orders')
let TableArn = ''

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest()
const setNow = (now: string): Promise<unknown> => control('POST', '/__exports', {table: TableName, now})

async function bytes(Key: string): Promise<Buffer> {
  const {Body} = await s3.send(new GetObjectCommand({Bucket, Key}))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

async function finished(request: Partial<ExportTableToPointInTimeInput>): Promise<ExportDescription> {
  const start = new ExportTableToPointInTimeCommand({TableArn, S3Bucket: Bucket, S3Prefix: 'lake/raw', ...request})
  const {ExportDescription: started} = await dynamodb.send(start)
  expect(started?.ExportStatus).toBe('IN_PROGRESS')
  const states: string[] = []
  for (;;) {
    const described = await dynamodb.send(new DescribeExportCommand({ExportArn: started?.ExportArn}))
    states.push(described.ExportDescription?.ExportStatus ?? '')
    if (states.at(-1) === 'IN_PROGRESS') continue
    expect(states).toEqual(['IN_PROGRESS', 'COMPLETED'])
    return described.ExportDescription ?? {}
  }
}

interface Line {
  readonly Item?: Record<string, unknown>
  readonly Metadata?: {readonly WriteTimestampMicros: {readonly N: string}}
  readonly Keys?: {readonly id: {readonly S: string}}
  readonly OldImage?: Record<string, unknown>
  readonly NewImage?: Record<string, unknown>
}

/** Reads an export as its manifests say and checks every sum on the way. */
async function readExport({
  ExportManifest = '',
}: ExportDescription): Promise<{summary: Record<string, unknown>; lines: Line[]}> {
  const summaryBytes = await bytes(ExportManifest)
  expect(summaryBytes.toString()).not.toContain('\n')
  expect((await bytes(ExportManifest.replace('.json', '.md5'))).toString()).toBe(md5(summaryBytes).toString('base64'))
  const summary = JSON.parse(summaryBytes.toString()) as {manifestFilesS3Key: string; itemCount: number}
  const files = await bytes(summary.manifestFilesS3Key)
  expect((await bytes(summary.manifestFilesS3Key.replace('.json', '.md5'))).toString()).toBe(
    md5(files).toString('base64'),
  )
  expect(await bytes(ExportManifest.replace('manifest-summary.json', '_started'))).toHaveLength(0)
  const lines: Line[] = []
  for (const text of files.toString().trimEnd().split('\n')) {
    const file = JSON.parse(text) as {itemCount: number; md5Checksum: string; etag: string; dataFileS3Key: string}
    const data = await bytes(file.dataFileS3Key)
    const digest = md5(data)
    expect(file.md5Checksum).toBe(digest.toString('base64'))
    expect(file.etag).toBe(`${md5(digest).toString('hex')}-1`)
    const {ETag} = await s3.send(new HeadObjectCommand({Bucket, Key: file.dataFileS3Key}))
    expect(ETag).toBe(`"${file.etag}"`)
    const own = gunzipSync(data)
      .toString()
      .split('\n')
      .filter((line) => line !== '')
    expect(own).toHaveLength(file.itemCount)
    lines.push(...own.map((line) => JSON.parse(line) as Line))
  }
  expect(lines).toHaveLength(summary.itemCount)
  return {summary: {...summary}, lines}
}

const put = (id: string, amount: string) =>
  dynamodb.send(new PutItemCommand({TableName, Item: {id: {S: id}, amount: {N: amount}}}))
const remove = (id: string) => dynamodb.send(new DeleteItemCommand({TableName, Key: {id: {S: id}}}))
const recovery = (PointInTimeRecoveryEnabled: boolean) =>
  dynamodb.send(
    new UpdateContinuousBackupsCommand({TableName, PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled}}),
  )

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}))
  const created = await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{AttributeName: 'id', AttributeType: 'S'}],
      KeySchema: [{AttributeName: 'id', KeyType: 'HASH'}],
    }),
  )
  TableArn = created.TableDescription?.TableArn ?? ''
  await setNow('2026-01-01T00:00:00Z')
})

it('is refused while recovery is off', async () => {
  const start = new ExportTableToPointInTimeCommand({TableArn, S3Bucket: Bucket})
  await expect(dynamodb.send(start)).rejects.toMatchObject({name: 'PointInTimeRecoveryUnavailableException'})
  await recovery(true)
})

it('holds the whole table as it stood at an instant', async () => {
  await dynamodb.send(
    new BatchWriteItemCommand({
      RequestItems: {
        [TableName]: [
          {
            PutRequest: {
              Item: {
                id: {S: 'a'},
                amount: {N: '1.50'},
                raw: {B: new Uint8Array([0, 255])},
                raws: {BS: [new Uint8Array([1])]},
                deep: {M: {b: {B: new Uint8Array([2])}}},
                set: {NS: ['1', '2']},
              },
            },
          },
          {PutRequest: {Item: {id: {S: 'b'}, list: {L: [{S: 'x'}, {M: {k: {NULL: true}}}]}, amount: {N: '2'}}}},
          {PutRequest: {Item: {id: {S: 'gone'}, amount: {N: '3'}}}},
        ],
      },
    }),
  )
  await remove('gone')
  await setNow('2026-01-01T01:00:00Z')
  await put('later', '9')
  const described = await finished({ExportTime: new Date('2026-01-01T00:30:00Z')})
  expect(described.ItemCount).toBe(2)
  expect(described.ExportArn).toMatch(/\/export\/0\d{13}-[0-9a-f]{8}$/)
  const {summary, lines} = await readExport(described)
  expect(summary).toMatchObject({version: '2020-06-30', exportTime: '2026-01-01T00:30:00.000Z', s3Prefix: 'lake/raw'})
  expect(summary).not.toHaveProperty('exportType')
  expect(
    lines.map((line) => line.Item).sort((a, b) => (JSON.stringify(a?.['id']) < JSON.stringify(b?.['id']) ? -1 : 1)),
  ).toEqual([
    {
      id: {S: 'a'},
      amount: {N: '1.5'},
      raw: {B: 'AP8='},
      raws: {BS: ['AQ==']},
      deep: {M: {b: {B: 'Ag=='}}},
      set: {NS: ['1', '2']},
    },
    {id: {S: 'b'}, amount: {N: '2'}, list: {L: [{S: 'x'}, {M: {k: {NULL: true}}}]}},
  ])
})

it('holds what changed in a window, with both images', async () => {
  await setNow('2026-01-02T00:00:00Z')
  await put('new', '1')
  await put('new', '2')
  await put('brief', '1')
  await remove('brief')
  const update = {
    TableName,
    Key: {id: {S: 'a'}},
    UpdateExpression: 'SET amount = :n REMOVE #s',
    ExpressionAttributeNames: {'#s': 'set'},
  }
  await dynamodb.send(new UpdateItemCommand({...update, ExpressionAttributeValues: {':n': {N: '7'}}}))
  await dynamodb.send(new TransactWriteItemsCommand({TransactItems: [{Delete: {TableName, Key: {id: {S: 'b'}}}}]}))
  const failing = [
    {Put: {TableName, Item: {id: {S: 'never'}}}},
    {ConditionCheck: {TableName, Key: {id: {S: 'absent'}}, ConditionExpression: 'attribute_exists(id)'}},
  ]
  await expect(dynamodb.send(new TransactWriteItemsCommand({TransactItems: failing}))).rejects.toThrow()
  await setNow('2026-01-02T01:00:00Z')
  await put('after', '1')
  const IncrementalExportSpecification = {
    ExportFromTime: new Date('2026-01-02T00:00:00Z'),
    ExportToTime: new Date('2026-01-02T01:00:00Z'),
  }
  const described = await finished({ExportType: 'INCREMENTAL_EXPORT', IncrementalExportSpecification})
  const {summary, lines} = await readExport(described)
  expect(summary).toMatchObject({
    version: '2023-08-01',
    exportFromTime: '2026-01-02T00:00:00.000Z',
    exportToTime: '2026-01-02T01:00:00.000Z',
    outputView: 'NEW_AND_OLD_IMAGES',
    exportType: 'INCREMENTAL_EXPORT',
  })
  const byId = Object.fromEntries(lines.map((line) => [line.Keys?.id.S, line]))
  expect(Object.keys(byId).sort()).toEqual(['a', 'b', 'new'])
  expect(byId['new']).toMatchObject({NewImage: {amount: {N: '2'}}})
  expect(byId['new']).not.toHaveProperty('OldImage')
  expect(byId['a']).toMatchObject({OldImage: {amount: {N: '1.5'}, set: {NS: ['1', '2']}}, NewImage: {amount: {N: '7'}}})
  expect(byId['a']?.NewImage).not.toHaveProperty('set')
  expect(byId['b']).not.toHaveProperty('NewImage')
  expect(byId['a']?.Metadata?.WriteTimestampMicros.N).toMatch(/^17673120000000\d\d$/)
})

it('is written in Ion too', async () => {
  const described = await finished({ExportFormat: 'ION', ExportTime: new Date('2026-01-01T00:30:00Z')})
  const summary = JSON.parse((await bytes(described.ExportManifest ?? '')).toString()) as {manifestFilesS3Key: string}
  const items: Record<string, string> = {}
  for (const text of (await bytes(summary.manifestFilesS3Key)).toString().trimEnd().split('\n')) {
    const {dataFileS3Key} = JSON.parse(text) as {dataFileS3Key: string}
    expect(dataFileS3Key).toMatch(/\.ion\.gz$/)
    for (const value of loadAll(gunzipSync(await bytes(dataFileS3Key)))) {
      items[value.get('Item', 'id')?.stringValue() ?? ''] = dumpText(value.get('Item'))
    }
  }
  expect(Object.keys(items).sort()).toEqual(['a', 'b'])
  expect(items['a']).toContain('amount:1.5')
  expect(items['a']).toContain('set:$dynamodb_NS::[1.,2.]')
  expect(items['a']).toContain('raw:{{AP8=}}')
})

it('is started once for a token', async () => {
  const ClientToken = ownName('token')
  const request = {TableArn, S3Bucket: Bucket, ClientToken}
  const first = await dynamodb.send(new ExportTableToPointInTimeCommand(request))
  const again = await dynamodb.send(new ExportTableToPointInTimeCommand(request))
  expect(again.ExportDescription?.ExportArn).toBe(first.ExportDescription?.ExportArn)
  const other = new ExportTableToPointInTimeCommand({...request, S3Prefix: 'elsewhere'})
  await expect(dynamodb.send(other)).rejects.toMatchObject({name: 'ExportConflictException'})
  const {ExportSummaries} = await dynamodb.send(new ListExportsCommand({TableArn}))
  expect(ExportSummaries).toHaveLength(4)
})

it('takes windows of 15 minutes to 24 hours, within what recovery reaches', async () => {
  const window = (from: string, to: string) =>
    dynamodb.send(
      new ExportTableToPointInTimeCommand({
        TableArn,
        S3Bucket: Bucket,
        ExportType: 'INCREMENTAL_EXPORT',
        IncrementalExportSpecification: {ExportFromTime: new Date(from), ExportToTime: new Date(to)},
      }),
    )
  await expect(window('2026-01-01T00:00:00Z', '2026-01-01T00:14:59Z')).rejects.toMatchObject({
    name: 'ValidationException',
  })
  await expect(window('2026-01-01T00:00:00Z', '2026-01-02T00:00:01Z')).rejects.toMatchObject({
    name: 'ValidationException',
  })
  await expect(window('2025-12-31T23:00:00Z', '2026-01-01T01:00:00Z')).rejects.toMatchObject({
    name: 'InvalidExportTimeException',
  })
  await recovery(false)
  await recovery(true)
  await expect(window('2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z')).rejects.toMatchObject({
    name: 'InvalidExportTimeException',
  })
})

it('fails when the bucket is not there', async () => {
  const start = new ExportTableToPointInTimeCommand({TableArn, S3Bucket: ownName('absent')})
  const {ExportDescription} = await dynamodb.send(start)
  expect(ExportDescription).toMatchObject({ExportStatus: 'FAILED', FailureCode: 'S3NoSuchBucket'})
})

import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {CreateWorkGroupCommand, DeleteWorkGroupCommand} from '@aws-sdk/client-athena'
import {CreateTableCommand as CreateSourceCommand, UpdateContinuousBackupsCommand} from '@aws-sdk/client-dynamodb'
import {
  CreateCrawlerCommand,
  CreateTableCommand,
  DeleteCrawlerCommand,
  DeleteTableCommand,
  GetTableCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import type {TableInput} from '@aws-sdk/client-glue'
import {
  ListObjectVersionsCommand,
  ListMultipartUploadsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CheckResult, DoctorResult} from '../../../src/lib/doctor/index.js'
import {item, writeItems} from '../../backfill/export-folder.js'
import {answerOf, definitionText, sluice} from '../../backfill/lake-folder.js'
import {runSluice} from '../../cli/run-cli.js'
import {ACCOUNT, makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {armFault, control, wireOf} from '../checks/gateway-control.js'
import {athena, dynamodb, glue, ownName, s3} from '../checks/lab-clients.js'
import {keysOf, makeRole} from '../faults/fault-keys.js'
import {wireOf as wireOfKey} from '../faults/wire-points.js'

const source = ownName('Items')
const workgroup = ownName('doctor')
let lake: AwsLake
let definition: string

/** The doctor's answer about the lake, or about a changed definition of it. */
async function doctor(...changes: (readonly [from: string, to: string])[]) {
  let text = definition
  for (const [from, to] of changes) {
    expect(text).toContain(from)
    text = text.replace(from, to)
  }
  await writeFile(join(lake.folder, 'sluice.yaml'), text)
  const {exit, document} = await answerOf<DoctorResult>(lake, 'doctor')
  return {...document, exit}
}

/** What one check says of one thing. */
function found({checks}: DoctorResult, name: string, of: RegExp = /./): Partial<CheckResult> | undefined {
  return checks.find((check) => check.name === name && of.test(check.of))
}

function failing({checks}: DoctorResult): string[] {
  return checks.filter(({state}) => state === 'fail').map(({name, of}) => `${name} ${of}`)
}

async function createSource(isRecoverable: boolean, name = source): Promise<void> {
  await dynamodb.send(
    new CreateSourceCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{AttributeName: 'id', AttributeType: 'S'}],
      KeySchema: [{AttributeName: 'id', KeyType: 'HASH'}],
    }),
  )
  const PointInTimeRecoverySpecification = {PointInTimeRecoveryEnabled: isRecoverable}
  await dynamodb.send(new UpdateContinuousBackupsCommand({TableName: name, PointInTimeRecoverySpecification}))
}

beforeAll(async () => {
  await createSource(true)
  lake = await makeAwsLake(definitionText({source}).replace('default: local', 'default: aws'), 'items')
  const {uri} = await writeItems(lake, [[item('a'), item('b', {createdAt: '2025-05-05T05:05:05.000Z'})]], {
    table: source,
  })
  const uploaded = await uploadExport(lake, uri)
  const run = await sluice(lake, 'backfill', 'run', '--export', uploaded, '--env', 'aws', '--yes')
  expect(`${run.exit} ${run.stderr}`).toMatch(/^0 /)
  definition = await readFile(join(lake.folder, 'sluice.yaml'), 'utf8')
}, 240_000)

afterAll(() => lake.remove())

/** Everything that stands in the lake's buckets, versions and unfinished uploads too. */
async function everything(): Promise<unknown[]> {
  const all = [lake.stateBucket, lake.tableBucket].map(async (Bucket) => {
    const {Versions, DeleteMarkers} = await s3.send(new ListObjectVersionsCommand({Bucket}))
    const {Uploads} = await s3.send(new ListMultipartUploadsCommand({Bucket}))
    return {Versions, DeleteMarkers, Uploads}
  })
  return Promise.all(all)
}

describe('a healthy lake on AWS', () => {
  it('has nothing that fails, and is left as it was', async () => {
    const before = await everything()
    const result = await doctor()
    expect(failing(result)).toEqual([])
    for (const name of ['bucket', 'database', 'table', 'columns', 'location', 'companions', 'partitions', 'key']) {
      expect(found(result, name), name).toMatchObject({state: 'pass'})
    }
    expect(found(result, 'clock')).toMatchObject({state: 'pass'})
    expect(found(result, 'point-in-time recovery')).toMatchObject({state: 'pass'})
    expect(found(result, 's3:PutObject')).toMatchObject({state: 'pass', text: 'allowed (tried)'})
    expect(found(result, 'glue:BatchCreatePartition')).toMatchObject({state: 'pass', text: 'allowed (tried)'})
    expect(await everything()).toEqual(before)
  })

  it('is asked to write only what cannot be written', async () => {
    const since = Math.max(0, ...(await wireOf(lake.name)).map(({sequence}) => sequence))
    await doctor()
    const wire = (await wireOf(lake.name)).filter(({sequence}) => sequence > since)
    const written = wire.filter(({service, method}) => service === 's3' && method !== 'GET' && method !== 'HEAD')
    expect(new Set(written.map(({operation}) => operation))).toEqual(new Set(['PutObject', 'AbortMultipartUpload']))
    expect(written.filter(({status}) => status !== null && status < 400)).toEqual([])
    expect(written.length).toBeGreaterThanOrEqual(6)
  })
})

describe('a lake on AWS with a fault', () => {
  it('names the columns that differ', async () => {
    const at = {DatabaseName: lake.database, Name: 'items'}
    const {Table: table} = await glue.send(new GetTableCommand(at))
    const storage = table!.StorageDescriptor!
    const change = async (Columns: typeof storage.Columns) => {
      const {Name, PartitionKeys, TableType, Parameters} = table!
      const TableInput = {Name, PartitionKeys, TableType, Parameters, StorageDescriptor: {...storage, Columns}}
      await glue.send(new UpdateTableCommand({DatabaseName: lake.database, TableInput: TableInput as TableInput}))
    }
    await change(
      storage
        .Columns!.filter(({Name}) => Name !== 'note')
        .map((one) => (one.Name === 'amount' ? {...one, Type: 'double'} : one)),
    )
    const result = await doctor()
    await change(storage.Columns)
    expect([result.exit, failing(result)]).toEqual([3, ['columns items.amount']])
    expect(found(result, 'columns', /amount/)?.text).toBe('decimal(18,2) in the definition, double in Glue')
    expect(found(result, 'columns', /note/)).toMatchObject({
      state: 'warn',
      text: 'string in the definition, no such column in Glue; the next load adds it',
    })
  })

  it('has another place in the definition than in Glue, and a bucket that is not there', async () => {
    const bucket = ownName('nowhere')
    const result = await doctor([`s3://${lake.tableBucket}/items`, `s3://${bucket}/items`])
    expect(result.exit).toBe(3)
    expect(failing(result)).toEqual(expect.arrayContaining([`bucket s3://${bucket}`, 'location items']))
    expect(found(result, 'versioning', new RegExp(bucket))).toMatchObject({state: 'skipped'})
  })

  it('has no versions where they are required', async () => {
    const required = ['backend: aws', 'backend: aws\n    protect: true'] as const
    const versioning = `versioning s3://${lake.tableBucket}`
    expect(failing(await doctor(required))).toContain(versioning)
    const VersioningConfiguration = {Status: 'Enabled'} as const
    await s3.send(new PutBucketVersioningCommand({Bucket: lake.tableBucket, VersioningConfiguration}))
    expect(failing(await doctor(required))).not.toContain(versioning)
  })

  it('has rules, keys and doors that are told', async () => {
    const Bucket = lake.tableBucket
    const Rules = [{ID: 'thirty-days', Status: 'Enabled', Filter: {Prefix: 'items/'}, Expiration: {Days: 30}} as const]
    await s3.send(new PutBucketLifecycleConfigurationCommand({Bucket, LifecycleConfiguration: {Rules: [...Rules]}}))
    const SSE = {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/aws/s3'} as const
    const ServerSideEncryptionConfiguration = {Rules: [{ApplyServerSideEncryptionByDefault: SSE}]}
    await s3.send(new PutBucketEncryptionCommand({Bucket, ServerSideEncryptionConfiguration}))
    const PublicAccessBlockConfiguration = {BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true}
    await s3.send(new PutPublicAccessBlockCommand({Bucket, PublicAccessBlockConfiguration}))
    const result = await doctor()
    const of = new RegExp(Bucket)
    expect(failing(result)).toEqual([`lifecycle s3://${Bucket}`])
    expect(found(result, 'lifecycle', of)?.text).toBe('rule thirty-days deletes objects of table items')
    expect(found(result, 'encryption', of)).toMatchObject({state: 'pass', text: 'aws:kms with alias/aws/s3'})
    expect(found(result, 'public access', of)?.text).toContain('(RestrictPublicBuckets)')
    const kept = [
      {
        ID: 'parts',
        Status: 'Enabled',
        Filter: {Prefix: ''},
        AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7},
      } as const,
    ]
    await s3.send(new PutBucketLifecycleConfigurationCommand({Bucket, LifecycleConfiguration: {Rules: [...kept]}}))
    expect(found(await doctor(), 'lifecycle', of)).toMatchObject({state: 'pass'})
  })

  it('has a source without recovery, with another key, or none', async () => {
    const other = ownName('Items')
    await createSource(false, other)
    expect(failing(await doctor([source, other]))).toEqual([`point-in-time recovery ${other}`])
    const result = await doctor(['key: [id]', 'key: [note]'])
    expect(found(result, 'key')).toMatchObject({state: 'fail', of: 'items'})
    const none = ownName('Items')
    expect(failing(await doctor([source, none]))).toEqual([`DynamoDB table ${none}`])
  })

  it('has a workgroup that puts results elsewhere, or none', async () => {
    const Configuration = {
      EnforceWorkGroupConfiguration: true,
      ResultConfiguration: {OutputLocation: 's3://lab-results/theirs/'},
    }
    await athena.send(new CreateWorkGroupCommand({Name: workgroup, Configuration}))
    const enforced = await doctor(['workgroup: primary', `workgroup: ${workgroup}`])
    await athena.send(new DeleteWorkGroupCommand({WorkGroup: workgroup}))
    expect(failing(enforced)).toEqual([`place of results ${workgroup}`])
    expect(found(enforced, 'place of results')?.text).toContain('s3://lab-results/theirs/')
    expect(failing(await doctor(['workgroup: primary', `workgroup: ${workgroup}`]))).toEqual([`workgroup ${workgroup}`])
  })

  it('has a crawler that is not there, and finds it once it is', async () => {
    const Name = ownName('crawler')
    const named = ['tables:\n  items:', `crawlers: {items: {name: ${Name}}}\ntables:\n  items:`] as const
    const absent = await doctor(named)
    expect(failing(absent)).toEqual([`crawler ${Name}`])
    const Role = `arn:aws:iam::${ACCOUNT}:role/crawler`
    const Targets = {S3Targets: [{Path: `s3://${lake.tableBucket}/items/`}]}
    await glue.send(new CreateCrawlerCommand({Name, Role, DatabaseName: lake.database, Targets}))
    const present = await doctor(named)
    await glue.send(new DeleteCrawlerCommand({Name}))
    expect(failing(present)).toEqual([])
    expect(found(present, 'crawler')).toMatchObject({state: 'pass', of: Name, text: 'there, ready'})
    expect(found(present, 'last crawl')).toMatchObject({state: 'pass', text: 'none has ended yet'})
    expect(found(await doctor(), 'crawler')).toMatchObject({state: 'skipped'})
  })

  it('has no database', async () => {
    const result = await doctor([`database: ${lake.database}`, 'database: nowhere_at_all'])
    expect(failing(result)).toEqual(expect.arrayContaining(['database nowhere_at_all']))
  })

  it('is of another account, and nothing else is asked', async () => {
    await writeFile(join(lake.folder, 'sluice.yaml'), definition.replace('"123456789012"', '"999999999999"'))
    const {accessKey, variables} = await keysOf(await makeRole())
    const {stdout, exit} = await runSluice(['doctor', '--json'], {cwd: lake.folder, variables})
    expect({exit, ...(JSON.parse(stdout) as object)}).toMatchObject({exit: 2, error: {code: 'AWS_ACCOUNT_WRONG'}})
    expect((await wireOfKey(accessKey)).map(({operation}) => operation)).toEqual(['GetCallerIdentity'])
  })
})

describe('a table of a kind that sluice does not work with', () => {
  const storage = {
    Columns: [{Name: 'id', Type: 'string'}],
    Location: 's3://lab-warehouse/x/',
    SerdeInfo: {SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'},
  }
  const KINDS: readonly (readonly [kind: string, input: Partial<TableInput>, reason: string])[] = [
    ['view', {TableType: 'VIRTUAL_VIEW', StorageDescriptor: storage}, 'is a view'],
    ['iceberg', {Parameters: {table_type: 'ICEBERG'}, StorageDescriptor: storage}, 'is a table of iceberg'],
    ['delta', {Parameters: {'spark.sql.sources.provider': 'delta'}, StorageDescriptor: storage}, 'is a table of delta'],
    ['projected', {Parameters: {'projection.enabled': 'true'}, StorageDescriptor: storage}, 'has partition projection'],
    [
      'linked',
      {TargetTable: {CatalogId: '123456789012', DatabaseName: 'theirs', Name: 'items'}},
      'is a link to theirs.items',
    ],
  ]

  it.each(KINDS)('%s', async (kind, input, reason) => {
    const at = {DatabaseName: lake.database}
    await glue.send(new CreateTableCommand({...at, TableInput: {Name: kind, ...input}}))
    const result = await doctor(
      ['  items:\n    kind', `  ${kind}:\n    kind`],
      ['{items: {location', `{${kind}: {location`],
    )
    await glue.send(new DeleteTableCommand({...at, Name: kind}))
    expect(result.exit).toBe(3)
    expect(found(result, 'table', new RegExp(`^${kind}$`))).toMatchObject({
      state: 'fail',
      text: expect.stringContaining(reason),
    })
    expect(found(result, 'columns')).toMatchObject({state: 'skipped'})
  })
})

describe('an AWS that does not answer', () => {
  const armed: number[] = []

  async function arm(operation: string, fault: object): Promise<void> {
    const path = `/${lake.tableBucket}`
    await armFault({match: {service: 's3', operation, path, times: 0}, ...(fault as {fault: string})})
    const faults = (await control('GET', '/__faults')) as readonly {id: number; match?: {path?: string}}[]
    armed.push(...faults.filter(({match}) => match?.path === path).map(({id}) => id))
  }

  async function disarm(): Promise<void> {
    for (const id of armed.splice(0)) await control('DELETE', `/__faults?id=${id}`)
  }

  it('refuses a permission of a command, which fails, and one of the doctor alone, which is unknown', async () => {
    const refusal = {fault: 'status', status: 403, code: 'AccessDenied'}
    await arm('PutObject', refusal)
    await arm('GetBucketVersioning', refusal)
    const result = await doctor().finally(disarm)
    const refused = ['items', 'items__compact'].map((folder) => {
      return `s3:PutObject arn:aws:s3:::${lake.tableBucket}/${folder}/.sluice-doctor-probe`
    })
    expect(failing(result).sort()).toEqual(refused)
    expect(found(result, 'versioning', new RegExp(lake.tableBucket))).toMatchObject({
      state: 'unknown',
      code: 'AWS_ACCESS_DENIED',
      text: expect.stringContaining('s3:GetBucketVersioning'),
    })
  })

  it('hangs, and is not waited for', async () => {
    for (const operation of ['GetBucketVersioning', 'GetBucketEncryption']) {
      await arm(operation, {fault: 'hang'})
    }
    const started = performance.now()
    const result = await doctor().finally(disarm)
    expect(performance.now() - started).toBeLessThan(17_000)
    for (const name of ['versioning', 'encryption']) {
      expect(found(result, name, new RegExp(lake.tableBucket)), name).toMatchObject({
        state: 'unknown',
        code: 'AWS_UNAVAILABLE',
      })
    }
    expect(found(result, 'columns')).toMatchObject({state: 'pass'})
  })
})

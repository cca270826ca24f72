import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  ListExportsCommand,
  PutItemCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb'
import {HeadObjectCommand} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {answerOf, refusalOf, sluice} from '../../backfill/lake-folder.js'
import {makeAwsLake, type AwsLake} from '../aws-lake.js'
import {control} from '../checks/gateway-control.js'
import {dynamodb, hasTrino, ownName, s3} from '../checks/lab-clients.js'
import {redefineText} from '../faults/bad-lake.js'
import {stateOf} from '../lake-state.js'

interface Made {
  readonly uri: string
  readonly exportArn: string
  readonly items: number
  readonly state: string
}

const TableName = ownName('orders')
const DEFINITION = `sluice: 1
lake: shop
default: aws
environments:
tables:
  orders:
    kind: changelog
    source: {dynamodb: ${TableName}}
    key: [id]
    columns:
      - {name: id, type: string, from: id}
      - {name: amount, type: "decimal(18,2)", from: amount}
    partition: null
`
const START = '2026-01-01T00:00:00Z'
const MIDDLE = '2026-01-01T01:00:00Z'
const END = '2026-01-01T02:00:00Z'

const setNow = (now: string): Promise<unknown> => control('POST', '/__exports', {table: TableName, now})
const put = (id: string, amount: string) =>
  dynamodb.send(new PutItemCommand({TableName, Item: {id: {S: id}, amount: {N: amount}}}))

describe('exports that sluice has made', () => {
  let lake: AwsLake
  let into: readonly string[]
  let TableArn: string | undefined
  const uris: string[] = []

  /** The lake, and the exports of the table. */
  async function standing(): Promise<unknown> {
    const {ExportSummaries} = await dynamodb.send(new ListExportsCommand({TableArn}))
    return {exports: ExportSummaries, lake: await stateOf(lake)}
  }

  async function expectRefused(refusal: object, ...argv: string[]): Promise<void> {
    const before = await standing()
    expect(await refusalOf(lake, ...argv)).toMatchObject(refusal)
    expect(await standing()).toEqual(before)
  }

  beforeAll(async () => {
    lake = await makeAwsLake(DEFINITION, 'orders')
    into = ['backfill', 'export', '--into', `s3://${lake.stateBucket}/made`]
    const KeySchema = [{AttributeName: 'id', KeyType: 'HASH'}] as const
    const AttributeDefinitions = [{AttributeName: 'id', AttributeType: 'S'}] as const
    const shape = {KeySchema: [...KeySchema], AttributeDefinitions: [...AttributeDefinitions]}
    const table = new CreateTableCommand({TableName, BillingMode: 'PAY_PER_REQUEST', ...shape})
    TableArn = (await dynamodb.send(table)).TableDescription?.TableArn
    await setNow(START)
  })

  afterAll(() => lake.remove())

  it('are refused while recovery is off, with the command that turns it on', async () => {
    const message = expect.stringContaining('Point-in-time recovery') as string
    await expectRefused({code: 'EXPORT_SOURCE_UNUSABLE', exit: 2, message}, ...into, '--yes')
    const PointInTimeRecoverySpecification = {PointInTimeRecoveryEnabled: true}
    await dynamodb.send(new UpdateContinuousBackupsCommand({TableName, PointInTimeRecoverySpecification}))
  })

  it('are priced before they are asked for', async () => {
    const items = ['a', 'b', 'c'].map((id) => ({PutRequest: {Item: {id: {S: id}, amount: {N: '1.25'}}}}))
    await dynamodb.send(new BatchWriteItemCommand({RequestItems: {[TableName]: items}}))
    const before = await standing()
    const {stdout, exit} = await sluice(lake, ...into, '--at', MIDDLE, '--dry-run')
    expect([exit, /\$\d/.test(stdout)]).toEqual([0, true])
    expect(await standing()).toEqual(before)
    await expectRefused({code: 'CONFIRMATION_REQUIRED', exit: 2}, ...into, '--at', MIDDLE)
  })

  it('wait for their turn where too many run already', async () => {
    await setNow(MIDDLE)
    const match = {operation: 'ExportTableToPointInTime', body: TableName, times: 0}
    const limit = {status: 400, code: 'LimitExceededException', message: 'Too many exports are in progress'}
    const [armed] = (await control('POST', '/__faults', {match, fault: 'status', ...limit})) as {id: number}[]
    try {
      const before = await standing()
      const {stdout, exit} = await sluice(lake, ...into, '--at', MIDDLE, '--yes', '--json')
      expect({exit, ...(JSON.parse(stdout) as object)}).toMatchObject({
        exit: 1,
        error: {
          code: 'AWS_UNAVAILABLE',
          message: expect.stringContaining('Too many exports are in progress') as string,
          fix: expect.stringContaining('Wait until other exports have ended') as string,
        },
      })
      expect(await standing()).toEqual(before)
    } finally {
      await control('DELETE', `/__faults?id=${armed!.id}`)
    }
  })

  it('are one, however often the same is asked, and are waited for', async () => {
    await setNow(MIDDLE)
    const ask = [...into, '--at', MIDDLE, '--yes']
    const begun = await answerOf<Made>(lake, ...ask)
    const {document, exit} = await answerOf<Made>(lake, ...ask, '--wait')
    expect({exit, ...document}).toMatchObject({exit: 0, state: 'done', items: 3, exportArn: begun.document.exportArn})
    uris.push(document.uri)
  })

  it('hold the changes of a window', async () => {
    await put('a', '7')
    await put('d', '9.5')
    await dynamodb.send(new DeleteItemCommand({TableName, Key: {id: {S: 'b'}}}))
    await setNow(END)
    const {document} = await answerOf<Made>(lake, ...into, '--from', MIDDLE, '--to', END, '--wait', '--yes')
    expect(document).toMatchObject({state: 'done', items: 3})
    uris.push(document.uri)
    const short = ['--from', MIDDLE, '--to', '2026-01-01T01:05:00Z', '--yes']
    await expectRefused({code: 'EXPORT_RANGE_INVALID', exit: 2}, ...into, ...short)
  })

  it.runIf(hasTrino)('are loaded as a chain', async () => {
    const named = uris.flatMap((uri) => ['--export', uri])
    const {document, exit} = await answerOf<{rows: number}>(lake, 'backfill', 'run', ...named, '--yes')
    expect({exit, document}).toMatchObject({exit: 0, document: {changed: true, items: 6}})
    const {stdout} = await sluice(lake, 'query', 'SELECT id, amount FROM orders_current ORDER BY id', '--output', 'csv')
    expect(stdout.trim().split('\n')).toEqual(['id,amount', 'a,7.00', 'c,1.25', 'd,9.50'])
  })

  it.runIf(hasTrino)('are encrypted as the environment says, and so is what is loaded of them', async () => {
    const key = 'arn:aws:kms:eu-west-1:123456789012:key/lake'
    await redefineText(lake.folder, '    database:', `    encryption: kms:${key}\n    database:`)
    const verify = ['backfill', 'verify', '--table', 'orders']
    expect(await answerOf(lake, ...verify)).toMatchObject({exit: 3, document: {state: 'fail'}})
    const {document} = await answerOf<Made>(lake, ...into, '--at', END, '--wait', '--yes')
    const manifest = `${document.uri.replace(`s3://${lake.stateBucket}/`, '')}/manifest-summary.json`
    const wire = await control('GET', `/__wire?operation=ExportTableToPointInTime&contains=${TableName}`)
    expect(JSON.stringify(wire)).toContain(JSON.stringify(`"S3SseKmsKeyId":"${key}"`).slice(1, -1))
    expect((await s3.send(new HeadObjectCommand({Bucket: lake.stateBucket, Key: manifest}))).ETag).toBeDefined()
    const load = ['backfill', 'run', '--export', document.uri, '--yes']
    expect(await answerOf(lake, ...load)).toMatchObject({exit: 0, document: {changed: true, items: 3}})
    const {document: proven} = await answerOf<{runs: {export: string; checks: {name: string; state: string}[]}[]}>(
      lake,
      ...verify,
    )
    const id = document.uri.split('/').at(-1)
    const checks = proven.runs.find((run) => run.export === id)?.checks
    expect(checks?.find(({name}) => name === 'objects')).toMatchObject({state: 'pass'})
  })
})

import {DeleteObjectCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import {GetPartitionsCommand} from '@aws-sdk/client-glue'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CompactPlanDocument, CompactResultDocument} from '../../../src/lib/compact/index.js'
import type {DiffDocument, SyncDocument} from '../../../src/lib/partitions/index.js'
import {answerOf} from '../../backfill/lake-folder.js'
import {eventsDefinition} from '../../partitions/partition-lake.js'
import {makeAwsLake, type AwsLake} from '../aws-lake.js'
import {glue, s3} from '../checks/lab-clients.js'
import {listAll} from '../faults/fault-lake.js'

const STRAY = 'city=Stray'
const LONG = 'city=Long'
const PLAIN = 'city=Plain'
const ONLY = 'city=Only'
const AT = 'day=01/'

let lake: AwsLake

/** Three small files in each of three partitions, beside which two hold one that only Athena reads; `ONLY` holds no other. */
beforeAll(async () => {
  const definition = eventsDefinition().replace(
    'environments: {local: {backend: local, root: ./lake}}',
    'environments:\n  local: {backend: local, root: ./lake}',
  )
  lake = await makeAwsLake(definition, 'logs')
  for (const city of [STRAY, LONG, PLAIN]) for (const name of ['a', 'b', 'c']) await put(`${AT}${city}/${name}.json`)
  await put(`${AT}${ONLY}/a.json`)
  const done = await on<SyncDocument>('partitions', 'sync', '--yes')
  expect(done.document.tables).toMatchObject([{counts: {created: 4, failed: 0}}])
  await put(`${AT}${STRAY}//hidden.json`)
  await put(`${AT}${LONG}/${'n'.repeat(256)}.json`)
  await put(`${AT}${ONLY}//hidden.json`)
})
afterAll(() => lake.remove())

async function put(key: string): Promise<void> {
  await s3.send(new PutObjectCommand({Bucket: lake.tableBucket, Key: `logs/${key}`, Body: '{"id":"1"}\n'}))
}

const on = async <Document>(...argv: string[]) => answerOf<Document>(lake, ...argv, '--env', 'aws')

async function locations(): Promise<Record<string, string>> {
  const asked = new GetPartitionsCommand({DatabaseName: lake.database, TableName: 'logs'})
  const {Partitions = []} = await glue.send(asked)
  return Object.fromEntries(Partitions.map(({Values, StorageDescriptor}) => [Values![1], StorageDescriptor!.Location!]))
}

describe('a file whose key only a bucket can hold', () => {
  it('keeps its partition where it is, and no other', async () => {
    const [keys, before] = [await listAll(s3, lake.tableBucket, 'logs/'), await locations()]
    const policy = ['--min-files', '2', '--min-age', '0h']
    const {document: plan} = await on<CompactPlanDocument>('compact', 'plan', ...policy)
    expect(plan.tables[0]!.partitions.map(({partition, skipped}) => [partition, skipped]).sort()).toEqual([
      [`${AT}${LONG}`, 'unusable_key'],
      [`${AT}${ONLY}`, 'unusable_key'],
      [`${AT}${PLAIN}`, null],
      [`${AT}${STRAY}`, 'unusable_key'],
    ])
    const {document: run} = await on<CompactResultDocument>('compact', 'run', ...policy, '--yes')
    expect(run.tables).toMatchObject([{kind: 'compact.swap', merged: 1, failed: []}])
    const {Plain: moved, ...others} = await locations()
    expect(moved).toContain('logs__compact/')
    expect(others).toEqual(Object.fromEntries(Object.entries(before).filter(([city]) => city !== 'Plain')))
    expect(await listAll(s3, lake.tableBucket, 'logs/')).toEqual(keys)
  })

  it('keeps its partition in the catalog', async () => {
    const before = await locations()
    await s3.send(new DeleteObjectCommand({Bucket: lake.tableBucket, Key: `logs/${AT}${ONLY}/a.json`}))
    const {document} = await on<DiffDocument>('partitions', 'diff')
    expect(document.tables[0]!.differences.filter(({kind}) => kind === 'empty')).toEqual([])
    await on('partitions', 'sync', '--drop-missing', '--yes')
    expect(await locations()).toEqual(before)
  })
})

import {GetPartitionsCommand} from '@aws-sdk/client-glue'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DiffDocument, SyncDocument} from '../../../src/lib/partitions/index.js'
import {answerOf} from '../../backfill/lake-folder.js'
import {resultOf, startSluice} from '../../cli/run-cli.js'
import {documentOf} from '../../contract/cli/result-document.js'
import type {AwsLake} from '../aws-lake.js'
import {makeCatalogLake, putEvent} from '../catalog-lake.js'
import {glue} from '../checks/lab-clients.js'
import {startHalfBatches} from './half-batches.js'

const CITIES = ['Paris', 'Oslo', 'Rome', 'Turin']

describe('a sync of partitions whose batches Glue takes by half', () => {
  let lake: AwsLake

  beforeAll(async () => {
    ;({lake} = await makeCatalogLake())
    for (const city of CITIES) await putEvent(lake, `day=01/city=${city}/a.json`)
  })

  afterAll(() => lake.remove())

  async function registered(): Promise<string[]> {
    const {Partitions = []} = await glue.send(
      new GetPartitionsCommand({DatabaseName: lake.database, TableName: 'logs'}),
    )
    return Partitions.map(({Values: [, city] = []}) => city!).sort()
  }

  /** Runs a sync whose first batch is cut. */
  async function cutSync() {
    const half = await startHalfBatches(1)
    const child = startSluice(['partitions', 'sync', '--yes', '--json'], {
      cwd: lake.folder,
      variables: {AWS_ENDPOINT_URL_GLUE: half.url},
    })
    const {stdout, stderr, exit} = await resultOf(child)
    await half.close()
    expect({stderr, cuts: half.cuts()}).toEqual({stderr: '', cuts: 1})
    return {exit, document: documentOf('partitions:sync', stdout) as SyncDocument}
  }

  it('says which are missing, keeps the others, and is made whole by the same command', async () => {
    const {exit, document} = await cutSync()
    expect(exit).toBe(4)
    const [table] = document.tables
    expect(table).toMatchObject({counts: {created: 2, failed: 2}, failures: [{code: 'PARTITIONS_FAILED'}]})
    expect(table!.failures[0]!.message).toContain('2 of 4 partitions of logs were not created')
    expect(table!.failures[0]!.message).toContain('Injected: this partition was not created')
    const failed = table!.partitions.filter(({state}) => state === 'failed').map(({values}) => values[1]!)
    const standing = await registered()
    expect([...standing, ...failed].sort()).toEqual([...CITIES].sort())
    expect(standing).toHaveLength(2)
    // the operation has ended: what Glue refused is for the next one
    const resumed = await answerOf(lake, 'ops', 'resume', table!.operation!, '--yes')
    expect(resumed).toMatchObject({exit: 0, document: {changed: false, state: 'done'}})
    expect(await registered()).toEqual(standing)
    const again = await answerOf<SyncDocument>(lake, 'partitions', 'sync', '--yes')
    expect(again).toMatchObject({exit: 0, document: {tables: [{counts: {created: 2, failed: 0}, failures: []}]}})
    expect(await registered()).toEqual([...CITIES].sort())
    const after = await answerOf<DiffDocument>(lake, 'partitions', 'diff')
    expect(after).toMatchObject({exit: 0, document: {tables: [{inStep: 4, differences: []}]}})
  }, 120_000)
})

import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {PolicyWatch} from '../../iam/policy-watch.js'
import type {DiffDocument, ListDocument, SyncDocument} from '../../../src/lib/partitions/index.js'
import type {AwsLake} from '../aws-lake.js'
import {makeCatalogLake, putEvent} from '../catalog-lake.js'
import {answerOf, refusalOf} from '../../backfill/lake-folder.js'
import {eventsDefinition} from '../../partitions/partition-lake.js'
import {redefineText} from '../faults/bad-lake.js'
import {stateOf} from '../lake-state.js'

const CITIES = ['Paris', 'New York', 'a%2Fb', 'ü 日本', '__HIVE_DEFAULT_PARTITION__']

let lake: AwsLake
let watch: PolicyWatch

beforeAll(async () => {
  ;({lake} = await makeCatalogLake())
  watch = await PolicyWatch.over(lake)
  for (const city of CITIES) await putEvent(lake, `day=01/city=${city}/a.json`)
})
afterAll(() => lake.remove())

const on = <Document>(...argv: string[]) => watch.answerOf<Document>(...argv, '--env', 'aws')

describe('partitions on AWS', () => {
  it('of a protected environment are registered for who confirms by name and gives a reason', async () => {
    await redefineText(lake.folder, '    backend: aws\n', '    backend: aws\n    protect: true\n')
    const before = await stateOf(lake)
    const sync = ['partitions', 'sync', '--env', 'aws', '--yes']
    expect(await refusalOf(lake, ...sync)).toMatchObject({code: 'USAGE', exit: 2})
    const reason = ['--reason', 'the first folders']
    expect(await refusalOf(lake, ...sync, ...reason)).toMatchObject({code: 'CONFIRMATION_REQUIRED', exit: 2})
    expect(await stateOf(lake)).toEqual(before)
    const name = /^lake: (\S+)/m.exec(eventsDefinition())![1]!
    const done = await answerOf<SyncDocument>(lake, ...sync, ...reason, '--confirm', name)
    expect(done).toMatchObject({exit: 0, document: {changed: true}})
    expect(await stateOf(lake)).not.toEqual(before)
    await redefineText(lake.folder, '    protect: true\n', '')
    const undo = ['ops', 'undo', done.document.tables[0]!.operation!, '--env', 'aws', '--yes']
    expect((await answerOf(lake, ...undo)).exit).toBe(0)
  })

  it('are found, registered in a new table, read back, and taken back', async () => {
    const before = await on<DiffDocument>('partitions', 'diff')
    expect(before.exit).toBe(3)
    expect(before.document.tables).toMatchObject([{isInCatalog: false, counts: {unregistered: CITIES.length}}])
    const done = await on<SyncDocument>('partitions', 'sync', '--yes')
    expect(done.exit).toBe(0)
    expect(done.document.tables).toMatchObject([{isTableCreated: true, counts: {created: CITIES.length, failed: 0}}])
    const after = await on<DiffDocument>('partitions', 'diff')
    expect(after.document.tables).toMatchObject([{inStep: CITIES.length, differences: []}])
    const {document: list} = await on<ListDocument>('partitions', 'list')
    expect(list.partitions.map(({values, files}) => [values[1], files]).sort()).toEqual(
      CITIES.map((city) => [city.replace('%2F', '/'), 1]).sort(),
    )
    const again = await on<SyncDocument>('partitions', 'sync', '--yes')
    expect(again.document.changed).toBe(false)
    const undone = await on<{state: string}>('ops', 'undo', done.document.tables[0]!.operation!, '--yes')
    expect(undone.document.state).toBe('undone')
    const last = await on<DiffDocument>('partitions', 'diff')
    expect(last.document.tables).toMatchObject([{isInCatalog: false, files: CITIES.length}])
  })

  it('asked for nothing that the printed policies do not allow', async () => {
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(50)
  })
})

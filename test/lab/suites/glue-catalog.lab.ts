import {randomBytes} from 'node:crypto'
import {
  CreateDatabaseCommand,
  DeleteDatabaseCommand,
  GetPartitionCommand,
  GetTableCommand,
  GlueClient,
  UpdatePartitionCommand,
  UpdateTableCommand,
  type TableInput,
} from '@aws-sdk/client-glue'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {clientConfiguration} from '../../../src/lib/aws/client-settings.js'
import {GlueCatalog} from '../../../src/lib/aws/glue-catalog.js'
import type {NewCatalogPartition, NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import {catalogContract} from '../../contract/ports/catalog.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {labSettings} from '../lab-settings.js'

/** The lab's own pages; a stock moto has none. */
const GATEWAY = process.env['SLUICE_LAB_URL']

const LAKE = 's3://glue-lab/lake/'
const locations = {
  uriOf: (keyPrefix: string) => `${LAKE}${keyPrefix}`,
  prefixOf: (uri: string) => (uri.startsWith(LAKE) ? uri.slice(LAKE.length) : null),
}

let glue: GlueClient
beforeAll(() => {
  glue = new GlueClient(clientConfiguration(labSettings(), 'glue'))
})
afterAll(() => glue.destroy())

/** A catalog in a database of its own. */
async function openCatalog() {
  const database = `glue_lab_${randomBytes(6).toString('hex')}`
  await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name: database}}))
  const catalog = new GlueCatalog({settings: labSettings(), database, locations})
  const close = async () => {
    catalog.close()
    await glue.send(new DeleteDatabaseCommand({Name: database}))
  }
  return {database, catalog, close}
}

catalogContract('GlueCatalog', openCatalog)

const EVENTS: NewCatalogTable = {
  name: 'events',
  kind: 'table',
  columns: [
    {name: 'id', type: 'string'},
    {name: 'leftOut', type: 'integer'},
  ],
  partitionColumns: [{name: 'day', type: 'string'}],
  location: 'events/',
  format: 'json',
  pathTemplate: 'day={day}/',
  viewSql: null,
  parameters: {layer: 'bronze'},
}

const VIEW: NewCatalogTable = {
  name: 'events_current',
  kind: 'view',
  columns: [{name: 'id', type: 'string'}],
  partitionColumns: [],
  location: null,
  format: null,
  pathTemplate: null,
  viewSql: 'SELECT "id" FROM "events" -- é 😀',
  parameters: {},
}

function day(value: string, location = `events/day=${value}/`): NewCatalogPartition {
  return {values: [value], location, parameters: {}}
}

describe('GlueCatalog', () => {
  let opened: Awaited<ReturnType<typeof openCatalog>>
  let catalog: GlueCatalog
  beforeEach(async () => {
    opened = await openCatalog()
    catalog = opened.catalog
    return opened.close
  })

  const standing = async (name: string) => {
    const {Table} = await glue.send(new GetTableCommand({DatabaseName: opened.database, Name: name}))
    if (Table === undefined) throw new Error('no table')
    return Table
  }

  /** Changes a table as another tool would. */
  const meddle = async (name: string, change: (input: TableInput) => TableInput) => {
    const {Name, Owner, StorageDescriptor, PartitionKeys, TableType, Parameters} = await standing(name)
    const input = {Name, Owner, StorageDescriptor, PartitionKeys, TableType, Parameters}
    await glue.send(new UpdateTableCommand({DatabaseName: opened.database, TableInput: change(input)}))
  }

  it('stores tables so that Hive readers find them', async () => {
    await catalog.putTable(EVENTS, null)
    const {StorageDescriptor: storage, ...table} = await standing('events')
    expect(table).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      Parameters: {EXTERNAL: 'TRUE', classification: 'json', layer: 'bronze', 'sluice.path-template': 'day={day}/'},
      PartitionKeys: [{Name: 'day', Type: 'string'}],
    })
    expect(storage).toMatchObject({
      Location: 's3://glue-lab/lake/events/',
      Columns: [
        {Name: 'id', Type: 'string'},
        {Name: 'leftout', Type: 'int'},
      ],
      SerdeInfo: {SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe'},
    })
    expect((await catalog.getTable('events'))?.columns).toEqual(EVENTS.columns)
  })

  it('keeps what others set on a table, and drops only its own', async () => {
    const {version} = await catalog.putTable(EVENTS, null)
    await meddle('events', (input) => ({
      ...input,
      Owner: 'somebody',
      Parameters: {...input.Parameters, 'projection.enabled': 'true'},
      StorageDescriptor: {
        ...input.StorageDescriptor,
        BucketColumns: ['id'],
        Columns: input.StorageDescriptor?.Columns?.map((column) => ({...column, Comment: `the ${column.Name}`})),
      },
    }))
    await expectCode(catalog.putTable(EVENTS, version), 'PRECONDITION_FAILED')
    const seen = await catalog.getTable('events')
    expect(seen?.parameters).toEqual({layer: 'bronze', 'projection.enabled': 'true'})
    const changed = {...EVENTS, columns: [...EVENTS.columns, {name: 'extra', type: 'double'}], parameters: {a: 'b'}}
    const put = await catalog.putTable(changed, seen?.version ?? '')
    expect(put.parameters).toEqual({a: 'b', 'projection.enabled': 'true'})
    expect(await standing('events')).toMatchObject({
      Owner: 'somebody',
      Parameters: {'projection.enabled': 'true'},
      StorageDescriptor: {
        BucketColumns: ['id'],
        Columns: [
          {Name: 'id', Comment: 'the id'},
          {Name: 'leftout', Comment: 'the leftout'},
          {Name: 'extra', Type: 'double'},
        ],
      },
    })
    expect((await catalog.putTable(changed, put.version)).version).toBe(put.version)
  })

  it('shows what somebody pointed out of the lake', async () => {
    await catalog.putTable(EVENTS, null)
    await catalog.createPartitions('events', [day('a'), day('b', 's3://elsewhere/b/')])
    await meddle('events', (input) => ({
      ...input,
      StorageDescriptor: {...input.StorageDescriptor, Location: 's3://elsewhere/events'},
    }))
    const table = await catalog.getTable('events')
    expect(table?.location).toBe('s3://elsewhere/events/')
    const found = await catalog.getPartitions('events', [['a'], ['b']])
    expect(found.map((partition) => partition?.location)).toEqual(['events/day=a/', 's3://elsewhere/b/'])
    await catalog.putTable({...EVENTS, location: table?.location ?? '', parameters: {}}, table?.version ?? '')
    expect((await standing('events')).StorageDescriptor?.Location).toBe('s3://elsewhere/events')
  })

  it('lists tables of other engines and never writes them', async () => {
    await catalog.putTable(EVENTS, null)
    await meddle('events', (input) => ({...input, Parameters: {table_type: 'ICEBERG'}}))
    const [table] = await catalog.listTables()
    expect(table).toMatchObject({format: null, parameters: {table_type: 'ICEBERG'}})
    const {version} = table!
    await expectCode(catalog.putTable(EVENTS, version), 'TABLE_UNSUPPORTED')
    await expectCode(catalog.dropTable('events', version), 'TABLE_UNSUPPORTED')
    await expectCode(catalog.createPartitions('events', [day('a')]), 'TABLE_UNSUPPORTED')
  })

  it('lists more than a page, each partition once', async () => {
    await catalog.putTable(EVENTS, null)
    const days = Array.from({length: 2350}, (_, index) => day(`d${index}`))
    const outcomes = await catalog.createPartitions('events', days)
    expect(outcomes.every(({state}) => state === 'created')).toBe(true)
    const listed = await collect(catalog.listPartitions('events'))
    expect(listed.map(({values}) => values[0]).sort()).toEqual(days.map(({values}) => values[0]).sort())
    const asked = [...days, day('none')].map(({values}) => values)
    const found = await catalog.getPartitions('events', asked)
    expect(found.at(-1)).toBeNull()
    const versions = new Map(listed.map(({values, version}) => [values[0], version]))
    for (const partition of found.slice(0, -1))
      expect(partition?.version).toBe(versions.get(partition?.values[0] ?? ''))
  })

  it('gives each partition of a half-failing batch its own outcome', async () => {
    await catalog.putTable(EVENTS, null)
    const half = Array.from({length: 75}, (_, index) => day(`d${index * 2}`))
    await catalog.createPartitions('events', half)
    const all = Array.from({length: 150}, (_, index) => day(`d${index}`, 'events/other/'))
    const outcomes = await catalog.createPartitions('events', all)
    expect(outcomes.map(({state}) => state)).toEqual(all.map((_, index) => (index % 2 === 0 ? 'exists' : 'created')))
    const deleted = await catalog.deletePartitions('events', [['none'], ...all.map(({values}) => values), ['d1']])
    expect(deleted.map(({state}) => state)).toEqual(['absent', ...all.map(() => 'deleted'), 'absent'])
    expect(await collect(catalog.listPartitions('events'))).toEqual([])
  })

  it('keeps what others set on a partition', async () => {
    await catalog.putTable(EVENTS, null)
    await catalog.createPartitions('events', [day('a')])
    const partition = {DatabaseName: opened.database, TableName: 'events', PartitionValues: ['a']}
    const stored = async () => (await glue.send(new GetPartitionCommand(partition))).Partition
    const [first] = await catalog.getPartitions('events', [['a']])
    const {Values, StorageDescriptor, Parameters} = (await stored()) ?? {}
    const analyzed = {
      Values,
      StorageDescriptor: {...StorageDescriptor, Columns: [{Name: 'id', Type: 'string'}]},
      Parameters: {...Parameters, reviewedBy: '12'},
    }
    await glue.send(
      new UpdatePartitionCommand({
        ...partition,
        PartitionValueList: partition.PartitionValues,
        PartitionInput: analyzed,
      }),
    )
    expect(await catalog.updatePartition('events', day('a'), first?.version ?? '')).toMatchObject({state: 'changed'})
    const [before] = await catalog.getPartitions('events', [['a']])
    const next = {...day('a', 'events/other/'), parameters: {run: '2'}}
    expect(await catalog.updatePartition('events', next, before?.version ?? '')).toMatchObject({state: 'updated'})
    const [after] = await catalog.getPartitions('events', [['a']])
    expect(after).toEqual({...next, parameters: {run: '2', reviewedBy: '12'}, version: after?.version})
    expect(await stored()).toMatchObject({
      StorageDescriptor: {Columns: [{Name: 'id'}], SerdeInfo: StorageDescriptor?.SerdeInfo},
      Parameters: {reviewedBy: '12', 'sluice.version': expect.stringMatching(/^2\./)},
    })
    expect(await catalog.updatePartition('events', next, before?.version ?? '')).toMatchObject({state: 'changed'})
  })

  it('lets one of two writers change a table', async () => {
    const {version} = await catalog.putTable(EVENTS, null)
    const puts = await Promise.allSettled(
      ['x', 'y', 'z'].map((writer) => catalog.putTable({...EVENTS, parameters: {writer}}, version)),
    )
    expect(puts.filter(({status}) => status === 'fulfilled')).toHaveLength(1)
  })

  it('lets one of many create a table', async () => {
    const puts = await Promise.allSettled(Array.from({length: 8}, () => catalog.putTable(EVENTS, null)))
    expect(puts.filter(({status}) => status === 'fulfilled')).toHaveLength(1)
  })

  it('stores views as Athena does and reads their statement back', async () => {
    const view = await catalog.putTable(VIEW, null)
    expect(view).toEqual({...VIEW, version: view.version})
    const table = await standing('events_current')
    expect(table).toMatchObject({TableType: 'VIRTUAL_VIEW', ViewExpandedText: '/* Presto View */'})
    expect(table.Parameters).toMatchObject({presto_view: 'true', comment: 'Presto View'})
    const changed = await catalog.putTable({...VIEW, viewSql: 'SELECT "id" FROM "events" WHERE true'}, view.version)
    expect(changed.viewSql).toBe('SELECT "id" FROM "events" WHERE true')
  })

  it('says which database is missing, and how to make it', async () => {
    const other = new GlueCatalog({settings: labSettings(), database: 'No_Such', locations})
    for (const call of [
      () => other.listTables(),
      () => other.getTable('a'),
      () => other.putTable(EVENTS, null),
      () => other.createPartitions('a', [day('a')]),
    ]) {
      const error = await expectCode(call(), 'PLACE_UNUSABLE')
      expect(error.message).toContain('no_such')
      expect(error.fix).toContain('aws glue create-database')
    }
    other.close()
  })

  describe.skipIf(GATEWAY === undefined)('when the wire breaks', () => {
    /** Breaks one call of this operation on this database. */
    const breakOne = async (operation: string, fault: object) => {
      const match = {service: 'glue', operation, body: opened.database}
      const response = await fetch(`${GATEWAY}/__faults`, {method: 'POST', body: JSON.stringify({match, ...fault})})
      expect(response.ok).toBe(true)
    }

    it('knows its own writes when their answers are lost', async () => {
      await breakOne('CreateTable', {fault: 'dropAfter'})
      const created = await catalog.putTable(EVENTS, null)
      await breakOne('UpdateTable', {fault: 'dropAfter'})
      const changed = await catalog.putTable({...EVENTS, parameters: {a: 'b'}}, created.version)
      expect(changed.version).not.toBe(created.version)
      await catalog.createPartitions('events', [day('b')])
      await breakOne('BatchCreatePartition', {fault: 'dropAfter'})
      const outcomes = await catalog.createPartitions('events', [day('a'), day('b'), day('c')])
      expect(outcomes.map(({state}) => state)).toEqual(['created', 'exists', 'created'])
      const [before] = await catalog.getPartitions('events', [['a']])
      await breakOne('UpdatePartition', {fault: 'dropAfter'})
      const next = day('a', 'events/other/')
      expect(await catalog.updatePartition('events', next, before?.version ?? '')).toMatchObject({state: 'updated'})
      await breakOne('DeleteTable', {fault: 'dropAfter'})
      await catalog.dropTable('events', changed.version)
      expect(await catalog.getTable('events')).toBeNull()
    })

    it('waits when Glue is busy', async () => {
      await breakOne('CreateTable', {fault: 'throttle', times: 2})
      await catalog.putTable(EVENTS, null)
      await breakOne('BatchCreatePartition', {fault: 'status', status: 500})
      const days = Array.from({length: 250}, (_, index) => day(`d${index}`))
      const outcomes = await catalog.createPartitions('events', days)
      expect(outcomes.every(({state}) => state === 'created')).toBe(true)
      await breakOne('GetPartitions', {fault: 'dropBefore', times: 2})
      expect(await collect(catalog.listPartitions('events'))).toHaveLength(250)
    })

    it('says what stops it', async () => {
      await catalog.putTable(EVENTS, null)
      const denied = {
        status: 400,
        code: 'AccessDeniedException',
        message: 'User: u is not authorized to perform: glue:X',
      }
      await breakOne('GetPartitions', {fault: 'status', ...denied})
      const error = await expectCode(collect(catalog.listPartitions('events')), 'AWS_ACCESS_DENIED')
      expect(error.details).toMatchObject({action: 'glue:X'})
      await breakOne('GetTable', {fault: 'expiredToken'})
      await expectCode(catalog.getTable('events'), 'AWS_TOKEN_EXPIRED')
      await breakOne('GetTables', {fault: 'throttle', times: 5})
      await expectCode(catalog.listTables(), 'AWS_UNAVAILABLE')
    })
  })
})

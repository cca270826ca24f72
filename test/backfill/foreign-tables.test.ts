import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import type {ErrorCode} from '../../src/lib/errors.js'
import {mappingOf} from '../../src/lib/lake/index.js'
import {storedColumns} from '../../src/lib/mapping/index.js'
import type {NewCatalogTable} from '../../src/lib/ports/catalog.js'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {makeLake, openLake, type LakeFolder} from './lake-folder.js'
import {load} from './loads.js'

const NOTHING = {partitionColumns: [], format: null, pathTemplate: null, viewSql: null, parameters: {}} as const

let lake: LakeFolder
let context: Context
let opened: ExportFolder

beforeEach(async () => {
  lake = await makeLake()
  context = await openLake(lake)
  opened = await writeItems(lake, [[item('a', {n: '1', amount: '1.25', note: 'x'})]])
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

/** The table as sluice would make it, but for what only sluice writes. */
function plain(): NewCatalogTable {
  const mapping = mappingOf(context.definition.tables[0]!)
  return {
    ...NOTHING,
    name: mapping.table,
    kind: 'table',
    columns: storedColumns(mapping),
    partitionColumns: (mapping.partition?.by ?? []).map(({name}) => ({name, type: 'string'})),
    location: `${mapping.table}/`,
    format: 'parquet',
  }
}

const view = (name: string): NewCatalogTable => ({
  ...NOTHING,
  name,
  kind: 'view',
  columns: [{name: 'id', type: 'string'}],
  location: null,
  viewSql: 'SELECT 1 AS id',
})

describe('what somebody else made under the name of a table', () => {
  it.each<[string, ErrorCode, () => NewCatalogTable]>([
    ['a view', 'TABLE_UNSUPPORTED', () => view(plain().name)],
    ['JSON', 'TABLE_UNSUPPORTED', () => ({...plain(), format: 'json'})],
    ['an unknown format', 'TABLE_UNSUPPORTED', () => ({...plain(), format: null})],
    ['a link', 'TABLE_UNSUPPORTED', () => ({...plain(), format: null, parameters: {'link.target': 'x.y.z'}})],
    ['projection', 'TABLE_UNSUPPORTED', () => ({...plain(), parameters: {'projection.enabled': 'true'}})],
    ['other partitions', 'TABLE_DIFFERS', () => ({...plain(), partitionColumns: [{name: 'x', type: 'string'}]})],
    ['a column less', 'TABLE_DIFFERS', () => ({...plain(), columns: plain().columns.slice(1)})],
    [
      'a column of another type',
      'TABLE_DIFFERS',
      () => ({...plain(), columns: plain().columns.map((one) => ({...one, type: 'boolean'}))}),
    ],
    [
      'a table in the place of the view',
      'TABLE_UNSUPPORTED',
      () => ({...plain(), name: `${plain().name}_current`, location: 'elsewhere/'}),
    ],
  ])('is refused before anything is written: %s', async (_, code, make) => {
    const {catalog, store} = context.ports
    await catalog.putTable(make(), null)
    const before = await catalog.listTables()
    await expect(load(context, opened)).rejects.toMatchObject({code})
    expect(await catalog.listTables()).toEqual(before)
    for await (const {key} of store.list('')) expect(key).toMatch(/^_sluice\/catalog\//)
  })

  it('is taken where it has all columns', async () => {
    await context.ports.catalog.putTable(plain(), null)
    await load(context, opened)
    expect((await context.ports.catalog.getTable(plain().name))?.parameters['layout']).toBeDefined()
  })

  it('is refused where somebody changed a column of loaded rows since', async () => {
    await load(context, opened)
    const {catalog} = context.ports
    const standing = (await catalog.getTable(plain().name))!
    const columns = standing.columns.map((one) => (one.name === 'count' ? {...one, type: 'string'} : one))
    await catalog.putTable({...standing, columns}, standing.version)
    const newer = await writeItems(lake, [[item('b', {n: '2', amount: '1', note: 'y'})]], {
      time: '2026-01-20T00:00:00.000Z',
    })
    await expect(load(context, newer)).rejects.toMatchObject({code: 'TABLE_DIFFERS'})
    expect((await catalog.getTable(plain().name))?.columns).toEqual(columns)
  })
})

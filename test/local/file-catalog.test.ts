import {rm} from 'node:fs/promises'
import {mkdtemp} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import type {NewCatalogPartition, NewCatalogTable} from '../../src/lib/ports/catalog.js'
import {readText} from '../../src/lib/ports/object-content.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import {catalogContract} from '../contract/ports/catalog.js'
import {collect, expectCode} from '../contract/ports/expectations.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'

catalogContract('FileCatalog in a folder', async () => {
  const root = await mkdtemp(join(tmpdir(), 'sluice-catalog-'))
  const catalog = new FileCatalog(new FolderObjectStore({root}))
  return {catalog, close: () => rm(root, {recursive: true, force: true})}
})

catalogContract('FileCatalog in memory', async () => {
  return {catalog: new FileCatalog(new MemoryObjectStore()), close: async () => undefined}
})

const EVENTS: NewCatalogTable = {
  name: 'events',
  kind: 'table',
  columns: [{name: 'id', type: 'string'}],
  partitionColumns: [{name: 'day', type: 'string'}],
  location: 'bronze/events/',
  format: 'json',
  pathTemplate: 'day={day}/',
  viewSql: null,
  parameters: {b: '2', a: '1'},
}

function day(value: string): NewCatalogPartition {
  return {values: [value], location: `bronze/events/day=${value}/`, parameters: {}}
}

async function dump(store: ObjectStore): Promise<Record<string, string>> {
  const objects: Record<string, string> = {}
  for await (const {key} of store.list('')) objects[key] = await readText(store, key)
  return objects
}

describe('FileCatalog documents', () => {
  it('are the same bytes for the same state', async () => {
    const [left, right] = [new MemoryObjectStore(), new MemoryObjectStore()]
    const days = Array.from({length: 300}, (_, index) => day(`d${index}`))
    const first = new FileCatalog(left)
    await first.putTable(EVENTS, null)
    await first.createPartitions('events', days)
    const second = new FileCatalog(right)
    const {version} = await second.putTable({...EVENTS, location: 'elsewhere/'}, null)
    await second.putTable({...EVENTS, parameters: {a: '1', b: '2'}}, version)
    for (const item of [...days, day('extra')].reverse()) await second.createPartitions('events', [item])
    await second.deletePartitions('events', [['extra']])
    const [one, other] = [await dump(left), await dump(right)]
    for (const [key, text] of Object.entries(one)) expect([key, other[key]]).toEqual([key, text])
    expect(JSON.parse(one['_sluice/catalog/tables/events.json'] ?? '')).toMatchObject({format: 1})
  })

  it('are written once a shard and not at all when nothing changes', async () => {
    const store = new MemoryObjectStore({versioned: true})
    const catalog = new FileCatalog(store, {prefix: 'c/'})
    await catalog.putTable(EVENTS, null)
    const days = Array.from({length: 2000}, (_, index) => day(`d${index}`))
    await catalog.createPartitions('events', days)
    await catalog.createPartitions('events', days)
    const versions = await collect(store.versions('c/partitions/events/'))
    expect(versions.length).toBeLessThanOrEqual(256)
    expect(versions.every(({isLatest}) => isLatest)).toBe(true)
  })

  it.each(['{', '', '[]', '{"format":1}', '{"format":1,"table":{"name":1}}', '{"format":"1"}'])(
    'are corrupt as %j, and named',
    async (text) => {
      const store = new MemoryObjectStore()
      await store.write('_sluice/catalog/tables/events.json', Buffer.from(text))
      const error = await expectCode(new FileCatalog(store).getTable('events'), 'CATALOG_CORRUPT')
      expect(error.message).toContain('_sluice/catalog/tables/events.json')
    },
  )

  it('of a broken shard are refused, not overwritten', async () => {
    const store = new MemoryObjectStore()
    const catalog = new FileCatalog(store)
    await catalog.putTable(EVENTS, null)
    await catalog.createPartitions('events', [day('1')])
    const [shard] = await collect(store.list('_sluice/catalog/partitions/'))
    await store.write(shard?.key ?? '', Buffer.from('{"format":1,"partitions":[{'))
    await expectCode(catalog.createPartitions('events', [day('1')]), 'CATALOG_CORRUPT')
    await expectCode(catalog.getPartitions('events', [['1']]), 'CATALOG_CORRUPT')
    await expectCode(collect(catalog.listPartitions('events')), 'CATALOG_CORRUPT')
    await store.write(shard?.key ?? '', Buffer.from('{"format":2}'))
    await expectCode(catalog.deletePartitions('events', [['1']]), 'FORMAT_UNKNOWN')
  })

  it('of a killed drop hide the table and are cleared by the next create', async () => {
    const store = new MemoryObjectStore()
    const catalog = new FileCatalog(store)
    const {version} = await catalog.putTable(EVENTS, null)
    await catalog.createPartitions('events', [day('1'), day('2')])
    store.deleteBatch = () => Promise.reject(new Error('killed here'))
    await expect(catalog.dropTable('events', version)).rejects.toThrow('killed here')
    expect(await catalog.listTables()).toEqual([])
    await expectCode(catalog.createPartitions('events', [day('3')]), 'TABLE_UNKNOWN')
    store.deleteBatch = MemoryObjectStore.prototype.deleteBatch
    await catalog.putTable(EVENTS, null)
    expect(await collect(catalog.listPartitions('events'))).toEqual([])
  })
})

import {beforeEach, describe, expect, it} from 'vitest'
import {newcomersOf} from '../../src/lib/compact/newcomers.js'
import {partitionFiles} from '../../src/lib/compact/partition-files.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import type {CatalogTable, NewCatalogTable} from '../../src/lib/ports/catalog.js'
import type {ListedObject} from '../../src/lib/ports/object-store.js'
import {collect, expectCode} from '../contract/ports/expectations.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'

const TABLE: NewCatalogTable = {
  name: 'events',
  kind: 'table',
  columns: [{name: 'id', type: 'string'}],
  partitionColumns: [{name: 'day', type: 'string'}],
  location: 'events/',
  format: 'parquet',
  pathTemplate: null,
  viewSql: null,
  parameters: {},
}
const PROJECTED = {
  'projection.enabled': 'true',
  'projection.day.type': 'date',
  'storage.location.template': 's3://lake/somewhere/events/${day}',
}

let store: MemoryObjectStore
let catalog: FileCatalog

beforeEach(() => {
  store = new MemoryObjectStore()
  catalog = new FileCatalog(store)
})

async function table(more: Partial<NewCatalogTable>, places: Readonly<Record<string, string>>): Promise<CatalogTable> {
  const made = await catalog.putTable({...TABLE, ...more}, null)
  const partitions = Object.entries(places).map(([day, location]) => ({values: [day], location, parameters: {}}))
  if (partitions.length > 0) await catalog.createPartitions('events', partitions)
  return made
}

const write = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await store.write(key, Buffer.from('x'))
}

async function found(entry: CatalogTable): Promise<unknown[]> {
  const partitions = await collect(partitionFiles(entry, () => true, 'swap', null, {store, catalog}))
  return partitions.map(({partition, location, files, isOutside}) => [
    partition.join('/'),
    location,
    isOutside ? 'outside' : files.map(({key}) => key.slice(location.length)).join(' '),
  ])
}

describe('files of partitions', () => {
  it('are those of computed partitions too, which nobody registered', async () => {
    const entry = await table({parameters: PROJECTED}, {})
    await write('events/2026-01-14/a', 'events/2026-01-14/b', 'events/2026-01-15/c', 'events/2026-01-15/_tmp/d')
    await write('events/notes/deep/e', 'events/stray')
    expect(await found(entry)).toEqual([
      ['2026-01-14', 'events/2026-01-14/', 'a b'],
      ['2026-01-15', 'events/2026-01-15/', 'c'],
    ])
  })

  it('are found once where a computed partition is registered as well', async () => {
    const entry = await table({parameters: PROJECTED}, {'2026-01-14': 'events/2026-01-14/'})
    await write('events/2026-01-14/a', 'events/2026-01-15/b')
    expect(await found(entry)).toEqual([
      ['2026-01-14', 'events/2026-01-14/', 'a'],
      ['2026-01-15', 'events/2026-01-15/', 'b'],
    ])
  })

  it('are only those of registered partitions where none is computed', async () => {
    const entry = await table({}, {'2026-01-14': 'events/day=2026-01-14/'})
    await write('events/day=2026-01-14/a', 'events/day=2026-01-15/b')
    expect(await found(entry)).toEqual([['2026-01-14', 'events/day=2026-01-14/', 'a']])
  })

  it('are not looked for outside of the lake, nor are the others kept back for it', async () => {
    const places = {
      '2026-01-14': 'events/day=2026-01-14/',
      '2026-01-15': 's3://elsewhere/events/day=2026-01-15/',
      '2026-01-16': 'events__compact/0123456789abcdef/gen=1/',
    }
    const entry = await table({}, places)
    await write('events/day=2026-01-14/a', 'events__compact/0123456789abcdef/gen=1/b')
    expect(await found(entry)).toEqual([
      ['2026-01-14', 'events/day=2026-01-14/', 'a'],
      ['2026-01-15', 's3://elsewhere/events/day=2026-01-15/', 'outside'],
      ['2026-01-16', 'events__compact/0123456789abcdef/gen=1/', 'b'],
    ])
  })
})

/** Lists what only a bucket can hold, as S3 does, and takes its key in no call. */
class BucketLike extends MemoryObjectStore {
  odd: ListedObject[] = []

  override async *list(prefix: string): AsyncGenerator<ListedObject> {
    const listed = [...(await collect(super.list(prefix))), ...this.odd.filter(({key}) => key.startsWith(prefix))]
    yield* listed.sort((left, right) => (left.key < right.key ? -1 : 1))
  }
}

describe('a file whose key no call takes', () => {
  const LONG = `events/day=2026-01-15/${'n'.repeat(256)}`
  const odd = ['events/day=2026-01-14//c', LONG].map((key) => ({key, sizeBytes: 1, modifiedAt: new Date(0)}))

  it('is told with its partition, and no other is kept back for it', async () => {
    const bucket = new BucketLike()
    ;[store, catalog] = [bucket, new FileCatalog(bucket)]
    bucket.odd = odd
    const days = ['2026-01-14', '2026-01-15', '2026-01-16']
    const entry = await table({}, Object.fromEntries(days.map((day) => [day, `events/day=${day}/`])))
    await write('events/day=2026-01-14/a', 'events/day=2026-01-15/a', 'events/day=2026-01-16/a')
    const partitions = await collect(partitionFiles(entry, () => true, 'swap', null, {store, catalog}))
    expect(partitions.map(({files, unusableKey}) => [files.length, unusableKey])).toEqual([
      [1, odd[0]!.key],
      [1, LONG],
      [1, null],
    ])
  })

  it('refuses a swap that it came too late to be left for', async () => {
    const bucket = new BucketLike()
    const {etag} = await bucket.write('events/day=2026-01-14/a', Buffer.from('x'))
    const known = new Map([['events/day=2026-01-14/a', {sizeBytes: 1, etag}]])
    expect(await newcomersOf('events/day=2026-01-14/', known, bucket)).toEqual([])
    bucket.odd = odd
    const error = await expectCode(newcomersOf('events/day=2026-01-14/', known, bucket), 'PARTITION_BUSY')
    expect(error.message).toContain(odd[0]!.key)
  })
})

import {describe, expect, it} from 'vitest'
import {RoutedObjectStore} from '../../src/lib/aws/routed-object-store.js'
import {readText} from '../../src/lib/ports/object-content.js'
import type {ObjectStoreUnderTest} from '../contract/ports/object-store.js'
import {objectStoreContract} from '../contract/ports/object-store.js'
import {collect, expectCode} from '../contract/ports/expectations.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'

const text = (value: string): Buffer => Buffer.from(value)

async function routed(prefixes: readonly string[], isVersioned: boolean): Promise<ObjectStoreUnderTest> {
  const routes = prefixes.map((prefix) => ({prefix, store: new MemoryObjectStore({versioned: isVersioned})}))
  const rest = new MemoryObjectStore({versioned: isVersioned})
  return {store: new RoutedObjectStore({uri: 'routed://', routes, rest}), isVersioned, close: async () => undefined}
}

// Prefixes that cut through the keys of the contract, one inside another; none at an object that is also a folder.
const PREFIXES = ['ab/d/', 'b/', 'b/c/', 'd2/', 'd4/', 'deep/', 'f1/', 't/', 't/c/', 'year=2026/', 'ünï/cødé/']

objectStoreContract('RoutedObjectStore without routes', () => routed([], false))
objectStoreContract('RoutedObjectStore', () => routed(PREFIXES, false))
objectStoreContract('versioned RoutedObjectStore', () => routed(PREFIXES, true))

describe('RoutedObjectStore', () => {
  function lake(): {
    store: RoutedObjectStore
    claims: MemoryObjectStore
    day: MemoryObjectStore
    rest: MemoryObjectStore
  } {
    const [claims, day, rest] = [new MemoryObjectStore(), new MemoryObjectStore(), new MemoryObjectStore()]
    const routes = [
      {prefix: 'claims/', store: claims},
      {prefix: 'claims/day/', store: day},
    ]
    return {store: new RoutedObjectStore({uri: 's3://lake', routes, rest}), claims, day, rest}
  }

  it('gives each store the keys of its route, without its prefix', async () => {
    const {store, claims, day, rest} = lake()
    for (const key of ['claims/a', 'claims/day/b', 'claims', 'claims-x/c']) await store.write(key, text(key))
    const keysOf = async (part: MemoryObjectStore): Promise<string[]> =>
      (await collect(part.list(''))).map(({key}) => key)
    expect(await keysOf(claims)).toEqual(['a'])
    expect(await keysOf(day)).toEqual(['b'])
    expect(await keysOf(rest)).toEqual(['claims', 'claims-x/c'])
    expect(await keysOf(store as unknown as MemoryObjectStore)).toEqual([
      'claims',
      'claims-x/c',
      'claims/a',
      'claims/day/b',
    ])
    expect((await store.head('claims/day/b'))?.key).toBe('claims/day/b')
    expect(await readText(store, 'claims/a')).toBe('claims/a')
  })

  it('does not see what another store has under the prefix of a route', async () => {
    const {store, claims, rest} = lake()
    await rest.write('claims/hidden', text('x'))
    await claims.write('day/hidden', text('x'))
    await store.write('claims/a', text('x'))
    expect((await collect(store.list(''))).map(({key}) => key)).toEqual(['claims/a'])
    expect(await store.head('claims/hidden')).toBeNull()
    expect(await store.head('claims/day/hidden')).toBeNull()
  })

  it('opens only the listings that can give something', async () => {
    const opened: string[] = []
    const spy = (name: string): MemoryObjectStore => {
      const store = new MemoryObjectStore()
      const list = store.list.bind(store)
      store.list = (prefix, options) => {
        opened.push(`${name} ${prefix} ${options?.after ?? ''}`)
        return list(prefix, options)
      }
      return store
    }
    const routes = ['a/', 'b/', 'b/c/', 'd/'].map((prefix) => ({prefix, store: spy(prefix)}))
    const store = new RoutedObjectStore({uri: 's3://lake', routes, rest: spy('rest')})
    await collect(store.list('b/x'))
    await collect(store.list('', {after: 'b/c/k'}))
    expect(opened).toEqual(['b/ x ', 'b/c/  k', 'b/  c/k', 'd/  ', 'rest  b/c/k'])
  })

  it('closes the listings that it leaves early', async () => {
    const {store, claims, rest} = lake()
    const closed: string[] = []
    for (const [name, part] of Object.entries({claims, rest})) {
      await part.write('k', text('x'))
      const list = part.list.bind(part)
      part.list = async function* (prefix, options) {
        try {
          yield* list(prefix, options)
        } finally {
          closed.push(name)
        }
      }
    }
    for await (const {key} of store.list('')) {
      expect(key).toBe('claims/k')
      break
    }
    expect(closed.sort()).toEqual(['claims', 'rest'])
  })

  it('deletes a batch over its stores, in the order given', async () => {
    const {store} = lake()
    for (const key of ['claims/a', 'claims/day/b', 'c']) await store.write(key, text(key))
    const batch = ['c', 'claims/none', '../x', 'claims/day/b', 'claims/a'].map((key) => ({key}))
    expect((await store.deleteBatch(batch)).map(({key, state}) => [key, state])).toEqual([
      ['c', 'deleted'],
      ['claims/none', 'absent'],
      ['../x', 'failed'],
      ['claims/day/b', 'deleted'],
      ['claims/a', 'deleted'],
    ])
  })

  it('refuses a route that is no folder', async () => {
    const rest = new MemoryObjectStore()
    const open = (prefix: string): Promise<unknown> =>
      (async () => new RoutedObjectStore({uri: 'x', routes: [{prefix, store: rest}], rest}))()
    for (const prefix of ['claims', '../', '/', 'a//']) await expectCode(open(prefix), 'KEY_INVALID')
  })
})

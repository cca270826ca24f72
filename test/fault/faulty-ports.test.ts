import {describe, expect, it} from 'vitest'
import {hasCode} from '../../src/lib/errors.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import type {OperationPorts} from '../../src/lib/operation/index.js'
import {CountingIds, FixedClock, FixedHost} from '../fakes/fixed-clock.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'
import {FaultyPorts, ProcessKilled, type FaultKind} from './faulty-ports.js'

const BODY = Buffer.from('text')
const inner = new MemoryObjectStore()

function portsOver(store: MemoryObjectStore): OperationPorts {
  const unused = (): never => {
    throw new Error('not used here')
  }
  return {
    store,
    catalog: new FileCatalog(store),
    parquet: {
      name: 'duckdb',
      goesOn: false,
      checkCondition: unused,
      append: unused,
      load: unused,
      digest: unused,
      digestQuarantine: unused,
      merge: unused,
      proveMerged: unused,
      close: async () => undefined,
    },
    engine: unused,
    query: {name: 'duckdb', run: unused, close: async () => undefined},
    clock: new FixedClock(),
    ids: new CountingIds(),
    host: new FixedHost(),
    report: () => undefined,
    openSource: async () => inner,
  }
}

async function keysOf(store: MemoryObjectStore): Promise<string[]> {
  const keys: string[] = []
  for await (const {key} of store.list('')) keys.push(key)
  return keys
}

describe('the ports of the fault tests', () => {
  const kinds: readonly (readonly [FaultKind, boolean, boolean])[] = [
    ['kill-before', false, true],
    ['kill-after', true, true],
    ['fail-before', false, false],
    ['lose-answer', true, false],
  ]
  for (const [kind, hasEffect, isKilled] of kinds) {
    it(`${kind}: ${hasEffect ? 'the effect' : 'no effect'}, ${isKilled ? 'nothing afterwards' : 'and it lives on'}`, async () => {
      const store = new MemoryObjectStore()
      const faulty = new FaultyPorts(portsOver(store), {fault: {kind, point: 'store.write b'}})
      await faulty.ports.store.write('a', BODY)
      const error: unknown = await faulty.ports.store.write('b', BODY).catch((thrown: unknown) => thrown)
      expect(error instanceof ProcessKilled).toBe(isKilled)
      expect(hasCode(error, 'STORE_UNAVAILABLE')).toBe(!isKilled)
      expect([faulty.hasFired, faulty.isKilled]).toEqual([true, isKilled])
      await faulty.ports.store.delete('a').catch(() => undefined)
      await faulty.ports.store.write('c', BODY).catch(() => undefined)
      await faulty.ports.clock.sleep(1).catch(() => undefined)
      expect(await keysOf(store)).toEqual([
        ...(isKilled ? ['a'] : []),
        ...(hasEffect ? ['b'] : []),
        ...(isKilled ? [] : ['c']),
      ])
    })
  }

  it('a killed process cannot even go on with a listing', async () => {
    const store = new MemoryObjectStore()
    for (const key of ['a', 'b', 'c']) await store.write(key, BODY)
    const faulty = new FaultyPorts(portsOver(store))
    const seen: string[] = []
    const listing = (async () => {
      for await (const {key} of faulty.ports.store.list('')) {
        seen.push(key)
        faulty.kill()
      }
    })()
    await expect(listing).rejects.toThrow(ProcessKilled)
    expect(seen).toEqual(['a'])
  })

  it('numbers equal calls, marks changes, and meets the calls within a catalog call', async () => {
    const store = new MemoryObjectStore()
    const faulty = new FaultyPorts(portsOver(store), {catalogOver: (wrapped) => new FileCatalog(wrapped)})
    await Promise.all(['x', 'y', 'x'].map((key) => faulty.ports.store.head(key)))
    await faulty.ports.store.write('x', BODY)
    await faulty.ports.catalog.getTable('t')
    expect(faulty.points).toEqual([
      'store.head x',
      'store.head y',
      'store.head x #2',
      'store.write x',
      'catalog.getTable t',
      'store.head _sluice/catalog/tables/t.json',
    ])
    expect([...faulty.changes]).toEqual(['store.write x'])
  })

  it('a pause holds the process, one alone holds the call only', async () => {
    for (const alone of [false, true]) {
      const store = new MemoryObjectStore()
      const faulty = new FaultyPorts(portsOver(store))
      const pause = faulty.pauseAt('store.write a', {alone})
      const writes = [faulty.ports.store.write('a', BODY), faulty.ports.store.write('b', BODY)]
      await pause.reached
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      expect(await keysOf(store)).toEqual(alone ? ['b'] : [])
      pause.release()
      await Promise.all(writes)
      await faulty.settled()
      expect(await keysOf(store)).toEqual(['a', 'b'])
    }
  })
})

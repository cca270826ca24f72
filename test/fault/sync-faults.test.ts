import {rm} from 'node:fs/promises'
import {afterAll, afterEach, describe, expect, it} from 'vitest'
import {definitionHash, findTable} from '../../src/lib/lake/index.js'
import {readDefinition} from '../../src/lib/lake/read.js'
import {resolveDefinition} from '../../src/lib/lake/resolve.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {
  isResumable,
  listOperationIds,
  readOperation,
  resumeOperation,
  undoOperation,
  type AnyOperationKind,
  type OperationPorts,
} from '../../src/lib/operation/index.js'
import {planSync, runSync} from '../../src/lib/partitions/index.js'
import {syncKind} from '../../src/lib/partitions/sync-kind.js'
import {HIVE_NULL_PARTITION} from '../../src/lib/ports/catalog.js'
import {collect} from '../contract/ports/expectations.js'
import {CountingIds, FixedHost} from '../fakes/fixed-clock.js'
import {CALLER, eventsDefinition} from '../partitions/partition-lake.js'
import {makeFastFolder} from './fast-folder.js'
import {StillClock} from './fault-clocks.js'
import {MEETS_ALL, tellCases} from './fault-points.js'
import {FaultyPorts, type Fault, type FaultKind} from './faulty-ports.js'

const definition = resolveDefinition(readDefinition(eventsDefinition(), '/lake/sluice.yaml', 'sluice.yaml'), 'local')
const table = findTable(definition, 'logs')
const KIND = syncKind as AnyOperationKind
const KINDS: readonly FaultKind[] = ['kill-before', 'kill-after', 'fail-before', 'lose-answer']
/** Every change is met, and one of every few other calls, each kind in turn. */
const EVERY = MEETS_ALL ? 1 : 5

const folders: string[] = []

/** A lake whose catalog has a partition too many and three too few. */
class SyncLake {
  readonly #ids = new CountingIds()
  #processes = 0

  private constructor(readonly store: FolderObjectStore) {}

  static async make(): Promise<SyncLake> {
    const folder = await makeFastFolder()
    folders.push(folder)
    const lake = new SyncLake(new FolderObjectStore({root: folder}))
    for (const key of ['day=01/city=a/x', 'day=02/city=b c/x', `day=03/city=${HIVE_NULL_PARTITION}/x`])
      await lake.store.write(`logs/${key}`, Buffer.from('{"id":"1"}\n'))
    return lake
  }

  process(fault?: Fault): FaultyPorts {
    this.#processes += 1
    const pid = 1000 + this.#processes
    // A sync asks no engine.
    const unused = {name: 'none'} as never
    const ports: OperationPorts = {
      store: this.store,
      catalog: new FileCatalog(this.store),
      parquet: unused,
      engine: () => unused,
      query: unused,
      clock: new StillClock(`2026-02-01T09:00:0${this.#processes}.000Z`),
      ids: this.#ids,
      host: new FixedHost({pid}),
      report: () => undefined,
      openSource: () => Promise.reject(new Error('nothing is read from outside')),
    }
    return new FaultyPorts(ports, {fault, catalogOver: (store) => new FileCatalog(store)})
  }

  async registered(): Promise<string[]> {
    const catalog = new FileCatalog(this.store)
    if ((await catalog.getTable('logs')) === null) return []
    const found = await collect(catalog.listPartitions('logs'))
    return found.map(({values, location}) => `${values.join('|')} ${location}`).sort()
  }

  async states(): Promise<string[]> {
    const ids = await collect(listOperationIds(this.store))
    return Promise.all(ids.map(async (id) => (await readOperation(this.store, id)).state))
  }
}

const options = {caller: CALLER, signal: new AbortController().signal}

/** What `partitions sync` does, and `ops resume` where an operation can go on. */
async function sync({ports}: FaultyPorts): Promise<void> {
  const request = {asOf: new Date('2026-02-01T09:00:00Z'), dropMissing: true}
  const planned = await planSync(request, table, definition, ports)
  const {plan} = planned
  if (plan !== null) await runSync({...planned, plan}, options, ports)
}

async function resume(lake: SyncLake): Promise<void> {
  const {ports} = lake.process()
  for (const id of await collect(listOperationIds(lake.store))) {
    if (!isResumable((await readOperation(lake.store, id)).state)) continue
    await resumeOperation(id, definitionHash(definition, ['logs']), KIND, options, ports)
  }
}

const undisturbed = await SyncLake.make()
const process = undisturbed.process()
await sync(process)
const expected = await undisturbed.registered()
const faults = process.points
  .filter((point, index) => (process.changes.has(point) ? true : index % EVERY === 0))
  .flatMap((point, index): Fault[] => {
    const kinds = MEETS_ALL ? KINDS : [KINDS[index % KINDS.length]!]
    return kinds.map((kind) => ({kind, point}))
  })

afterAll(() => tellCases('a sync of partitions', process.points.length, faults.length))
afterEach(async () => {
  for (const folder of folders.splice(1)) await rm(folder, {recursive: true, force: true})
})
afterAll(() => rm(folders[0]!, {recursive: true, force: true}))

it('an undisturbed sync registers what lies there, and nothing is left to do', async () => {
  expect(expected).toEqual([
    '01|a logs/day=01/city=a/',
    '02|b c logs/day=02/city=b c/',
    `03|${HIVE_NULL_PARTITION} logs/day=03/city=${HIVE_NULL_PARTITION}/`,
  ])
  await sync(undisturbed.process())
  expect(await undisturbed.states()).toEqual(['done'])
})

describe('a sync that meets a fault', () => {
  it.each(faults)('$kind $point: goes on, and ends as an undisturbed one', async (fault) => {
    const lake = await SyncLake.make()
    const first = lake.process(fault)
    await sync(first).catch(() => undefined)
    await first.settled()
    expect(first.hasFired).toBe(true)
    // Whatever stands so far is part of the whole.
    expect(expected).toEqual(expect.arrayContaining(await lake.registered()))
    await resume(lake)
    await sync(lake.process())
    expect(await lake.registered()).toEqual(expected)
    expect((await lake.states()).every((state) => state === 'done')).toBe(true)
  })

  it.each(faults.filter(({kind}) => kind.startsWith('kill')))('$kind $point: is taken back whole', async (fault) => {
    const lake = await SyncLake.make()
    const first = lake.process(fault)
    await sync(first).catch(() => undefined)
    await first.settled()
    await resume(lake)
    await sync(lake.process())
    const [operation] = await collect(listOperationIds(lake.store))
    await undoOperation(operation!, KIND, options, lake.process().ports)
    expect(await lake.registered()).toEqual([])
    expect(await new FileCatalog(lake.store).getTable('logs')).toBeNull()
  })
})

import {rm} from 'node:fs/promises'
import {listRunRecords} from '../../src/lib/changelog/index.js'
import {openSource} from '../../src/lib/context.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {listOperationIds, readOperation, type OperationPorts} from '../../src/lib/operation/index.js'
import type {Catalog} from '../../src/lib/ports/catalog.js'
import type {Clock, Host} from '../../src/lib/ports/clock.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import type {QueryEngine} from '../../src/lib/ports/query-engine.js'
import {CountingIds, FixedHost} from '../fakes/fixed-clock.js'
import type {FaultBench} from './fault-bench.js'
import {StillClock} from './fault-clocks.js'
import {FaultProcess} from './fault-process.js'
import type {Fault} from './faulty-ports.js'

const START_MS = Date.parse('2026-02-03T10:00:00.000Z')
/** Where a load, a stream and a load's state may leave objects. */
const ROW_PREFIXES = ['claims/', 'claims__deletes/', 'claims__quarantine_rows/']
const STATE_PREFIXES = ['claims__runs/', '_sluice/catalog/', '_sluice/operations/', '_sluice/locks/']

let processes = 0

export interface ProcessIdentity {
  readonly host?: Host
  readonly clock?: Clock
  /** Called at each point, before the call is made. */
  readonly onPoint?: (point: string) => Promise<void> | void
}

/** One lake folder and the processes that work on it, one after the other or at once. */
export class FaultLake {
  readonly store: ObjectStore
  readonly catalog: Catalog
  readonly #ids = new CountingIds()

  constructor(
    readonly bench: FaultBench,
    readonly root: string,
  ) {
    this.store = new FolderObjectStore({root})
    this.catalog = new FileCatalog(this.store)
  }

  /** A fresh process: its host says of every other one that it is gone. */
  start(fault?: Fault, {onPoint, ...identity}: ProcessIdentity = {}): FaultProcess {
    return new FaultProcess(this, this.portsOf(identity), {fault, onPoint})
  }

  /** The ports of a fresh process. */
  portsOf({host, clock}: Omit<ProcessIdentity, 'onPoint'> = {}): OperationPorts {
    processes += 1
    const store = new FolderObjectStore({root: this.root})
    return {
      store,
      catalog: new FileCatalog(store),
      parquet: this.bench.parquet,
      engine: () => this.bench.parquet,
      query: this.bench.queryOf(this),
      clock: clock ?? new StillClock(new Date(START_MS + processes * 1000).toISOString()),
      ids: this.#ids,
      host: host ?? new FixedHost({pid: 1000 + processes}),
      report: () => undefined,
      openSource,
    }
  }

  /** In a copied lake: as many operations have an id already. */
  skipIds(count: number): void {
    for (let taken = 0; taken < count; taken += 1) this.#ids.next()
  }

  async remove(): Promise<void> {
    await rm(this.root, {recursive: true, force: true})
  }

  /** Every row of the claims as a reader sees them now, as sorted texts; none where the view is not there yet. */
  async current(): Promise<string[]> {
    if ((await this.catalog.getTable('claims_current')) === null) return []
    return rowTexts(this.bench.queryOf(this))
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = []
    for await (const {key} of this.store.list(prefix)) keys.push(key)
    return keys
  }

  /** Every object but those of the lake's own state, sorted: rows, and what has no business here. */
  async rowObjects(): Promise<string[]> {
    const isState = (key: string): boolean => STATE_PREFIXES.some((prefix) => key.startsWith(prefix))
    return (await this.keys('')).filter((key) => !isState(key)).sort()
  }

  /** Operations whose plan was written, oldest first. */
  async operations(): Promise<string[]> {
    const ids: string[] = []
    for await (const id of listOperationIds(this.store)) ids.push(id)
    return ids
  }

  /** Operations that are not of the base, oldest first. */
  async ownOperations(): Promise<string[]> {
    return (await this.operations()).filter((id) => !this.bench.standing.includes(id))
  }

  /** Keys of the objects of the stream, and of those that the admitted runs staged, as the journals name them. */
  async admittedObjects(): Promise<string[]> {
    const runs = new Set((await listRunRecords(this.store, 'claims')).map(({record}) => record.run))
    const keys: string[] = []
    for (const id of await this.operations()) {
      for (const {staged} of (await readOperation(this.store, id)).unitRecords.values()) {
        const sources = (staged as StagedSources | null)?.sources ?? []
        for (const source of sources.filter(({run}) => runs.has(run))) {
          const objects = [...source.objects, ...source.deletes, ...source.quarantine.objects]
          keys.push(...objects.map(({key}) => key))
        }
      }
    }
    return [...keys, ...(await this.streamObjects())].sort()
  }

  async streamObjects(): Promise<string[]> {
    const keys = (await Promise.all(ROW_PREFIXES.map((prefix) => this.keys(prefix)))).flat()
    return keys.filter((key) => /\/stream-[0-9a-f]{26}-\d{5}\.parquet$/.test(key)).sort()
  }
}

interface Objects {
  readonly objects: readonly {readonly key: string}[]
}

interface StagedSources {
  readonly sources: readonly (Objects & {
    readonly run: string
    readonly deletes: Objects['objects']
    readonly quarantine: Objects
  })[]
}

/** Every current claim with all of its columns, as sorted texts. */
export async function rowTexts(query: QueryEngine): Promise<string[]> {
  const {rows} = await query.run({sql: 'SELECT * FROM claims_current'})
  const texts: string[] = []
  for await (const row of rows) {
    texts.push(JSON.stringify(row, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)))
  }
  return texts.sort()
}

import {cp, mkdir, mkdtemp, realpath, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'
import {nothingToLoad, planLoad, runLoad} from '../../src/lib/backfill/index.js'
import {loadKind} from '../../src/lib/backfill/load-kind.js'
import {openSource} from '../../src/lib/context.js'
import {DuckDbParquetEngine, DuckDbQueryEngine} from '../../src/lib/engines/duckdb/index.js'
import {definitionHash, loadDefinition, type LakeDefinition} from '../../src/lib/lake/index.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {
  cancelOperation,
  collectAll,
  listOperationIds,
  readOperation,
  resumeOperation,
  undoOperation,
  type AnyOperationKind,
  type ApplyOptions,
  type OperationPorts,
} from '../../src/lib/operation/index.js'
import type {Catalog} from '../../src/lib/ports/catalog.js'
import type {Clock, Host} from '../../src/lib/ports/clock.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import type {ParquetEngine} from '../../src/lib/ports/parquet-engine.js'
import type {QueryEngine} from '../../src/lib/ports/query-engine.js'
import {writeSampleExport} from '../../src/lib/sample/index.js'
import {CountingIds, FixedClock, FixedHost} from '../fakes/fixed-clock.js'
import {FaultyPorts, type Fault} from './faulty-ports.js'

const EXPORT_TIME = new Date('2026-02-01T10:00:00.000Z')
const MEMORY_BYTES = 256 * 1024 * 1024
const ITEMS = 240
const DAYS = 3

/** Claims with few columns: a load of all of them spends most of its time on planning the statement. */
const DEFINITION = `sluice: 1
lake: icpa
default: local
environments:
  local: {backend: local, root: ./lake}
tables:
  claims:
    kind: changelog
    source: {dynamodb: ICPA_Claims}
    key: [claim_id]
    columns:
      - {name: claim_id, type: string, from: claimId}
      - {name: status, type: string, from: status}
      - {name: claim_amount, type: "decimal(18,2)", from: claimAmount}
      - {name: document_count, type: integer, from: documentCount}
      - {name: created_at, type: timestamp, from: createdAt, format: iso}
    partition:
      by: [{name: day, derive: {format_date: [created_at, "%Y-%m-%d"]}}]
      immutable: true
      fallback: load_day
`

export const KIND = loadKind as AnyOperationKind

/** Time stands still, and nobody is woken: leases are not renewed unless a test says so. */
export class StillClock extends FixedClock {
  override sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      if (signal?.aborted) reject(signal.reason)
      signal?.addEventListener('abort', () => reject(signal.reason), {once: true})
    })
  }
}

/** What every case shares: a definition, an export, and DuckDB for the work and for the readers. */
export class FaultBench {
  readonly parquet: ParquetEngine
  readonly #query: DuckDbQueryEngine
  #cases = 0
  /** The lake that the readers' engine looks at: it keeps nothing of a lake between two statements. */
  #shown: FaultLake | undefined

  private constructor(
    readonly folder: string,
    readonly definition: LakeDefinition,
    readonly exportUri: string,
    readonly exportId: string,
    /** Items that are not to be quarantined. */
    readonly items: number,
  ) {
    // One thread: how many files a load writes depends on the threads.
    const engine = {temporaryFolder: join(folder, 'spool'), memoryLimitBytes: MEMORY_BYTES, threads: 1}
    const shown = (): FaultLake => this.#shown!
    this.parquet = new DuckDbParquetEngine(engine)
    this.#query = new DuckDbQueryEngine({
      ...engine,
      get store() {
        return shown().store
      },
      get catalog() {
        return shown().catalog
      },
    })
  }

  /** The readers' engine over one lake. */
  queryOf(lake: FaultLake): QueryEngine {
    const query = this.#query
    const run: QueryEngine['run'] = (request) => {
      this.#shown = lake
      return query.run(request)
    }
    return {name: query.name, run, close: async () => undefined}
  }

  static async make(): Promise<FaultBench> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-fault-')))
    await writeFile(join(folder, 'sluice.yaml'), DEFINITION)
    const definition = await loadDefinition({workingFolder: folder, variables: {}})
    const exports = join(folder, 'exports')
    const written = await writeSampleExport(
      {items: ITEMS, files: 16, days: DAYS, errorRate: 0.05, exportTime: EXPORT_TIME},
      {output: new FolderObjectStore({root: exports}), clock: new FixedClock()},
    )
    return new FaultBench(
      folder,
      definition,
      join(exports, written.folder.replace(/\/$/, '')),
      written.exportId,
      // The definition maps no column that the other defects are in.
      ITEMS - written.defectKinds.inexact_amount - written.defectKinds.text_number,
    )
  }

  async close(): Promise<void> {
    await Promise.all([this.parquet.close(), this.#query.close()])
    await rm(this.folder, {recursive: true, force: true})
  }

  /** A new lake, or a copy of one. */
  async lake(source?: FaultLake): Promise<FaultLake> {
    this.#cases += 1
    const root = join(this.folder, 'lakes', String(this.#cases))
    if (source !== undefined) {
      const isKept = (file: string): boolean => !relative(source.root, file).startsWith('.sluice-store')
      await cp(source.root, root, {recursive: true, filter: isKept})
    }
    await mkdir(root, {recursive: true})
    return new FaultLake(this, root)
  }

  /** Every row of the claims as a reader sees them now, as sorted texts; none where the view is not there yet. */
  async currentOf(lake: FaultLake): Promise<string[]> {
    if ((await lake.catalog.getTable('claims_current')) === null) return []
    this.#shown = lake
    return rowTexts(this.#query)
  }
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

let processes = 0

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
  start(fault?: Fault, identity: {readonly host?: Host; readonly clock?: Clock} = {}): FaultProcess {
    processes += 1
    const store = new FolderObjectStore({root: this.root})
    const catalog = new FileCatalog(store)
    const ports: OperationPorts = {
      store,
      catalog,
      parquet: this.bench.parquet,
      query: this.bench.queryOf(this),
      clock: identity.clock ?? new StillClock(new Date(EXPORT_TIME.getTime() + processes * 1000).toISOString()),
      ids: this.#ids,
      host: identity.host ?? new FixedHost({pid: 1000 + processes}),
      report: () => undefined,
      openSource,
    }
    return new FaultProcess(this, ports, fault)
  }

  /** In a copied lake: as many operations have an id already. */
  skipIds(count: number): void {
    for (let taken = 0; taken < count; taken += 1) this.#ids.next()
  }

  async remove(): Promise<void> {
    await rm(this.root, {recursive: true, force: true})
  }

  current(): Promise<string[]> {
    return this.bench.currentOf(this)
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = []
    for await (const {key} of this.store.list(prefix)) keys.push(key)
    return keys
  }

  /** Keys of every object that a load writes rows to. */
  async rowObjects(): Promise<string[]> {
    return [...(await this.keys('claims/')), ...(await this.keys('claims__quarantine_rows/'))]
  }

  /** Operations whose plan was written, oldest first. */
  async operations(): Promise<string[]> {
    const ids: string[] = []
    for await (const id of listOperationIds(this.store)) ids.push(id)
    return ids
  }

  /** Keys of the objects that the published loads staged, quarantine included, as their journals name them. */
  async admittedObjects(): Promise<string[]> {
    const keys: string[] = []
    interface Objects {
      readonly objects: readonly {readonly key: string}[]
    }
    for (const id of await this.operations()) {
      for (const unit of (await readOperation(this.store, id)).unitRecords.values()) {
        if (!unit.isPublished) continue
        const {objects, quarantine} = unit.staged as Objects & {readonly quarantine: Objects}
        keys.push(...[...objects, ...quarantine.objects].map(({key}) => key))
      }
    }
    return keys.sort()
  }
}

/** One process at work, and how it ends. */
export class FaultProcess extends FaultyPorts {
  readonly #stop = new AbortController()
  readonly #lake: FaultLake

  constructor(lake: FaultLake, ports: OperationPorts, fault: Fault | undefined) {
    const {exportId} = lake.bench
    super(ports, {
      fault,
      catalogOver: (store) => new FileCatalog(store),
      normalise: (name) => name.replaceAll(exportId, '<export>').replaceAll(/\b0{16}\d{10}\b/g, '<operation>'),
    })
    this.#lake = lake
  }

  get options(): ApplyOptions {
    const caller = {user: 'tester', host: 'here', version: '0', command: 'test', reason: null}
    return {caller, signal: this.#stop.signal}
  }

  /** As the first Ctrl-C does it. */
  interrupt(reason: unknown): void {
    this.#stop.abort(reason)
  }

  /** `backfill run`. */
  async load(): Promise<void> {
    const {definition, exportUri} = this.#lake.bench
    const request = {exports: [exportUri], chain: undefined, acceptEditedSummary: false, table: null}
    const planned = await planLoad(request, definition, this.ports)
    if (planned.plan.units.length > 0) await runLoad(planned.plan, this.options, this.ports)
    else nothingToLoad(planned)
  }

  /** `ops resume` of the newest operation; where none was planned, `backfill run` once more. */
  async recover(): Promise<void> {
    const operation = (await this.#lake.operations()).at(-1)
    if (operation === undefined) return this.load()
    const hash = definitionHash(this.#lake.bench.definition, ['claims'])
    await resumeOperation(operation, hash, KIND, this.options, this.ports)
  }

  async undo(): Promise<void> {
    await undoOperation((await this.#lake.operations()).at(-1)!, KIND, this.options, this.ports)
  }

  async cancel(): Promise<void> {
    await this.cancelOf(-1)
  }

  /** `ops cancel` of the n-th operation. */
  async cancelOf(n: number): Promise<void> {
    await cancelOperation((await this.#lake.operations()).at(n)!, KIND, this.options, this.ports)
  }

  async collectGarbage(): Promise<number> {
    const options = {...this.options, graceHours: 0, dryRun: false}
    const {operations} = await collectAll(undefined, options, async () => KIND, this.ports.clock.now(), this.ports)
    return operations.reduce((sum, {objects}) => sum + objects, 0)
  }

  /** What `work` threw, once nothing of this process is in flight any more; null when it succeeded. */
  async endOf(work: () => Promise<void>): Promise<unknown> {
    const error: unknown = await work().then(
      () => null,
      (thrown: unknown) => thrown ?? new Error('It threw nothing.'),
    )
    await this.settled()
    return error
  }
}

import {cp, mkdir, rm} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {DuckDbParquetEngine, DuckDbQueryEngine} from '../../src/lib/engines/duckdb/index.js'
import {loadDefinition, type LakeDefinition} from '../../src/lib/lake/index.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import type {MergeEngine} from '../../src/lib/ports/merge-engine.js'
import type {ParquetEngine} from '../../src/lib/ports/parquet-engine.js'
import type {QueryEngine} from '../../src/lib/ports/query-engine.js'
import {makeFastFolder} from './fast-folder.js'
import {FaultLake} from './fault-lake.js'
import {writeStory, type FaultStory} from './fault-story.js'

const MEMORY_BYTES = 256 * 1024 * 1024

/** What every case shares: a definition, exports, and DuckDB for the work and for the readers. */
export class FaultBench {
  readonly parquet: ParquetEngine & MergeEngine
  /** The lake before the story's load, and what readers see of it. */
  base!: FaultLake
  before: readonly string[] = []
  /** What readers see after the story's load. */
  after: readonly string[] = []
  /** Operations of the base, oldest first. */
  standing: readonly string[] = []
  readonly #query: DuckDbQueryEngine
  #lakes = 0
  /** The lake that the readers' engine looks at: it keeps nothing of a lake between two statements. */
  #shown: FaultLake | undefined

  private constructor(
    readonly folder: string,
    readonly definition: LakeDefinition,
    readonly story: FaultStory,
  ) {
    // One thread: how many files a load writes depends on the threads.
    const engine = {temporaryFolder: join(folder, 'spool'), memoryLimitBytes: MEMORY_BYTES, threads: 1}
    const shown = (): FaultLake => this.#shown!
    this.parquet = new DuckDbParquetEngine(engine)
    this.#query = new DuckDbQueryEngine({
      ...engine,
      store: shownStore(() => shown().store, join(folder, 'lakes')),
      get catalog() {
        return shown().catalog
      },
    })
  }

  static async make(name: FaultStory['name'] = 'single'): Promise<FaultBench> {
    const folder = await makeFastFolder()
    const story = await writeStory(folder, name)
    const bench = new FaultBench(folder, await loadDefinition({workingFolder: folder, variables: {}}), story)
    await bench.#begin()
    return bench
  }

  async #begin(): Promise<void> {
    const base = new FaultLake(this, join(this.folder, 'lakes', 'base'))
    await mkdir(base.root, {recursive: true})
    for (const uri of this.story.standing) await base.start().load([uri])
    if (this.story.standing.length > 0) await base.start().ingest()
    this.base = base
    this.standing = await base.operations()
    this.before = await base.current()
    const undisturbed = await this.lake()
    await undisturbed.start().load()
    this.after = await undisturbed.current()
    await undisturbed.remove()
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

  async close(): Promise<void> {
    await Promise.all([this.parquet.close(), this.#query.close()])
    await rm(this.folder, {recursive: true, force: true})
  }

  /** A copy of a lake, of the base unless told. */
  async lake(source: FaultLake = this.base, root = join(this.folder, 'lakes', String((this.#lakes += 1)))) {
    const isKept = (file: string): boolean => !relative(source.root, file).startsWith('.sluice-store')
    await cp(source.root, root, {recursive: true, filter: isKept})
    const lake = new FaultLake(this, root)
    lake.skipIds((await source.operations()).length)
    return lake
  }

  /** A name as lists of points have it: without what differs from run to run. */
  normalise(text: string): string {
    let name = text
    for (const [id, shown] of this.story.names) name = name.replaceAll(id, shown)
    for (const id of this.standing) name = name.replaceAll(id, '<standing operation>')
    return name.replaceAll(/\b0{16}\d{10}\b/g, '<operation>').replaceAll(/\bchain-[0-9a-f]{12}\b/g, '<chain>')
  }
}

/** One lake's objects, as of a folder around all lakes: the readers' engine has one database for the whole folder. */
function shownStore(shown: () => ObjectStore, uri: string): ObjectStore {
  return {
    uri,
    list: (prefix, options) => shown().list(prefix, options),
    head: (key) => shown().head(key),
    read: (key, options) => shown().read(key, options),
    write: (key, body, options) => shown().write(key, body, options),
    copy: (from, to, options) => shown().copy(from, to, options),
    delete: (key, options) => shown().delete(key, options),
    deleteBatch: (objects) => shown().deleteBatch(objects),
    versions: (prefix) => shown().versions(prefix),
    deleteVersion: (key, id) => shown().deleteVersion(key, id),
    localPath: (key) => shown().localPath(key),
  }
}

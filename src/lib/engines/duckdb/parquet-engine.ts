import type {MergeEngine, MergedRequest, MergeRequest, MergeResult} from '../../ports/merge-engine.js'
import type {
  AppendRequest,
  AppendResult,
  ChangelogDigest,
  DigestRequest,
  LoadRequest,
  LoadResult,
  ParquetEngine,
  QuarantineDigestRequest,
  RowDigest,
} from '../../ports/parquet-engine.js'
import type {TableMapping} from '../../mapping/index.js'
import {append} from './append.js'
import {checkCondition} from './condition.js'
import {digest} from './digest.js'
import {load} from './load.js'
import {digestQuarantine} from './quarantine.js'
import {SessionPool} from './session-pool.js'
import {setAside, type AsideRequest} from './set-aside.js'
import {DuckDbSession, type DuckDbOptions} from './session.js'

/** ParquetEngine on embedded DuckDB over any ObjectStore. */
export class DuckDbParquetEngine implements ParquetEngine, MergeEngine {
  readonly name = 'duckdb'
  readonly goesOn = false
  private session: Promise<DuckDbSession> | null = null

  /** Merging has databases of its own: one thread each, in which rows keep their order. */
  private readonly pool: SessionPool

  constructor(private readonly options: DuckDbOptions) {
    this.pool = new SessionPool(options)
  }

  async checkCondition(mapping: TableMapping, where: string): Promise<void> {
    return checkCondition(await this.open(), mapping, where)
  }

  async load(request: LoadRequest): Promise<LoadResult> {
    return bounded(await this.open(), request, load)
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    return append(await this.open(), request)
  }

  async digest(request: DigestRequest): Promise<ChangelogDigest> {
    return bounded(await this.open(), request, digest)
  }

  async merge(request: MergeRequest): Promise<MergeResult> {
    const {merge} = await import('./merge.js')
    return merge(this.pool, request)
  }

  async proveMerged(request: MergedRequest): Promise<number> {
    const {proveMerged} = await import('./prove-merged.js')
    return proveMerged(this.pool, request)
  }

  async digestQuarantine(request: QuarantineDigestRequest): Promise<RowDigest> {
    return bounded(await this.open(), request, digestQuarantine)
  }

  /** Words and stores lines that another engine set aside. */
  async setAside(request: AsideRequest): Promise<Pick<LoadResult, 'problems' | 'quarantine'>> {
    return bounded(await this.open(), request, setAside)
  }

  async close(): Promise<void> {
    const session = this.session
    this.session = null
    await this.pool.close()
    await (await session)?.close()
  }

  private open(): Promise<DuckDbSession> {
    this.session ??= DuckDbSession.open(this.options)
    return this.session
  }
}

/** Runs one piece of work, stopped by its signal or by a full spool, also between statements; shortages get names. */
function bounded<Request extends {readonly signal?: AbortSignal}, Result>(
  session: DuckDbSession,
  request: Request,
  work: (session: DuckDbSession, request: Request) => Promise<Result>,
): Promise<Result> {
  const signal = session.bounded(request.signal)
  return session.guarded(() => work(session, signal === undefined ? request : {...request, signal}), request.signal)
}

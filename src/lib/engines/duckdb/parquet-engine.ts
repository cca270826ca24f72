import type {
  ChangelogDigest,
  DigestRequest,
  LoadRequest,
  LoadResult,
  ParquetEngine,
  QuarantineDigestRequest,
  RowDigest,
} from '../../ports/parquet-engine.js'
import {digest} from './digest.js'
import {load} from './load.js'
import {digestQuarantine} from './quarantine.js'
import {DuckDbSession, type DuckDbOptions} from './session.js'

/** ParquetEngine on embedded DuckDB over any ObjectStore. */
export class DuckDbParquetEngine implements ParquetEngine {
  readonly name = 'duckdb'
  private session: Promise<DuckDbSession> | null = null

  constructor(private readonly options: DuckDbOptions) {}

  async load(request: LoadRequest): Promise<LoadResult> {
    return load(await this.open(), request)
  }

  async digest(request: DigestRequest): Promise<ChangelogDigest> {
    return digest(await this.open(), request)
  }

  async digestQuarantine(request: QuarantineDigestRequest): Promise<RowDigest> {
    return digestQuarantine(await this.open(), request)
  }

  async close(): Promise<void> {
    const session = this.session
    this.session = null
    await (await session)?.close()
  }

  private open(): Promise<DuckDbSession> {
    this.session ??= DuckDbSession.open(this.options)
    return this.session
  }
}

import {mkdir, rm} from 'node:fs/promises'
import path from 'node:path'
import {DuckDBInstance, type DuckDBConnection, type DuckDBResult, type DuckDBValue} from '@duckdb/node-api'
import {SluiceError} from '../../errors.js'
import {spoolName, sweepDeadSpools} from './spools.js'

export interface DuckDbOptions {
  /** Folder for spilled data and staged files; on the file system of a local lake, so that files move, not copy. */
  readonly temporaryFolder: string
  readonly memoryLimitBytes: number
  readonly threads: number
}

/** One in-memory DuckDB with its own spool folder. Nothing is installed or loaded from a network. */
export class DuckDbSession {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
    /** This session's folder; removed by `close`, or by the next session when this process was killed. */
    readonly spoolFolder: string,
    private readonly isBranch = false,
  ) {}

  static async open(options: DuckDbOptions): Promise<DuckDbSession> {
    await sweepDeadSpools(options.temporaryFolder)
    const spoolFolder = path.join(options.temporaryFolder, spoolName())
    // Spilled rows are data: nobody else on the machine reads them.
    await mkdir(spoolFolder, {recursive: true, mode: 0o700})
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads),
      memory_limit: `${Math.floor(options.memoryLimitBytes / 1024)}KiB`,
      temp_directory: path.join(spoolFolder, 'spill'),
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // Writers that stay open at once; DuckDB's default of 100 splits wide loads into many small files.
      partitioned_write_max_open_files: '512',
    })
    return new DuckDbSession(instance, await connect(instance), spoolFolder)
  }

  /**
   * Another connection to the same database, with temporary views and a running statement of its own: a connection
   * silently ends the stream of one statement when the next begins. Closing it closes nothing else.
   */
  async branch(): Promise<DuckDbSession> {
    return new DuckDbSession(this.instance, await connect(this.instance), this.spoolFolder, true)
  }

  /** Runs statements for their effect. */
  async execute(statements: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const statement of statements) await this.guarded(() => this.connection.run(statement), signal)
  }

  /** Runs one statement and holds all of its rows; for small results. */
  async rows(sql: string, signal?: AbortSignal): Promise<Record<string, DuckDBValue>[]> {
    return this.guarded(async () => (await this.connection.runAndReadAll(sql)).getRowObjects(), signal)
  }

  /** Starts one statement whose rows are fetched as they come. */
  async stream(sql: string, parameters: Record<string, DuckDBValue>, signal?: AbortSignal): Promise<DuckDBResult> {
    return this.guarded(() => this.connection.stream(sql, parameters), signal)
  }

  /** Runs `work`; an abort interrupts the statement and becomes the signal's reason. */
  async guarded<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted()
    const interrupt = (): void => this.connection.interrupt()
    signal?.addEventListener('abort', interrupt, {once: true})
    try {
      return await work()
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw resourceError(error)
    } finally {
      signal?.removeEventListener('abort', interrupt)
    }
  }

  async close(): Promise<void> {
    this.connection.closeSync()
    if (this.isBranch) return
    this.instance.closeSync()
    await rm(this.spoolFolder, {recursive: true, force: true})
  }
}

async function connect(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  return connection
}

/** Running out of memory or disk is named the same everywhere; other errors are left to the caller. */
function resourceError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  if (/no space left|disk quota/i.test(message)) {
    return new SluiceError('DISK_FULL', 'The disk is full.', {
      fix: 'Free some space, then run the same command again.',
      cause: error,
    })
  }
  if (/^out of memory error/i.test(message)) {
    return new SluiceError('MEMORY_EXCEEDED', 'The work does not fit into the memory limit.', {
      fix: 'Set a larger limit, e.g. SLUICE_MEMORY=4GB.',
      cause: error,
    })
  }
  return error
}

import {rm} from 'node:fs/promises'
import path from 'node:path'
import {
  DuckDBInstance,
  type DuckDBConnection,
  type DuckDBResult,
  type DuckDBType,
  type DuckDBValue,
} from './node-api.js'
import {SluiceError} from '../../errors.js'
import {SpoolLimit, tempLimitError} from './spool-limit.js'
import {makeSpool} from './spools.js'
import {OPEN_WRITERS} from './tray-folders.js'

export interface DuckDbOptions {
  /** Folder for spilled data and staged files; on the file system of a local lake, so that files move, not copy. */
  readonly temporaryFolder: string
  readonly memoryLimitBytes: number
  readonly threads: number
  /** Most that may stand below the spool; null or left out: as much as the file system has. */
  readonly maxTemporaryBytes?: number | null
}

let siblings = 0

/** One in-memory DuckDB with its own spool folder. Nothing is installed or loaded from a network. */
export class DuckDbSession {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
    /** This session's folder; removed by `close`, or by the next session when this process was killed. */
    readonly spoolFolder: string,
    private readonly limit: SpoolLimit | null,
    readonly options: DuckDbOptions,
    private readonly part: 'whole' | 'branch' | 'sibling' = 'whole',
  ) {}

  static async open(options: DuckDbOptions): Promise<DuckDbSession> {
    const spoolFolder = await makeSpool(options.temporaryFolder)
    const limitBytes = options.maxTemporaryBytes ?? null
    const instance = await createInstance(options, path.join(spoolFolder, 'spill'))
    const connection = await connect(instance)
    if (limitBytes === null) return new DuckDbSession(instance, connection, spoolFolder, null, options)
    await limitSpill(connection, options)
    return new DuckDbSession(instance, connection, spoolFolder, new SpoolLimit(spoolFolder, limitBytes), options)
  }

  /**
   * Another connection to the same database, with temporary views and a running statement of its own: a connection
   * silently ends the stream of one statement when the next begins. Closing it closes nothing else.
   */
  async branch(): Promise<DuckDbSession> {
    return new DuckDbSession(
      this.instance,
      await connect(this.instance),
      this.spoolFolder,
      this.limit,
      this.options,
      'branch',
    )
  }

  /**
   * Another database with the same limits and the same spool. It is closed by itself, before the one that it was made
   * from.
   */
  async sibling(): Promise<DuckDbSession> {
    siblings += 1
    const instance = await createInstance(this.options, path.join(this.spoolFolder, `spill-${siblings}`))
    const connection = await connect(instance)
    await limitSpill(connection, this.options)
    return new DuckDbSession(instance, connection, this.spoolFolder, this.limit, this.options, 'sibling')
  }

  /** Runs statements for their effect. */
  async execute(statements: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const statement of statements) await this.guarded(() => this.connection.run(statement), signal)
  }

  /** Runs one statement and holds all of its rows; for small results. */
  async rows(sql: string, signal?: AbortSignal): Promise<Record<string, DuckDBValue>[]> {
    return this.guarded(async () => (await this.connection.runAndReadAll(sql)).getRowObjects(), signal)
  }

  /** The columns of a SELECT. */
  async columnsOf(
    sql: string,
    signal?: AbortSignal,
  ): Promise<{readonly names: readonly string[]; readonly types: readonly DuckDBType[]}> {
    return this.guarded(async () => {
      const result = await this.connection.run(`SELECT * FROM (${sql}) LIMIT 0`)
      return {names: result.columnNames(), types: result.columnTypes()}
    }, signal)
  }

  /** Starts one statement whose rows are fetched as they come. */
  async stream(sql: string, parameters: Record<string, DuckDBValue>, signal?: AbortSignal): Promise<DuckDBResult> {
    return this.guarded(() => this.connection.stream(sql, parameters), signal)
  }

  /** Aborted by `signal`, or with `TEMP_LIMIT` once the spool holds more than it may. */
  bounded(signal?: AbortSignal): AbortSignal | undefined {
    const signals = [signal, this.limit?.signal].filter((each) => each !== undefined)
    return signals.length > 1 ? AbortSignal.any(signals) : signals[0]
  }

  /** Looks at the spool now. Throws `TEMP_LIMIT`. */
  async checkSpool(): Promise<void> {
    await this.limit?.check()
  }

  /** Runs `work`; an abort interrupts the statement and becomes the signal's reason. */
  async guarded<Result>(work: () => Promise<Result>, stop?: AbortSignal): Promise<Result> {
    const signal = this.bounded(stop)
    signal?.throwIfAborted()
    const interrupt = (): void => this.connection.interrupt()
    signal?.addEventListener('abort', interrupt, {once: true})
    try {
      return await work()
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw resourceError(error, this.limit)
    } finally {
      signal?.removeEventListener('abort', interrupt)
    }
  }

  async close(): Promise<void> {
    this.connection.closeSync()
    if (this.part === 'branch') return
    this.instance.closeSync()
    if (this.part === 'sibling') return
    this.limit?.close()
    await rm(this.spoolFolder, {recursive: true, force: true})
  }
}

function createInstance({threads, memoryLimitBytes}: DuckDbOptions, spillFolder: string): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${Math.floor(memoryLimitBytes / 1024)}KiB`,
    temp_directory: spillFolder,
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // No statement of a load writes more folders, so none has a second file; of DuckDB's 100, many would have dozens.
    partitioned_write_max_open_files: String(OPEN_WRITERS),
  })
}

async function limitSpill(connection: DuckDBConnection, {maxTemporaryBytes}: DuckDbOptions): Promise<void> {
  if (maxTemporaryBytes === null || maxTemporaryBytes === undefined) return
  // As an option of `create` it is shown by DuckDB and not kept to (1.5.6).
  await connection.run(`SET max_temp_directory_size = '${Math.floor(maxTemporaryBytes / 1024)}KiB'`)
}

async function connect(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  return connection
}

/** Running out of memory or disk is named the same everywhere; other errors are left to the caller. */
function resourceError(error: unknown, limit: SpoolLimit | null): unknown {
  if (error instanceof SluiceError) return error
  const message = error instanceof Error ? error.message : String(error)
  const isSpillRefused = /max_temp_directory_size/.test(message)
  if (isSpillRefused && limit !== null) return tempLimitError(limit.limitBytes, null, error)
  if (isSpillRefused || /no space left|disk quota/i.test(message)) {
    return new SluiceError('DISK_FULL', 'The disk is full.', {
      fix: 'Free some space, then run the same command again.',
      cause: error,
    })
  }
  if (/^out of memory error/i.test(message)) {
    return new SluiceError('MEMORY_EXCEEDED', 'The work does not fit into the memory limit.', {
      fix: 'Set a larger limit: --memory 4GB, or SLUICE_MEMORY=4GB.',
      cause: error,
    })
  }
  return error
}

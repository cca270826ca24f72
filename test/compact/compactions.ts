import {DuckDBInstance} from '@duckdb/node-api'
import {
  compactRequest,
  planDocument,
  planRuns,
  runCompaction,
  type CompactedTable,
} from '../../src/lib/compact/index.js'
import type {CompactPolicy} from '../../src/lib/compact/policy.js'
import type {CompactWork} from '../../src/lib/compact/work.js'
import type {Context} from '../../src/lib/context.js'
import {SluiceError} from '../../src/lib/errors.js'
import {
  collectAll,
  undoOperation,
  type GarbageResult,
  type LoadedPlan,
  type OperationPorts,
} from '../../src/lib/operation/index.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import {APPLY} from '../backfill/loads.js'
import {StillClock} from '../fault/fault-clocks.js'

const MS_PER_HOUR = 3_600_000

/** Of tests: two small files are enough, and none is too young. */
export const EAGER: Partial<CompactPolicy> = {minimumFiles: 2, minimumAgeMs: 0}

/** Compactions of one lake, at a time that the test moves on. */
export class Compactions {
  readonly clock = new StillClock(new Date().toISOString())
  readonly ports: OperationPorts

  constructor(
    readonly context: Context,
    replaced: Partial<OperationPorts> = {},
  ) {
    this.ports = {...context.ports, clock: this.clock, ...replaced}
  }

  waitHours(hours: number): void {
    this.clock.advance(hours * MS_PER_HOUR)
  }

  async plan(
    policy: Partial<CompactPolicy> = EAGER,
    partition: readonly string[] = [],
  ): Promise<LoadedPlan<CompactWork>[]> {
    const {definition} = this.context
    const request = compactRequest({partition, from: null, to: null, policy}, this.clock.now())
    const plans = await planRuns(request, definition.tables, definition, this.ports)
    return plans as LoadedPlan<CompactWork>[]
  }

  /** Why partitions are left, by reason. */
  async skipped(policy: Partial<CompactPolicy> = EAGER): Promise<Record<string, number>> {
    const {definition} = this.context
    const request = compactRequest({partition: [], from: null, to: null, policy}, this.clock.now())
    const {tables} = await planDocument(request, definition.tables, definition, this.ports)
    const reasons = tables.flatMap(({skipped, obstacle}) => [
      ...skipped.map(({reason, partitions}) => [reason, partitions] as const),
      ...(obstacle === null ? [] : [[obstacle.reason, 1] as const]),
    ])
    return Object.fromEntries(reasons)
  }

  /** Runs plans, those made now unless told; of each table what was done. */
  async run(plans?: readonly LoadedPlan<CompactWork>[]): Promise<CompactedTable[]> {
    const done: CompactedTable[] = []
    for (const plan of plans ?? (await this.plan())) {
      done.push(await runCompaction(plan, await this.context.kind(plan.header.kind), APPLY, this.ports))
    }
    return done
  }

  /** Compacts the one table that there is something to do in. */
  async runOne(plans?: readonly LoadedPlan<CompactWork>[]): Promise<CompactedTable> {
    const done = await this.run(plans)
    if (done.length !== 1) throw new Error(`${done.length} tables were compacted.`)
    return done[0]!
  }

  async rollback({operation, kind}: Pick<CompactedTable, 'operation' | 'kind'>): Promise<boolean> {
    return (await undoOperation(operation, await this.context.kind(kind), APPLY, this.ports)).changed
  }

  /** `compact gc`, of all compactions. */
  gc(): Promise<readonly GarbageResult[]> {
    return this.collect(undefined)
  }

  gcOf({operation}: Pick<CompactedTable, 'operation'>): Promise<readonly GarbageResult[]> {
    return this.collect(operation)
  }

  private async collect(operation: string | undefined): Promise<readonly GarbageResult[]> {
    const isOfKind = (kind: string): boolean => kind.startsWith('compact.')
    const options = {...APPLY, graceHours: null, dryRun: false, isOfKind}
    const kindOf = (name: string) => this.context.kind(name)
    return (await collectAll(operation, options, kindOf, this.clock.now(), this.ports)).operations
  }
}

/** The code of what an act was refused with. */
export async function codeOfRefusal(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.then(
    () => new Error('It was not refused.'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof SluiceError) return error.code
  throw error
}

export async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const {key} of store.list(prefix)) keys.push(key)
  return keys
}

/**
 * Every row of the Parquet files with these keys, read one file at a time by a database that knows nothing of sluice:
 * sorted texts, columns that are NULL left out, as a file without them has it.
 */
export async function rowsOfFiles(store: ObjectStore, keys: readonly string[]): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:', {threads: '1'})
  const connection = await instance.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    const rows: string[] = []
    for (const key of keys) {
      const file = store.localPath(key)!
      const read = await connection.runAndReadAll(`FROM read_parquet('${file}', hive_partitioning = false)`)
      for (const row of read.getRowObjectsJson()) {
        const entries = Object.entries(row).filter(([, value]) => value !== null)
        rows.push(JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))))
      }
    }
    return rows.sort()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

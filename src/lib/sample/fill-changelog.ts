import pMap from 'p-map'
import {openStream, type OpenStream} from '../ingest/index.js'
import type {TableDefinition} from '../lake/index.js'
import type {OperationPorts} from '../operation/index.js'
import {claimEvents, type ClaimEvent} from './claim-events.js'
import type {FillPlan} from './plan-fill.js'
import {InstantText} from './text-forms.js'

export interface FillOptions {
  readonly table: TableDefinition
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

/** The answer of `sluice lake sample --small-files`. */
export interface FillResult {
  /** False: a dry run, or everything stands already. */
  readonly changed: boolean
  readonly dryRun: boolean
  readonly table: string
  readonly items: number
  readonly days: number
  readonly filesPerDay: number
  readonly seed: number
  readonly events: number
  /** Items that were changed once more, and items that were deleted. */
  readonly modified: number
  readonly removed: number
  /** Batches of events, each of which makes one file. */
  readonly batches: number
  /** Files that were written; in a dry run those that would be, if none stood. */
  readonly files: number
  readonly sizeBytes: number
  /** Estimate of a dry run, or null. */
  readonly durationMs: number | null
  /** The command that looks at what to merge. */
  readonly next: string
}

/** The store's syncs wait for the disk while the next batches are made. */
const CONCURRENT_BATCHES = 3
const BATCH_NAME = 'the sample'

/**
 * Appends a sample's events to a change log, a batch a file, as `ingest stream` does. What stands is left as it is, so a
 * fill that was stopped is finished by the same request.
 *
 * Errors: those of {@link openStream}, and of reading and appending; a batch that is refused is not written.
 */
export async function fillChangelog(plan: FillPlan, options: FillOptions, ports: OperationPorts): Promise<FillResult> {
  const stream = await openStream(options.table, ports, options.signal)
  const made = new BatchMaker(plan)
  const [first] = plan.files
  // Before anything is written, or asked: a table that these events do not fit is refused.
  if (first !== undefined) await stream.read(made.batch(first))
  if (options.dryRun) return filled(plan, options, {files: plan.files.length, sizeBytes: plan.sizeBytes})
  return filled(plan, options, await appendAll(plan, made, stream, ports))
}

interface Written {
  files: number
  sizeBytes: number
}

/** Lets batches in flight end before it throws what the first failure threw. */
async function appendAll(
  plan: FillPlan,
  made: BatchMaker,
  stream: OpenStream,
  {report}: OperationPorts,
): Promise<Written> {
  const written: Written = {files: 0, sizeBytes: 0}
  const failures: unknown[] = []
  let done = 0
  report({kind: 'phase', phase: 'append', unit: 'files', total: plan.files.length})
  await pMap(
    plan.files,
    async (claims) => {
      if (failures.length > 0) return
      try {
        const {objects} = await stream.append(await stream.read(made.batch(claims)))
        written.files += objects.length
        for (const {sizeBytes} of objects) written.sizeBytes += sizeBytes
        report({kind: 'progress', done: (done += 1)})
      } catch (error) {
        failures.push(error)
      }
    },
    {concurrency: CONCURRENT_BATCHES},
  )
  if (failures.length > 0) throw failures[0]
  return written
}

/** Makes the events of a file when they are needed. */
class BatchMaker {
  readonly #instants = new InstantText()

  constructor(private readonly plan: FillPlan) {}

  batch(claims: readonly number[]) {
    const events = claims.flatMap((index) => claimEvents(index, this.plan.settings, this.#instants))
    events.sort((left, right) => (sequenceOf(left) < sequenceOf(right) ? -1 : 1))
    return {name: BATCH_NAME, records: events.map((record, index) => ({record, line: index + 1}))}
  }
}

function sequenceOf({dynamodb}: ClaimEvent): string {
  return dynamodb.SequenceNumber
}

function filled(plan: FillPlan, {table, dryRun}: FillOptions, {files, sizeBytes}: Written): FillResult {
  const {items, days, filesPerDay, seed, modified, removed} = plan
  return {
    changed: !dryRun && files > 0,
    dryRun,
    table: table.name,
    items,
    days,
    filesPerDay,
    seed,
    events: items + modified + removed,
    modified,
    removed,
    batches: plan.files.length,
    files,
    sizeBytes,
    durationMs: dryRun ? plan.durationMs : null,
    next: `sluice compact plan --table ${table.name}`,
  }
}

import {z} from 'zod'
import {hasCode, SluiceError} from '../errors.js'
import {readText} from '../ports/object-content.js'
import type {Etag, ObjectKey, ObjectStore} from '../ports/object-store.js'

/**
 * One admitted load of a change log: a single object, whose presence makes the run's rows visible and whose absence
 * hides them. Rows of a change log never change; this record is the only switch.
 */
const RunRecord = z.object({
  format: z.literal(1),
  /** What rows of the load carry in `_source`. */
  run: z.string(),
  operation: z.string(),
  kind: z.enum(['full']),
  /** What was loaded: an export's id. */
  load: z.string(),
  /** Microseconds; rows below the newest admitted floor do not count. Null: the load sets none. */
  floor: z.number().int().nullable(),
  /** Runs that this one replaces while it stands. */
  supersedes: z.array(z.string()),
  rows: z.number().int(),
  quarantined: z.number().int(),
  objects: z.number().int(),
  sizeBytes: z.number().int(),
  /** SHA-256 over `key etag` of every object, sorted: which bytes were proven. */
  objectsSha256: z.string(),
  mapping: z.string(),
  exportTime: z.string(),
  admittedAt: z.string(),
})
export type RunRecord = z.infer<typeof RunRecord>

export interface StoredRunRecord {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly record: RunRecord
}

/** Name of the table of run records of a change log. */
export function runsTableName(table: string): string {
  return `${table}__runs`
}

export function runsPrefix(table: string): string {
  return `${runsTableName(table)}/`
}

/**
 * The key of a load's n-th admission. Two processes that load the same export under the same mapping both want the
 * same key, and one conditional write decides.
 */
export function runKey(table: string, load: string, sequence: number): ObjectKey {
  return `${runsPrefix(table)}${load}.${sequence}.json`
}

/** Every run record of a table, by key. Throws `FORMAT_UNKNOWN` for one that this version cannot read. */
export async function listRunRecords(store: ObjectStore, table: string): Promise<StoredRunRecord[]> {
  const records: StoredRunRecord[] = []
  for await (const {key} of store.list(runsPrefix(table))) {
    const stored = await readRunRecord(store, key)
    if (stored !== null) records.push(stored)
  }
  return records
}

/** One record, or null. */
export async function readRunRecord(store: ObjectStore, key: ObjectKey): Promise<StoredRunRecord | null> {
  const head = await store.head(key)
  if (head === null) return null
  try {
    const parsed = RunRecord.safeParse(JSON.parse(await readText(store, key)))
    if (parsed.success) return {key, etag: head.etag, record: parsed.data}
  } catch (error) {
    if (hasCode(error, 'OBJECT_NOT_FOUND')) return null
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new SluiceError('FORMAT_UNKNOWN', `${key} is no run record that this version can read.`, {
    fix: 'Use the version of sluice that wrote it, or a newer one.',
  })
}

/** The records that no standing record supersedes: what `current` reads. */
export function activeRuns(records: readonly StoredRunRecord[]): StoredRunRecord[] {
  const superseded = new Set(records.flatMap(({record}) => record.supersedes))
  return records.filter(({record}) => !superseded.has(record.run))
}

/** The newest floor that stands, in microseconds, or null. */
export function standingFloor(records: readonly StoredRunRecord[]): number | null {
  const floors = activeRuns(records).flatMap(({record}) => (record.floor === null ? [] : [record.floor]))
  return floors.length === 0 ? null : Math.max(...floors)
}

/** One line of JSON with a trailing newline, as the table of run records reads it. */
export function encodeRunRecord(record: RunRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`)
}

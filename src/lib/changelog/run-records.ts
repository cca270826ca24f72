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
  /** DynamoDB's id of the table: a table that is deleted and created again has another. */
  tableId: z.string(),
  /** Microseconds; rows below the newest admitted floor do not count. Null: the load sets none. */
  floor: z.number().int().nullable(),
  /** Runs that this one replaces while it stands. */
  supersedes: z.array(z.string()),
  rows: z.number().int(),
  quarantined: z.number().int(),
  /** Items that conditions of the table leave out. */
  leftOut: z.number().int(),
  /** Lines without an item or a key: with any the load sets no floor. */
  unreadable: z.number().int(),
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

/** What stands at a run's key: its record, or null where it was taken back; the key is then closed for good. */
export interface RunSlot {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly record: RunRecord | null
}

/** The mark of a run that was taken back. Without `run` no reader counts it. */
const ClosedRun = z.object({format: z.literal(1), closed: z.string()})

/**
 * The key of a load's next admission. Two processes that load the same export under the same mapping both want the
 * same key, and one conditional write decides. A key is never used again.
 */
export async function nextRunKey(store: ObjectStore, table: string, load: string): Promise<ObjectKey> {
  let highest = 0
  for await (const {key} of store.list(`${runsPrefix(table)}${load}.`)) {
    highest = Math.max(highest, Number(/\.(\d+)\.json$/.exec(key)?.[1] ?? 0))
  }
  return `${runsPrefix(table)}${load}.${highest + 1}.json`
}

/** Every run record of a table, by key. Throws `FORMAT_UNKNOWN` for one that this version cannot read. */
export async function listRunRecords(store: ObjectStore, table: string): Promise<StoredRunRecord[]> {
  const records: StoredRunRecord[] = []
  for await (const {key} of store.list(runsPrefix(table))) {
    const slot = await readRunSlot(store, key)
    if (slot !== null && slot.record !== null) records.push({...slot, record: slot.record})
  }
  return records
}

/** What stands at a run's key; null when nothing does. Throws `FORMAT_UNKNOWN`. */
export async function readRunSlot(store: ObjectStore, key: ObjectKey): Promise<RunSlot | null> {
  const head = await store.head(key)
  if (head === null) return null
  try {
    const json: unknown = JSON.parse(await readText(store, key))
    const record = RunRecord.safeParse(json)
    if (record.success) return {key, etag: head.etag, record: record.data}
    if (ClosedRun.safeParse(json).success) return {key, etag: head.etag, record: null}
  } catch (error) {
    if (hasCode(error, 'OBJECT_NOT_FOUND')) return null
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new SluiceError('FORMAT_UNKNOWN', `${key} is no run record that this version can read.`, {
    fix: 'Use the version of sluice that wrote it, or a newer one.',
  })
}

/**
 * Takes a run back, or keeps it from ever being admitted: one conditional write of the mark in its place. A delete
 * would free the key, and a process that stalled before its own write could admit the run after all.
 */
export async function closeRun(
  store: ObjectStore,
  key: ObjectKey,
  run: string,
): Promise<'retracted' | 'already' | 'conflict'> {
  const slot = await readRunSlot(store, key)
  // Another load may have been admitted under this key: that one stays.
  if (slot !== null && slot.record?.run !== run) return 'already'
  const mark: z.infer<typeof ClosedRun> = {format: 1, closed: run}
  try {
    await store.write(key, encode(mark), slot === null ? {ifAbsent: true} : {ifMatch: slot.etag})
    return 'retracted'
  } catch (error) {
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
    return 'conflict'
  }
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
  return encode(record)
}

function encode(document: object): Buffer {
  return Buffer.from(`${JSON.stringify(document)}\n`)
}

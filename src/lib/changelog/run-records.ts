import {z} from 'zod'
import {hasCode, SluiceError} from '../errors.js'
import {readText} from '../ports/object-content.js'
import type {Etag, ObjectKey, ObjectStore} from '../ports/object-store.js'

/** What a load took of its source, where that is not everything. */
const RunFilter = z.object({
  /** ISO 8601; the bounds of the partition's time, the second excluded. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** A condition over the mapped columns. */
  where: z.string().nullable(),
})

/**
 * One admitted export of a change log. One object holds the records of one load, a line each: its presence makes their
 * rows visible and its absence hides them. Rows of a change log never change; this object is the only switch.
 */
const RunRecord = z.object({
  format: z.literal(1),
  /** What rows of the load carry in `_source`. */
  run: z.string(),
  operation: z.string(),
  /** `quarantine`: lines that another run set aside, read anew. */
  kind: z.enum(['full', 'incremental', 'quarantine']),
  /** What was loaded: an export's id. */
  load: z.string(),
  /** DynamoDB's id of the table: a table that is deleted and created again has another. */
  tableId: z.string(),
  /** Microseconds; rows below the newest admitted floor do not count. Null: the load sets none. */
  floor: z.number().int().nullable(),
  /** The run whose quarantined lines these rows are: they count while it counts. */
  reloads: z.string().nullable().default(null),
  filter: RunFilter.nullable().default(null),
  /** Runs that this one replaces while it stands. */
  supersedes: z.array(z.string()),
  rows: z.number().int(),
  quarantined: z.number().int(),
  /** Rows that only delete. */
  deletes: z.number().int().default(0),
  /** Items that conditions of the table or of the load leave out. */
  leftOut: z.number().int(),
  /** Lines without an item or a key: with any the load sets no floor. */
  unreadable: z.number().int(),
  objects: z.number().int(),
  sizeBytes: z.number().int(),
  /** SHA-256 over `key etag` of every object, sorted: which bytes were proven. */
  objectsSha256: z.string(),
  mapping: z.string(),
  /** Where an incremental export begins; null for a full one. */
  exportFrom: z.string().nullable().default(null),
  /** Instant of a full export's content; where an incremental one ends. */
  exportTime: z.string(),
  admittedAt: z.string(),
  /** Counts the admissions of a table: clocks may jump. */
  order: z.number().int().default(0),
})
export type RunRecord = z.infer<typeof RunRecord>
export type RunFilter = z.infer<typeof RunFilter>

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

/** What stands at a load's key: its records, or none where it was taken back; the key is then closed for good. */
export interface RunSlot {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly records: readonly RunRecord[]
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
    for (const record of slot?.records ?? []) records.push({key, etag: slot!.etag, record})
  }
  return records
}

/** What stands at a load's key; null when nothing does. Throws `FORMAT_UNKNOWN`. */
export async function readRunSlot(store: ObjectStore, key: ObjectKey): Promise<RunSlot | null> {
  const head = await store.head(key)
  if (head === null) return null
  try {
    const lines = (await readText(store, key)).trimEnd().split('\n')
    const documents = lines.map((line): unknown => JSON.parse(line))
    const records = z.array(RunRecord).safeParse(documents)
    if (records.success) return {key, etag: head.etag, records: records.data}
    if (ClosedRun.safeParse(documents[0]).success) return {key, etag: head.etag, records: []}
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
  if (slot !== null && !slot.records.some((record) => record.run === run)) return 'already'
  const mark: z.infer<typeof ClosedRun> = {format: 1, closed: run}
  try {
    await store.write(key, encode([mark]), slot === null ? {ifAbsent: true} : {ifMatch: slot.etag})
    return 'retracted'
  } catch (error) {
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
    return 'conflict'
  }
}

/**
 * The records that no standing record supersedes: what `current` reads. Rows out of quarantine count while the run
 * counts that set them aside.
 */
export function activeRuns<Stored extends {readonly record: RunRecord}>(records: readonly Stored[]): Stored[] {
  const superseded = new Set(records.flatMap(({record}) => record.supersedes))
  const standing = records.filter(({record}) => !superseded.has(record.run))
  const runs = new Set(standing.map(({record}) => record.run))
  return standing.filter(({record}) => record.reloads === null || runs.has(record.reloads))
}

/** One more than any record that stands. */
export function nextOrder(records: readonly StoredRunRecord[]): number {
  return Math.max(0, ...records.map(({record}) => record.order)) + 1
}

/** The newest floor that stands, in microseconds, or null. */
export function standingFloor(records: readonly {readonly record: RunRecord}[]): number | null {
  const floors = activeRuns(records).flatMap(({record}) => (record.floor === null ? [] : [record.floor]))
  return floors.length === 0 ? null : Math.max(...floors)
}

/** A line of JSON for each record, as the table of run records reads them. */
export function encodeRunRecords(records: readonly RunRecord[]): Buffer {
  return encode(records)
}

function encode(documents: readonly object[]): Buffer {
  return Buffer.from(documents.map((document) => `${JSON.stringify(document)}\n`).join(''))
}

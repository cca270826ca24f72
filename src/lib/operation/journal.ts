import {hasCode, SluiceError} from '../errors.js'
import {readText} from '../ports/object-content.js'
import type {ObjectKey, ObjectStore} from '../ports/object-store.js'
import {parseLines, toLines} from './json-lines.js'
import {journalPrefix, segmentKey} from './state-layout.js'
import type {Caller, Comparison, OperationId, Proof} from './types.js'

export type JournalEntry =
  | {readonly kind: 'started'; readonly at: string; readonly attempt: number; readonly caller: Caller}
  /** What an attempt has others do outside of its process: noted before it is begun, and when it has ended. */
  | {readonly kind: 'step'; readonly unit: string; readonly step: string; readonly value: unknown}
  | {readonly kind: 'staged'; readonly unit: string; readonly staged: unknown; readonly durationMs: number}
  | {readonly kind: 'proven'; readonly unit: string; readonly proof: Proof; readonly durationMs: number}
  | {readonly kind: 'compared'; readonly unit: string; readonly comparison: Comparison}
  | {readonly kind: 'published'; readonly unit: string; readonly at: string}
  | {readonly kind: 'unit-failed'; readonly unit: string; readonly code: string; readonly message: string}
  | {readonly kind: 'interrupted' | 'finished' | 'cancelled'; readonly at: string; readonly caller: Caller}
  | {readonly kind: 'failed'; readonly at: string; readonly code: string; readonly message: string}
  | {readonly kind: 'retracted'; readonly unit: string; readonly at: string}
  | {readonly kind: 'undone'; readonly at: string; readonly caller: Caller}
  | {
      readonly kind: 'collected'
      readonly at: string
      readonly caller: Caller
      readonly objects: number
      readonly sizeBytes: number
    }

type StoredEntry = JournalEntry & {readonly format: 1}

/** Every entry of an operation, in order. */
export async function readJournal(
  store: ObjectStore,
  operation: OperationId,
): Promise<{entries: JournalEntry[]; segments: number}> {
  const entries: JournalEntry[] = []
  let segments = 0
  for await (const {key} of store.list(journalPrefix(operation))) {
    entries.push(...parseLines<StoredEntry>(await readText(store, key), key))
    segments += 1
  }
  return {entries, segments}
}

const MAX_BUFFERED_ENTRIES = 1000
const MAX_BUFFERED_MS = 1000

/**
 * Appends to an operation's journal in numbered segments, each written once. Two writers cannot both go on: whoever
 * finds the next number taken has lost the operation and stops (`LOCK_LOST`).
 */
export class JournalWriter {
  private buffered: StoredEntry[] = []
  private bufferedSince = 0
  private flushing: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: ObjectStore,
    private readonly operation: OperationId,
    private segments: number,
    private readonly monotonicMs: () => number,
  ) {}

  /** Adds an entry; written with others of its second. */
  async add(entry: JournalEntry): Promise<void> {
    if (this.buffered.length === 0) this.bufferedSince = this.monotonicMs()
    this.buffered.push({format: 1, ...entry})
    const isDue =
      this.buffered.length >= MAX_BUFFERED_ENTRIES || this.monotonicMs() - this.bufferedSince >= MAX_BUFFERED_MS
    if (isDue) await this.flush()
  }

  /** Adds an entry and returns once it is durable. */
  async addNow(entry: JournalEntry): Promise<void> {
    await this.add(entry)
    await this.flush()
  }

  /** Writes what is buffered. Throws `LOCK_LOST` when another process wrote on. */
  flush(): Promise<void> {
    // A write that failed does not end the journal: the next one tries its entries again.
    this.flushing = this.flushing.catch(() => undefined).then(() => this.writeSegment())
    return this.flushing
  }

  private async writeSegment(): Promise<void> {
    if (this.buffered.length === 0) return
    const entries = this.buffered
    this.buffered = []
    const key = segmentKey(this.operation, this.segments + 1)
    try {
      await this.store.write(key, Buffer.from(toLines(entries)), {ifAbsent: true})
    } catch (error) {
      this.buffered = [...entries, ...this.buffered]
      if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      // Our own write whose answer was lost looks like a conflict: the content tells.
      const landed = await this.landed(key, entries)
      if (landed === 0) throw this.lost(error)
      this.buffered = this.buffered.slice(landed)
      this.segments += 1
      return this.writeSegment()
    }
    this.segments += 1
  }

  /** How many of the entries a standing segment holds: all of its own, or none when it is another process's. */
  private async landed(key: ObjectKey, entries: readonly StoredEntry[]): Promise<number> {
    const text = await readText(this.store, key)
    return toLines(entries).startsWith(text) ? text.split('\n').length - 1 : 0
  }

  private lost(error: unknown): SluiceError {
    return new SluiceError('LOCK_LOST', `Another process went on with operation ${this.operation}.`, {
      fix: `sluice ops show ${this.operation}`,
      cause: error,
    })
  }
}

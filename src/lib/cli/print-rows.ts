import {once} from 'node:events'
import type {Writable} from 'node:stream'
import type {RowWriter} from './output/row-writer.js'

export interface PrintOptions {
  readonly stream: Writable
  readonly signal: AbortSignal
  /** Print no more than so many. */
  readonly maxRows?: number | undefined
}

export interface PrintedRows {
  readonly rows: number
  /** There are more. */
  readonly isTruncated: boolean
  /** The reader went away, as `head` does: nothing is left to say. */
  readonly isReaderGone: boolean
}

/** Written at a time: enough for throughput, little enough for a slow reader. */
const BATCH_ROWS = 500

/**
 * Prints rows as they come, never faster than the reader takes them. When the reader goes away the rows are left, which
 * ends what makes them.
 * @throws the signal's reason when it is aborted, also while a reader is slow
 */
export async function printRows<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  writer: RowWriter<Row>,
  {stream, signal, maxRows = Number.POSITIVE_INFINITY}: PrintOptions,
): Promise<PrintedRows> {
  const output = new Output(stream, signal)
  let batch: Row[] = []
  let [count, isTruncated] = [0, false]
  for await (const row of rows) {
    isTruncated = count === maxRows
    if (isTruncated || output.isGone) break
    batch.push(row)
    count += 1
    if (batch.length < BATCH_ROWS) continue
    await output.write(writer.rows(batch))
    batch = []
  }
  await output.write(writer.rows(batch) + writer.end())
  return {rows: count, isTruncated, isReaderGone: output.isGone}
}

class Output {
  private hasFailed = false

  constructor(
    private readonly stream: Writable,
    private readonly signal: AbortSignal,
  ) {
    stream.once('error', () => {
      this.hasFailed = true
    })
  }

  get isGone(): boolean {
    return this.hasFailed || this.stream.destroyed
  }

  async write(text: string): Promise<void> {
    this.signal.throwIfAborted()
    if (text === '' || this.isGone || this.stream.write(text)) return
    const wait = new AbortController()
    const options = {signal: AbortSignal.any([this.signal, wait.signal])}
    try {
      // an error is seen by the listener above; here it only ends the wait
      await Promise.race([once(this.stream, 'drain', options), once(this.stream, 'close', options)])
    } catch {
      this.signal.throwIfAborted()
    } finally {
      wait.abort()
    }
  }
}

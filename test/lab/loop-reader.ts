import {EventEmitter, once} from 'node:events'
import type {AwsLake} from './aws-lake.js'
import {readTexts} from './faults/athena-reader.js'

/** A reader with nothing of sluice that asks the same over and over, and keeps every other answer that it got. */
export class LoopReader {
  readonly answers = new Set<string>()
  /** Why statements failed, by the phase that they ended in. */
  readonly failures: {readonly phase: string; readonly reason: string}[] = []
  reads = 0
  #phase = 'before'
  #isStopped = false
  readonly #turns = new EventEmitter()
  readonly #loop: Promise<void>

  constructor(
    private readonly lake: AwsLake,
    private readonly sql: string,
  ) {
    this.#loop = this.#read()
  }

  /** Runs a phase, and reads on until a statement that began after it has ended. */
  async during<Result>(phase: string, work: () => Promise<Result>): Promise<Result> {
    this.#phase = phase
    const result = await work()
    for (let turn = 0; turn < 2; turn += 1) await once(this.#turns, 'turn')
    return result
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#loop
  }

  async #read(): Promise<void> {
    while (!this.#isStopped) {
      const read = await readTexts(this.lake, this.sql).catch((error: unknown) => ({reason: String(error)}))
      this.reads += 1
      if ('rows' in read) this.answers.add(read.rows.join('\n'))
      else this.failures.push({phase: this.#phase, reason: read.reason})
      this.#turns.emit('turn')
    }
  }
}

/** One row that differs when any value of these columns does, in whatever order the rows come. */
export function checksumsOf(columns: readonly string[], from: string): string {
  const sums = columns.map((column) => `to_hex(checksum("${column}")) AS "sum_${column}"`)
  return `SELECT count(*) AS n, ${sums.join(', ')} FROM ${from}`
}

import type {QueryEngine, QueryRequest, QueryResult} from '../ports/query-engine.js'
import {dollarsText, scanCostUsdMicros} from '../query/index.js'

/** What the statements of one answer scanned, and what that costs by the list. */
export interface Scanned {
  /** As the engine counted them; null where nothing is billed. */
  readonly bytesScanned: number | null
  /** Decimal text, each statement with its minimum; null where nothing is billed. */
  readonly billedUsd: string | null
}

/** An engine that remembers what the statements scanned which ran through it. */
export class MeteredEngine implements QueryEngine {
  readonly name: QueryEngine['name']
  readonly #scannedBytes: number[] = []

  constructor(private readonly query: QueryEngine) {
    this.name = query.name
  }

  async run(request: QueryRequest): Promise<QueryResult> {
    const result = await this.query.run(request)
    if (result.statistics !== undefined) this.#scannedBytes.push(result.statistics.scannedBytes)
    return result
  }

  close(): Promise<void> {
    return this.query.close()
  }

  scanned(): Scanned {
    if (this.#scannedBytes.length === 0) return {bytesScanned: null, billedUsd: null}
    const micros = this.#scannedBytes.map((bytes) => scanCostUsdMicros(this.name, bytes))
    return {bytesScanned: sumOf(this.#scannedBytes), billedUsd: dollarsText(sumOf(micros))}
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

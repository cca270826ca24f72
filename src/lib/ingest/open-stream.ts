import {
  deletesPrefix,
  listRunRecords,
  partitionLocator,
  prepareChangelogTables,
  quarantinePrefix,
  registerPartitions,
  registerTable,
  showChangelogTables,
  standingFloor,
  type Locate,
} from '../changelog/index.js'
import {refuseReshaped} from '../backfill/index.js'
import {mappingHash, mappingOf, type TableDefinition} from '../lake/index.js'
import {compileChangeFunction, SOURCE_RANK, type TableMapping} from '../mapping/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {AppendedRow, AppendResult} from '../ports/parquet-engine.js'
import {readBatch, STREAM_SOURCE, type StreamBatch, type StreamRecords} from './stream-batch.js'

/** A change log that batches of stream events are appended to, one after another or a few at a time. */
export interface OpenStream {
  /** Reads and judges a batch whole. Throws `STREAM_EVENT_INVALID`, `MAPPING_ERROR`. */
  read(records: StreamRecords): Promise<StreamBatch>
  /** Appends what was read: readers see it at once. The same batch again writes nothing. */
  append(batch: StreamBatch): Promise<AppendResult>
}

const OBJECT_DIGITS = 5

/**
 * Opens a change log for stream events. What holds for the table (runs, floor, reshaping) is looked at here, its tables
 * are brought up with the first batch, and a partition is looked up and registered with the first batch that has rows
 * of it. Throws what reshaped tables throw.
 */
export async function openStream(
  table: TableDefinition,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<OpenStream> {
  const mapping = mappingOf(table)
  const hash = mappingHash(table)
  const runs = await listRunRecords(ports.store, table.name)
  await refuseReshaped(mapping, hash, runs, ports)
  const floor = BigInt(standingFloor(runs) ?? 0)
  const reading = {table, mapping, mappingHash: hash, floor, map: compileChangeFunction(mapping)}
  const placement = new Placement(mapping, ports.catalog)
  return {
    read: (records) => readBatch(records, reading),
    append: async (batch) => {
      if (batch.rows.length === 0) return {objects: [], standing: 0}
      await placement.begin()
      return write(mapping, batch, placement, ports, signal)
    },
  }
}

/** Where the batches of an open stream go. */
class Placement {
  readonly #prefixes = new Map<string, string>()
  #begun: Promise<Locate> | undefined
  #hasTables = false

  constructor(
    private readonly mapping: TableMapping,
    private readonly catalog: OperationPorts['catalog'],
  ) {}

  /** Brings up the tables, once. */
  async begin(): Promise<void> {
    this.#begun ??= this.#bringUp()
    await this.#begun
  }

  /** Looks up and registers the partitions that no batch had before. */
  async register(partitions: readonly (readonly string[])[]): Promise<void> {
    const met = partitions.filter((partition) => !this.#prefixes.has(JSON.stringify(partition)))
    if (this.#hasTables && met.length === 0) return
    // A compaction may have moved partitions since the tables were brought up.
    const locate = this.#hasTables ? await partitionLocator(this.mapping, this.catalog, met) : await this.#begun!
    const register = this.#hasTables ? registerPartitions : registerTable
    await register(
      this.mapping,
      met.map((partition) => ({partition})),
      locate,
      this.catalog,
    )
    this.#hasTables = true
    for (const partition of met) this.#prefixes.set(JSON.stringify(partition), locate(partition))
  }

  /** The key prefix of a registered partition. */
  prefixOf(partition: readonly string[]): string {
    return this.#prefixes.get(JSON.stringify(partition))!
  }

  async #bringUp(): Promise<Locate> {
    await prepareChangelogTables(this.mapping, this.catalog)
    await showChangelogTables(this.mapping, this.catalog)
    return partitionLocator(this.mapping, this.catalog)
  }
}

function write(
  mapping: TableMapping,
  {rows, quarantined, digest}: StreamBatch,
  placement: Placement,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<AppendResult> {
  const name = (n: number): string => `stream-${digest}-${String(n).padStart(OBJECT_DIGITS, '0')}.parquet`
  return ports.parquet.append({
    mapping,
    rows: asyncRows(rows),
    quarantined,
    sourceRank: SOURCE_RANK.stream,
    source: STREAM_SOURCE,
    target: ports.store,
    keyOf: async (partition, n) => `${placement.prefixOf(partition)}${name(n)}`,
    quarantineKeyOf: (n) => `${quarantinePrefix(mapping.table)}${name(n)}`,
    deletesKeyOf: (n) => `${deletesPrefix(mapping.table)}${name(n)}`,
    onPartitions: (partitions) => placement.register(partitions),
    signal,
  })
}

async function* asyncRows(rows: readonly AppendedRow[]): AsyncGenerator<AppendedRow> {
  yield* rows
}

import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import {deserializeTCompactProtocol} from 'hyparquet/src/thrift.js'
import {CompressionCodecs, ConvertedTypes, FieldRepetitionTypes, ParquetTypes} from 'hyparquet/src/constants.js'

/** An element of a Parquet schema, in the order of the footer: depth first. */
export interface SchemaElement {
  readonly name: string
  /** Of a leaf; left out for a group. */
  readonly type?: string
  readonly length?: number
  readonly repetition?: string
  readonly children: number
  readonly converted?: string
  readonly scale?: number
  readonly precision?: number
  readonly fieldId?: number
  readonly logical?: Logical
}

export interface Logical {
  readonly name:
    'string' | 'map' | 'list' | 'enum' | 'decimal' | 'date' | 'time' | 'timestamp' | 'integer' | 'null' | 'other'
  readonly isAdjustedToUtc?: boolean
  readonly unit?: 'ms' | 'us' | 'ns'
}

/** A part of a column, in one row group. */
export interface ColumnChunk {
  readonly codec: string
  readonly values: number
  readonly uncompressedBytes: number
  readonly nulls: number | null
  /** As stored in the footer, until the next is read; null where it is not there or not the column's exact bound. */
  readonly minimum: Uint8Array | null
  readonly maximum: Uint8Array | null
}

export interface Footer {
  readonly rows: number
  /** Without the root. */
  readonly elements: readonly SchemaElement[]
  /** Equal where the elements are. */
  readonly schemaText: string
  readonly keyValues: ReadonlyMap<string, string>
  /** By row group, by leaf. */
  readonly chunks: readonly (readonly ColumnChunk[])[]
}

/** What a file without a readable footer is. */
export class FooterFault extends Error {
  override readonly name = 'FooterFault'
}

const MAGIC = 'PAR1'
const ENCRYPTED_MAGIC = 'PARE'
const TAIL_BYTES = 8
/** Holds the footer of nearly every small file, so that one read is enough; shared, as no two files are read at a time. */
const FIRST_READ = Buffer.allocUnsafeSlow(16 * 1024)

/**
 * The footer of a Parquet file, by a reader that shares nothing with DuckDB: what it says of rows, types and bounds is
 * held against what DuckDB reads. Synchronous and a fraction of the cost of DuckDB's own table functions, which open a
 * file for each question (2,880 files: 0.5 s of CPU, against 2.4 s). Throws `FooterFault`.
 */
export function readFooter(file: string): Footer {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = footerBytes(descriptor)
    try {
      return footerOf(
        deserializeTCompactProtocol({view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0}),
      )
    } catch (error) {
      throw error instanceof FooterFault ? error : new FooterFault('its footer cannot be read')
    }
  } finally {
    closeSync(descriptor)
  }
}

function footerBytes(descriptor: number): Buffer {
  const {size} = fstatSync(descriptor)
  if (size === 0) throw new FooterFault('it is empty')
  const tail = readEnd(descriptor, size, FIRST_READ.subarray(0, Math.min(size, FIRST_READ.length)))
  const magic = tail.subarray(-MAGIC.length).toString('latin1')
  if (magic === ENCRYPTED_MAGIC) throw new FooterFault('its footer is encrypted')
  if (magic !== MAGIC || size < TAIL_BYTES + MAGIC.length)
    throw new FooterFault('it is no Parquet file, or was cut off')
  const footerSize = tail.readUInt32LE(tail.length - TAIL_BYTES)
  if (footerSize + TAIL_BYTES + MAGIC.length > size) throw new FooterFault('its footer is longer than the file')
  const isWhole = footerSize + TAIL_BYTES <= tail.length
  const whole = isWhole ? tail : readEnd(descriptor, size, Buffer.allocUnsafe(footerSize + TAIL_BYTES))
  return whole.subarray(whole.length - TAIL_BYTES - footerSize, whole.length - TAIL_BYTES)
}

/** Fills the buffer with the end of the file. */
function readEnd(descriptor: number, size: number, buffer: Buffer): Buffer {
  const start = size - buffer.length
  for (let read = 0; read < buffer.length;) {
    const bytesRead = readSync(descriptor, buffer, read, buffer.length - read, start + read)
    if (bytesRead === 0) throw new FooterFault('it grew shorter while it was read')
    read += bytesRead
  }
  return buffer
}

/** A Thrift structure: values by `field_` and number, as parquet.thrift has them. */
type Thrift = Readonly<Record<string, unknown>>

function footerOf(thrift: Thrift): Footer {
  const elements = list(thrift['field_2']).slice(1).map(elementOf)
  return {
    rows: Number(thrift['field_3']),
    elements,
    schemaText: JSON.stringify(elements),
    keyValues: new Map(list(thrift['field_5']).map((entry) => [text(entry['field_1']), text(entry['field_2'])])),
    chunks: list(thrift['field_4']).map((group) => list(group['field_1']).map(chunkOf)),
  }
}

function elementOf(thrift: Thrift): SchemaElement {
  const [type, repetition, converted] = [thrift['field_1'], thrift['field_3'], thrift['field_6']]
  const isRepeated = repetition !== undefined && FieldRepetitionTypes[Number(repetition)] === 'REPEATED'
  const logical = logicalOf(thrift['field_10'] as Thrift | undefined)
  return {
    name: text(thrift['field_4']),
    children: Number(thrift['field_5'] ?? 0),
    ...(type === undefined ? {} : {type: ParquetTypes[Number(type)] ?? 'unknown'}),
    ...(thrift['field_2'] === undefined ? {} : {length: Number(thrift['field_2'])}),
    // Whether a column may hold NULL changes nothing of what it holds.
    ...(isRepeated ? {repetition: 'REPEATED'} : {}),
    ...(converted === undefined ? {} : {converted: ConvertedTypes[Number(converted)] ?? 'unknown'}),
    ...(thrift['field_7'] === undefined ? {} : {scale: Number(thrift['field_7'])}),
    ...(thrift['field_8'] === undefined ? {} : {precision: Number(thrift['field_8'])}),
    ...(thrift['field_9'] === undefined ? {} : {fieldId: Number(thrift['field_9'])}),
    ...(logical === undefined ? {} : {logical}),
  }
}

const LOGICAL_FIELDS: Readonly<Record<string, Logical['name']>> = {
  field_1: 'string',
  field_2: 'map',
  field_3: 'list',
  field_4: 'enum',
  field_5: 'decimal',
  field_6: 'date',
  field_7: 'time',
  field_8: 'timestamp',
  field_10: 'integer',
  field_11: 'null',
}

function logicalOf(thrift: Thrift | undefined): Logical | undefined {
  const [field] = Object.keys(thrift ?? {})
  if (thrift === undefined || field === undefined) return undefined
  const name = LOGICAL_FIELDS[field] ?? 'other'
  if (name !== 'time' && name !== 'timestamp') return {name}
  const time = thrift[field] as Thrift
  const unit = time['field_2'] as Thrift
  return {
    name,
    isAdjustedToUtc: time['field_1'] === true,
    unit: unit['field_1'] === undefined ? (unit['field_2'] === undefined ? 'ns' : 'us') : 'ms',
  }
}

function chunkOf(thrift: Thrift): ColumnChunk {
  const data = thrift['field_3'] as Thrift | undefined
  // Columns encrypted with keys of their own have their facts elsewhere.
  if (data === undefined || thrift['field_8'] !== undefined) throw new FooterFault('a column of it is encrypted')
  const statistics = (data['field_12'] ?? {}) as Thrift
  const bound = (value: string, isExact: string): Uint8Array | null =>
    statistics[isExact] === false ? null : ((statistics[value] as Uint8Array | undefined) ?? null)
  return {
    codec: CompressionCodecs[Number(data['field_4'])] ?? 'unknown',
    values: Number(data['field_5']),
    uncompressedBytes: Number(data['field_6']),
    nulls: statistics['field_3'] === undefined ? null : Number(statistics['field_3']),
    minimum: bound('field_6', 'field_8'),
    maximum: bound('field_5', 'field_7'),
  }
}

function list(value: unknown): readonly Thrift[] {
  return (value ?? []) as readonly Thrift[]
}

const DECODER = new TextDecoder()

function text(value: unknown): string {
  return value === undefined ? '' : DECODER.decode(value as Uint8Array)
}

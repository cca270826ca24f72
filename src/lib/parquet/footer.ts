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

/**
 * The footer in the last bytes of a file of so many, or how many of these it takes to read it; by a reader that shares
 * nothing with those of the rows: what it says of rows, types and bounds is held against what they read. Throws
 * `FooterFault`.
 */
export function footerOfEnd(end: Buffer, sizeBytes: number): Footer | {readonly bytesNeeded: number} {
  if (sizeBytes === 0) throw new FooterFault('it is empty')
  const magic = end.subarray(-MAGIC.length).toString('latin1')
  if (magic === ENCRYPTED_MAGIC) throw new FooterFault('its footer is encrypted')
  if (magic !== MAGIC || sizeBytes < TAIL_BYTES + MAGIC.length)
    throw new FooterFault('it is no Parquet file, or was cut off')
  const footerSize = end.readUInt32LE(end.length - TAIL_BYTES)
  if (footerSize + TAIL_BYTES + MAGIC.length > sizeBytes) throw new FooterFault('its footer is longer than the file')
  if (footerSize + TAIL_BYTES > end.length) return {bytesNeeded: footerSize + TAIL_BYTES}
  const bytes = end.subarray(end.length - TAIL_BYTES - footerSize, end.length - TAIL_BYTES)
  try {
    return footerOf(
      deserializeTCompactProtocol({view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0}),
    )
  } catch (error) {
    throw error instanceof FooterFault ? error : new FooterFault('its footer cannot be read')
  }
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

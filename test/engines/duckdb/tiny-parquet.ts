/** A column as it is stored: what DuckDB's own writer never writes can be written here. */
export interface TinyColumn {
  readonly name: string
  readonly type: 'BOOLEAN' | 'INT32' | 'INT64' | 'INT96' | 'FLOAT' | 'DOUBLE' | 'BYTE_ARRAY' | 'FIXED_LEN_BYTE_ARRAY'
  /** Encoded as PLAIN, but for the length of a BYTE_ARRAY; null for NULL. */
  readonly values: readonly (Uint8Array | null)[]
  readonly length?: number
  readonly converted?: number
  readonly logical?: Fields
  readonly scale?: number
  readonly precision?: number
  readonly isRequired?: boolean
}

export interface TinyFile {
  readonly columns: readonly TinyColumn[]
  readonly keyValues?: Readonly<Record<string, string>>
}

/** parquet.thrift's numbers. */
export const CONVERTED = {
  utf8: 0,
  enum: 4,
  decimal: 5,
  timestampMillis: 9,
  timestampMicros: 10,
  json: 19,
  bson: 20,
} as const
const TYPES = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY']

type Value =
  | {readonly i32: number}
  | {readonly i64: number}
  | {readonly binary: Uint8Array | string}
  | {readonly bool: boolean}
  | {readonly struct: Fields}
  | {readonly list: readonly Value[]}
/** Fields of a Thrift structure by their numbers, in order. */
export type Fields = Readonly<Record<number, Value>>

const CODES = {i32: 5, i64: 6, binary: 8, list: 9, struct: 12} as const

/** Logical types that `CONVERTED` has no number for. */
export const LOGICAL = {
  unknown: {11: {struct: {}}} as Fields,
  uuid: {14: {struct: {}}} as Fields,
  timestamp: (unit: 'ms' | 'us' | 'ns', isAdjustedToUtc: boolean): Fields => ({
    8: {struct: {1: {bool: isAdjustedToUtc}, 2: {struct: {[{ms: 1, us: 2, ns: 3}[unit]]: {struct: {}}}}}},
  }),
}

/** A Parquet file of flat columns in one row group, uncompressed, without statistics. */
export function tinyParquet({columns, keyValues = {}}: TinyFile): Buffer {
  const parts: Buffer[] = [Buffer.from('PAR1')]
  let offset = 4
  const rows = columns[0]?.values.length ?? 0
  const chunks = columns.map((column): Value => {
    const page = pageOf(column)
    parts.push(page)
    const start = offset
    offset += page.length
    const data: Fields = {
      1: {i32: TYPES.indexOf(column.type)},
      2: {list: [{i32: 0}, {i32: 3}]},
      3: {list: [{binary: column.name}]},
      4: {i32: 0},
      5: {i64: rows},
      6: {i64: page.length},
      7: {i64: page.length},
      9: {i64: start},
    }
    return {struct: {2: {i64: start}, 3: {struct: data}}}
  })
  const root: Value = {struct: {4: {binary: 'root'}, 5: {i32: columns.length}}}
  const footer: Fields = {
    1: {i32: 1},
    2: {list: [root, ...columns.map((column): Value => ({struct: elementOf(column)}))]},
    3: {i64: rows},
    4: {list: rows === 0 ? [] : [{struct: {1: {list: chunks}, 2: {i64: offset}, 3: {i64: rows}}}]},
    5: {
      list: Object.entries(keyValues).map(([key, value]): Value => ({struct: {1: {binary: key}, 2: {binary: value}}})),
    },
    6: {binary: 'tiny'},
  }
  const bytes = structBytes(footer)
  const tail = Buffer.alloc(4)
  tail.writeUInt32LE(bytes.length)
  return Buffer.concat([...parts, bytes, tail, Buffer.from('PAR1')])
}

function elementOf(column: TinyColumn): Fields {
  return {
    1: {i32: TYPES.indexOf(column.type)},
    ...(column.length === undefined ? {} : {2: {i32: column.length}}),
    3: {i32: column.isRequired === true ? 0 : 1},
    4: {binary: column.name},
    ...(column.converted === undefined ? {} : {6: {i32: column.converted}}),
    ...(column.scale === undefined ? {} : {7: {i32: column.scale}}),
    ...(column.precision === undefined ? {} : {8: {i32: column.precision}}),
    ...(column.logical === undefined ? {} : {10: {struct: column.logical}}),
  }
}

function pageOf({values, type, isRequired}: TinyColumn): Buffer {
  const encoded = values.flatMap((value) => (value === null ? [] : [type === 'BYTE_ARRAY' ? withLength(value) : value]))
  const data = Buffer.concat([...(isRequired === true ? [] : [levels(values)]), ...encoded])
  const header: Fields = {
    1: {i32: 0},
    2: {i32: data.length},
    3: {i32: data.length},
    5: {struct: {1: {i32: values.length}, 2: {i32: 0}, 3: {i32: 3}, 4: {i32: 3}}},
  }
  return Buffer.concat([structBytes(header), data])
}

function withLength(value: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(value.length)
  return Buffer.concat([length, value])
}

/** Definition levels, one bit each. */
function levels(values: readonly unknown[]): Buffer {
  const bits = Buffer.alloc(Math.ceil(values.length / 8))
  for (const [index, value] of values.entries()) if (value !== null) bits[index >> 3]! |= 1 << (index & 7)
  return withLength(Buffer.concat([varint(BigInt((bits.length << 1) | 1)), bits]))
}

function structBytes(fields: Fields): Buffer {
  const parts: Buffer[] = []
  let last = 0
  for (const [key, value] of Object.entries(fields)) {
    const id = Number(key)
    const code = 'bool' in value ? (value.bool ? 1 : 2) : codeOf(value)
    parts.push(Buffer.from([((id - last) << 4) | code]), ...('bool' in value ? [] : [valueBytes(value)]))
    last = id
  }
  return Buffer.concat([...parts, Buffer.from([0])])
}

function codeOf(value: Value): number {
  return CODES[Object.keys(value)[0] as keyof typeof CODES]
}

function valueBytes(value: Value): Buffer {
  if ('i32' in value) return zigzag(BigInt(value.i32))
  if ('i64' in value) return zigzag(BigInt(value.i64))
  if ('struct' in value) return structBytes(value.struct)
  if ('binary' in value) {
    const bytes = Buffer.from(value.binary)
    return Buffer.concat([varint(BigInt(bytes.length)), bytes])
  }
  const {list} = value as {readonly list: readonly Value[]}
  const code = list[0] === undefined ? CODES.struct : codeOf(list[0])
  const head =
    list.length < 15
      ? Buffer.from([(list.length << 4) | code])
      : Buffer.concat([Buffer.from([0xf0 | code]), varint(BigInt(list.length))])
  return Buffer.concat([head, ...list.map(valueBytes)])
}

function zigzag(value: bigint): Buffer {
  return varint((value << 1n) ^ (value >> 63n))
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Buffer.from([...bytes, Number(rest)])
}

export const plain = {
  int32: (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    return bytes
  },
  int64: (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  /** Nanoseconds of a day and its Julian number. */
  int96: (day: number, nanoseconds: bigint): Buffer => {
    const bytes = Buffer.alloc(12)
    bytes.writeBigInt64LE(nanoseconds)
    bytes.writeInt32LE(day, 8)
    return bytes
  },
}
/** The Julian number of 1970-01-01. */
export const JULIAN_EPOCH = 2_440_588

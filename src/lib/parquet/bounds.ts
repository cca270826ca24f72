import type {SchemaElement} from './footer.js'
import type {Shape} from './shape.js'

const INTEGER_TYPES: Readonly<Record<string, number>> = {INT32: 4, INT64: 8}
/** What is compared as a signed integer of its storage. */
const SIGNED = new Set([
  'INT_8',
  'INT_16',
  'INT_32',
  'INT_64',
  'DATE',
  'DECIMAL',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  undefined,
])

/** A bound of a footer as an integer in the unit of storage; null for kinds whose footers cannot be trusted to be exact. */
export function boundOf(bytes: Uint8Array | null, {type = '', converted, logical}: SchemaElement): bigint | null {
  if (bytes === null) return null
  if (type === 'BOOLEAN') return bytes.length === 1 ? BigInt(bytes[0]!) : null
  const isKnown =
    SIGNED.has(converted) && (converted !== undefined || logical === undefined || logical.name === 'timestamp')
  if (!isKnown) return null
  if (INTEGER_TYPES[type] === bytes.length) return littleEndian(bytes)
  return converted === 'DECIMAL' && bytes.length > 0 ? bigEndian(bytes) : null
}

function littleEndian(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.length === 4 ? BigInt(view.getInt32(0, true)) : view.getBigInt64(0, true)
}

function bigEndian(bytes: Uint8Array): bigint {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  return BigInt.asIntN(bytes.length * 8, value)
}

/** A bound in the unit of storage as the integer of the merged column: its digits, days or microseconds. */
export function mergedBound(bound: bigint, from: Shape, to: Shape): bigint | null {
  if (from.kind === 'timestamp') {
    if (from.unit === 'ms') return bound * 1000n
    return from.unit === 'us' ? bound : null
  }
  if (to.kind === 'decimal') {
    const scale = from.kind === 'decimal' ? from.scale : 0
    return bound * 10n ** BigInt(to.scale - scale)
  }
  return to.kind === 'integer' || to.kind === 'date' || to.kind === 'boolean' ? bound : null
}

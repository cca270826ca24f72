export type TimeUnit = 'ms' | 'us' | 'ns' | 'int96'

/**
 * What values of a column are, as far as merging must tell them apart. Two columns of one shape hold the same values in
 * the same types for every reader.
 */
export type Shape =
  /** Holds nothing but NULL, whatever it is stored as. */
  | {readonly kind: 'null'}
  | {readonly kind: 'boolean' | 'float' | 'double' | 'date'}
  | {readonly kind: 'string'; readonly readAs?: string}
  | {readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean}
  | {readonly kind: 'decimal'; readonly precision: number; readonly scale: number}
  /** An instant is stored adjusted to UTC; the others are local times of no known zone. */
  | {
      readonly kind: 'timestamp'
      readonly unit: TimeUnit
      readonly isInstant: boolean
      /** DuckDB's type, where it reads the column as another than `duckdbTypeOf` says. */
      readonly readAs?: string
    }
  /** `isText`: stored without a mark, so it may be text. */
  | {readonly kind: 'binary'; readonly isText: boolean}
  /** Merged only with its like. */
  | {readonly kind: 'other'; readonly duckdbType: string}
  | {readonly kind: 'list'; readonly element: Shape}
  | {readonly kind: 'map'; readonly key: Shape; readonly value: Shape}
  | {readonly kind: 'struct'; readonly fields: readonly ShapeField[]}

export interface ShapeField {
  readonly name: string
  readonly shape: Shape
}

/** A shape in words, for messages. */
export function shapeText(shape: Shape): string {
  switch (shape.kind) {
    case 'integer':
      return `${shape.isSigned ? '' : 'unsigned '}integer of ${shape.bits} bits`
    case 'decimal':
      return `decimal(${shape.precision},${shape.scale})`
    case 'timestamp':
      return `${shape.isInstant ? 'instant' : 'local time'} in ${UNIT_TEXTS[shape.unit]}`
    case 'binary':
      return shape.isText ? 'bytes without a type' : 'bytes'
    case 'other':
      return shape.duckdbType.toLowerCase()
    case 'list':
      return `array<${shapeText(shape.element)}>`
    case 'map':
      return `map<${shapeText(shape.key)}, ${shapeText(shape.value)}>`
    case 'null':
      return 'nothing but NULL'
    default:
      return shape.kind
  }
}

const UNIT_TEXTS = {ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds', int96: 'INT96'} as const

/** Whether values of both are the same in DuckDB, so that no cast is needed. */
export function isSameShape(left: Shape, right: Shape): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

export function isNested(shape: Shape): boolean {
  return shape.kind === 'list' || shape.kind === 'map' || shape.kind === 'struct'
}

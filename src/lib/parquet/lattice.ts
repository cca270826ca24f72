import {isSameShape, shapeText, type Shape, type ShapeField} from './shape.js'

/** Why one of the shapes cannot be merged with the others. */
export class Misfit extends Error {
  override readonly name = 'Misfit'

  /** `index`: whose shape it is, in the list given. `path`: of the field below the column. */
  constructor(
    readonly index: number,
    readonly path: readonly string[],
    readonly reason: string,
  ) {
    super(reason)
  }

  within(name: string, indexes: readonly number[]): Misfit {
    return new Misfit(indexes[this.index]!, [name, ...this.path], this.reason)
  }
}

type IntegerShape = Extract<Shape, {kind: 'integer'}>
type TimestampShape = Extract<Shape, {kind: 'timestamp'}>

const MOST_DIGITS = 38
const INTEGER_DIGITS = {8: 3, 16: 5, 32: 10, 64: 19} as const
const UNSIGNED_64_DIGITS = 20

/**
 * The one shape that holds the values of all of them exactly; with a table's shape, values must fit into that. Throws
 * `Misfit`.
 */
export function mergedShape(table: Shape | null, shapes: readonly Shape[]): Shape {
  const indexes = shapes.flatMap((shape, index) => (shape.kind === 'null' ? [] : [index]))
  const [first] = indexes
  if (first === undefined) return table ?? {kind: 'null'}
  const kind = table?.kind ?? shapes[first]!.kind
  const found = indexes.map((index) => shapes[index]!)
  if (kind === 'list' || kind === 'map' || kind === 'struct') {
    refuseOtherKinds(kind, shapes, indexes)
    if (kind === 'list') return mergedList(table, found, indexes)
    return kind === 'map' ? mergedMap(table, found, indexes) : mergedStruct(table, found, indexes)
  }
  const merged = mergedScalar(table, shapes, indexes)
  for (const index of indexes) {
    if (!fits(shapes[index]!, merged))
      throw new Misfit(index, [], `${shapeText(shapes[index]!)} does not fit into ${shapeText(merged)}`)
  }
  return merged
}

function refuseOtherKinds(kind: Shape['kind'], shapes: readonly Shape[], indexes: readonly number[]): void {
  const odd = indexes.find((index) => shapes[index]!.kind !== kind)
  if (odd !== undefined)
    throw new Misfit(odd, [], `${shapeText(shapes[odd]!)} is no ${kind === 'list' ? 'array' : kind}`)
}

function mergedList(table: Shape | null, shapes: readonly Shape[], indexes: readonly number[]): Shape {
  const elementOf = (shape: Shape): Shape => (shape as Extract<Shape, {kind: 'list'}>).element
  return {
    kind: 'list',
    element: part('element', indexes, () => mergedShape(table && elementOf(table), shapes.map(elementOf))),
  }
}

function mergedMap(table: Shape | null, shapes: readonly Shape[], indexes: readonly number[]): Shape {
  const partOf =
    (name: 'key' | 'value') =>
    (shape: Shape): Shape =>
      (shape as Extract<Shape, {kind: 'map'}>)[name]
  const merged = (name: 'key' | 'value'): Shape =>
    part(name, indexes, () => mergedShape(table && partOf(name)(table), shapes.map(partOf(name))))
  return {kind: 'map', key: merged('key'), value: merged('value')}
}

function mergedStruct(table: Shape | null, shapes: readonly Shape[], indexes: readonly number[]): Shape {
  const fieldsOf = (shape: Shape): readonly ShapeField[] => (shape as Extract<Shape, {kind: 'struct'}>).fields
  return {
    kind: 'struct',
    fields: mergedFields(table && fieldsOf(table), shapes.map(fieldsOf), (misfit, name, holders) =>
      misfit.within(
        name,
        holders.map((holder) => indexes[holder]!),
      ),
    ).map(({name, shape}) => ({name, shape})),
  }
}

/** A field of the result, with its place in each of the lists that it came from. */
export interface MergedField extends ShapeField {
  /** By list: the field's index in it, or null. */
  readonly places: readonly (number | null)[]
}

/**
 * Fields by their names: those of the table first, in its order, then the others as they are met; a table's field that
 * no list has is left out. Throws what `misfit` makes of a `Misfit`, and a `Misfit` for names that differ only in case.
 */
export function mergedFields(
  table: readonly ShapeField[] | null,
  lists: readonly (readonly ShapeField[])[],
  misfit: (misfit: Misfit, name: string, holders: readonly number[]) => Error,
): MergedField[] {
  const found = new Map<string, {readonly name: string; readonly places: (number | null)[]}>()
  for (const [list, fields] of lists.entries()) {
    for (const [place, {name}] of fields.entries()) {
      const standing = found.get(name.toLowerCase()) ?? {name, places: lists.map(() => null)}
      if (standing.name !== name || standing.places[list] !== null)
        throw misfit(new Misfit(0, [], `its name is also spelled ${JSON.stringify(standing.name)}`), name, [list])
      standing.places[list] = place
      found.set(name.toLowerCase(), standing)
    }
  }
  const ofTable = (table ?? []).flatMap(({name}) => found.get(name.toLowerCase()) ?? [])
  return [...new Set([...ofTable, ...found.values()])].map(({name, places}) => {
    const holders = places.flatMap((place, list) => (place === null ? [] : [list]))
    const wanted = table?.find((field) => field.name.toLowerCase() === name.toLowerCase())?.shape ?? null
    try {
      const shapes = holders.map((list) => lists[list]![places[list]!]!.shape)
      return {name, shape: mergedShape(wanted, shapes), places}
    } catch (error) {
      throw error instanceof Misfit ? misfit(error, name, holders) : error
    }
  })
}

function part(name: string, indexes: readonly number[], merge: () => Shape): Shape {
  try {
    return merge()
  } catch (error) {
    throw error instanceof Misfit ? error.within(name, indexes) : error
  }
}

/** The table's shape, or the smallest that may hold all; whether it does is looked at by `fits`. */
function mergedScalar(table: Shape | null, shapes: readonly Shape[], indexes: readonly number[]): Shape {
  if (table !== null && table.kind !== 'timestamp') return table
  // Athena has one timestamp for local times and instants: which of them it is, the files say.
  const odd = table === null ? undefined : indexes.find((index) => shapes[index]!.kind !== 'timestamp')
  if (odd !== undefined) throw new Misfit(odd, [], `${shapeText(shapes[odd]!)} is no timestamp`)
  const [first, ...others] = indexes
  return others.reduce((merged, index) => joined(merged, shapes[index]!, index), stored(shapes[first!]!))
}

/** How a shape is written: readers of tables take neither INT96 from us nor nanoseconds at all. */
function stored(shape: Shape): Shape {
  if (shape.kind === 'string') return {kind: 'string'}
  if (shape.kind !== 'timestamp') return shape
  // An instant in milliseconds is read as one in microseconds, and only local ones can be written back as they were.
  const unit = shape.unit === 'ms' && !shape.isInstant ? 'ms' : 'us'
  return {kind: 'timestamp', unit, isInstant: shape.isInstant}
}

function joined(left: Shape, right: Shape, index: number): Shape {
  if (isSameShape(left, stored(right))) return left
  const merged = join(left, right)
  if (merged === null) throw new Misfit(index, [], `${shapeText(right)} and ${shapeText(left)} have no type in common`)
  return merged
}

function join(left: Shape, right: Shape): Shape | null {
  if (left.kind === 'integer' && right.kind === 'integer') return joinIntegers(left, right)
  if (left.kind === 'timestamp' && right.kind === 'timestamp') return joinTimes(left, right)
  if (isDecimalLike(left) && isDecimalLike(right)) return joinDecimals(left, right)
  const kinds = [left.kind, right.kind]
  return kinds.every((kind) => kind === 'float' || kind === 'double') ? {kind: 'double'} : null
}

function joinIntegers(left: IntegerShape, right: IntegerShape): Shape | null {
  const bits = Math.max(left.bits, right.bits) as IntegerShape['bits']
  if (left.isSigned === right.isSigned) return {kind: 'integer', bits, isSigned: left.isSigned}
  const unsigned = left.isSigned ? right : left
  const needed = Math.max(bits, unsigned.bits * 2)
  return needed > 64 ? null : {kind: 'integer', bits: needed as IntegerShape['bits'], isSigned: true}
}

function joinTimes(left: TimestampShape, right: TimestampShape): Shape | null {
  if (left.isInstant !== right.isInstant) return null
  const unit = left.unit === 'ms' && right.unit === 'ms' ? 'ms' : 'us'
  return stored({kind: 'timestamp', unit, isInstant: left.isInstant})
}

function joinDecimals(left: Shape, right: Shape): Shape | null {
  const [a, b] = [decimalOf(left)!, decimalOf(right)!]
  const scale = Math.max(a.scale, b.scale)
  const precision = Math.max(a.precision - a.scale, b.precision - b.scale) + scale
  return precision > MOST_DIGITS ? null : {kind: 'decimal', precision, scale}
}

function isDecimalLike(shape: Shape): boolean {
  return decimalOf(shape) !== null
}

function decimalOf(shape: Shape): {readonly precision: number; readonly scale: number} | null {
  if (shape.kind === 'decimal') return shape
  if (shape.kind !== 'integer') return null
  return {precision: shape.isSigned || shape.bits < 64 ? INTEGER_DIGITS[shape.bits] : UNSIGNED_64_DIGITS, scale: 0}
}

/** Whether every value of one scalar shape is the same value in another; what depends on the values is checked by the cast. */
function fits(from: Shape, to: Shape): boolean {
  if (isSameShape(from, to)) return true
  switch (to.kind) {
    case 'integer':
      return from.kind === 'integer' && fitsInteger(from, to)
    case 'double':
      return from.kind === 'float'
    case 'decimal': {
      const digits = decimalOf(from)
      return digits !== null && digits.scale <= to.scale && digits.precision - digits.scale <= to.precision - to.scale
    }
    case 'timestamp':
      return from.kind === 'timestamp' && from.isInstant === to.isInstant && (to.unit === 'us' || from.unit === to.unit)
    case 'string':
      return from.kind === 'string' || (from.kind === 'binary' && from.isText)
    case 'binary':
      return from.kind === 'binary'
    default:
      return false
  }
}

function fitsInteger(from: IntegerShape, to: IntegerShape): boolean {
  if (from.isSigned === to.isSigned) return from.bits <= to.bits
  return to.isSigned && from.bits < to.bits
}

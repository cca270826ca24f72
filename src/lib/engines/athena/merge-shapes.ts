import type {SchemaElement} from '../../parquet/footer.js'
import {refuseTwinNames, rootElements, sizeOf, UnreadableColumn} from '../../parquet/schema-elements.js'
import {isSameShape, type Shape, type ShapeField} from '../../parquet/shape.js'

/** Athena writes names in lower case, and others only by luck. */
const SAFE_NAME = /^[a-z_][a-z0-9_]*$/
const INTEGER_BITS: Readonly<Record<string, 8 | 16 | 32 | 64>> = {INT_8: 8, INT_16: 16, INT_32: 32, INT_64: 64}

/**
 * The columns of a file as shapes, by its footer alone. Throws `UnreadableColumn` for what Athena is not known to carry
 * over as it is: it reads by the type that it is told, and says nothing where a value is another one then.
 */
export function footerFields(elements: readonly SchemaElement[]): ShapeField[] {
  refuseTwinNames(elements)
  return rootElements(elements).map(({element, index}) => ({
    name: safeName(element.name, element.name),
    shape: shapeOf(elements, index, element.name),
  }))
}

function safeName(name: string, column: string): string {
  if (SAFE_NAME.test(name)) return name
  throw new UnreadableColumn(column, `Athena would write another name than ${JSON.stringify(name)}`)
}

function shapeOf(elements: readonly SchemaElement[], index: number, column: string): Shape {
  const element = elements[index]!
  if (element.repetition === 'REPEATED') throw unread(column, 'a repeated field that is no LIST')
  if (element.type !== undefined) return leafShape(element, column)
  if (isMarked(element, 'LIST', 'list')) return listShape(elements, index, column)
  if (isMarked(element, 'MAP', 'map')) return mapShape(elements, index, column)
  if (element.converted !== undefined || element.logical !== undefined) throw unread(column, typeName(element))
  const fields = childrenOf(elements, index).map((child) => {
    const name = safeName(elements[child]!.name, column)
    return {name, shape: shapeOf(elements, child, column)}
  })
  return {kind: 'struct', fields}
}

function isMarked({converted, logical}: SchemaElement, old: string, now: 'list' | 'map'): boolean {
  return converted === old || (converted === undefined && logical?.name === now)
}

/** Of the standard form: a repeated group of one element. */
function listShape(elements: readonly SchemaElement[], index: number, column: string): Shape {
  const [group, ...others] = childrenOf(elements, index)
  const parts = group === undefined ? [] : childrenOf(elements, group)
  if (others.length > 0 || parts.length !== 1 || elements[group!]!.repetition !== 'REPEATED')
    throw unread(column, 'a list of an old form')
  return {kind: 'list', element: shapeOf(elements, parts[0]!, column)}
}

function mapShape(elements: readonly SchemaElement[], index: number, column: string): Shape {
  const [group, ...others] = childrenOf(elements, index)
  const parts = group === undefined ? [] : childrenOf(elements, group)
  if (others.length > 0 || parts.length !== 2 || elements[group!]!.repetition !== 'REPEATED')
    throw unread(column, 'a map of an old form')
  const [key, value] = parts.map((part) => shapeOf(elements, part, column))
  return {kind: 'map', key: key!, value: value!}
}

/** Places of the elements directly below one. */
function childrenOf(elements: readonly SchemaElement[], index: number): number[] {
  const children: number[] = []
  for (let child = index + 1; children.length < elements[index]!.children; child += sizeOf(elements, child))
    children.push(child)
  return children
}

function leafShape(element: SchemaElement, column: string): Shape {
  const {type, converted, logical} = element
  if (type === 'BOOLEAN') return {kind: 'boolean'}
  if (type === 'FLOAT') return {kind: 'float'}
  if (type === 'DOUBLE') return {kind: 'double'}
  if (type === 'INT96') return {kind: 'timestamp', unit: 'int96', isInstant: true}
  if (converted === 'DECIMAL') return decimalShape(element, column)
  if (converted === 'DATE' || logical?.name === 'date') return {kind: 'date'}
  if (converted === 'UTF8' || logical?.name === 'string') return {kind: 'string'}
  if (logical?.name === 'timestamp' || /^TIMESTAMP_/.test(converted ?? '')) return timestampShape(element, column)
  const isPlain = converted === undefined && logical === undefined
  if (type === 'BYTE_ARRAY' && isPlain) return {kind: 'binary', isText: true}
  const bits = INTEGER_BITS[converted ?? (isPlain ? `INT_${type === 'INT64' ? 64 : 32}` : '')]
  if (bits !== undefined && (type === 'INT32' || type === 'INT64')) return {kind: 'integer', bits, isSigned: true}
  throw unread(column, typeName(element))
}

function decimalShape({precision = 0, scale = 0}: SchemaElement, column: string): Shape {
  if (precision < 1 || precision > 38) throw unread(column, `decimals of ${precision} digits`)
  return {kind: 'decimal', precision, scale}
}

function timestampShape({logical, converted}: SchemaElement, column: string): Shape {
  const unit = logical?.unit ?? (converted === 'TIMESTAMP_MILLIS' ? 'ms' : 'us')
  if (unit === 'ns') throw unread(column, 'times in nanoseconds')
  return {kind: 'timestamp', unit, isInstant: logical?.isAdjustedToUtc ?? true}
}

function typeName({type, converted, logical}: SchemaElement): string {
  return converted ?? (logical?.name === 'other' ? undefined : logical?.name) ?? type ?? 'a group'
}

function unread(column: string, what: string): UnreadableColumn {
  return new UnreadableColumn(column, `Athena is not known to carry ${what} over`)
}

/** Athena's name of a type, for a table's column. */
export function athenaType(shape: Shape): string {
  switch (shape.kind) {
    case 'integer':
      return {8: 'tinyint', 16: 'smallint', 32: 'int', 64: 'bigint'}[shape.bits]
    case 'decimal':
      return `decimal(${shape.precision},${shape.scale})`
    case 'list':
      return `array<${athenaType(shape.element)}>`
    case 'map':
      return `map<${athenaType(shape.key)},${athenaType(shape.value)}>`
    case 'struct':
      return `struct<${shape.fields.map(({name, shape: of}) => `${name}:${athenaType(of)}`).join(',')}>`
    case 'null':
    case 'other':
      throw new Error(`Athena has no type for ${shape.kind}.`)
    default:
      return shape.kind
  }
}

/** Whether Athena, told to read `to`, reads every value of `from` as it is (each seen on its engine). */
export function readsAs(from: Shape, to: Shape): boolean {
  if (isSameShape(from, to)) return true
  if (from.kind === 'integer' && to.kind === 'integer') return from.isSigned && to.isSigned && from.bits <= to.bits
  if (from.kind === 'decimal' && to.kind === 'decimal') return from.scale === to.scale && from.precision <= to.precision
  if (from.kind === 'binary') return to.kind === 'binary'
  return from.kind === 'float' && to.kind === 'double'
}

/** Athena has one type for local times and instants, in milliseconds. */
export function asAthenaTimes(shape: Shape): Shape {
  switch (shape.kind) {
    case 'timestamp':
      return {kind: 'timestamp', unit: 'us', isInstant: false}
    case 'list':
      return {kind: 'list', element: asAthenaTimes(shape.element)}
    case 'map':
      return {kind: 'map', key: asAthenaTimes(shape.key), value: asAthenaTimes(shape.value)}
    case 'struct':
      return {kind: 'struct', fields: shape.fields.map(({name, shape: of}) => ({name, shape: asAthenaTimes(of)}))}
    default:
      return shape
  }
}

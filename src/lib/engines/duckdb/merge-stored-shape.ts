import {DuckDBTypeId, type DuckDBType} from './node-api.js'
import type {SchemaElement} from '../../parquet/footer.js'
import {isLeaf, rootElements, sizeOf, UnreadableColumn} from '../../parquet/schema-elements.js'
import type {Shape, ShapeField, TimeUnit} from '../../parquet/shape.js'
import {duckdbTypeOf} from './merge-shape.js'

/** What DuckDB reads from a file, and what the footer says of it: each knows what the other does not tell. */
export interface StoredColumns {
  readonly names: readonly string[]
  readonly types: readonly DuckDBType[]
  readonly elements: readonly SchemaElement[]
}

/** The columns of a file as shapes. Throws `UnreadableColumn`. */
export function storedFields({names, types, elements}: StoredColumns): ShapeField[] {
  const roots = rootElements(elements)
  return names.map((name, index) => {
    const root = roots[index]
    if (root?.element.name !== name) throw new UnreadableColumn(name, 'its name cannot be read')
    const leaves = elements.slice(root.index, root.index + sizeOf(elements, root.index)).filter(isLeaf)
    const shape = shapeOf(types[index]!, leaves.values(), name)
    return {name, shape}
  })
}

const INTEGERS: ReadonlyMap<DuckDBTypeId, Shape> = new Map<DuckDBTypeId, Shape>([
  [DuckDBTypeId.TINYINT, {kind: 'integer', bits: 8, isSigned: true}],
  [DuckDBTypeId.SMALLINT, {kind: 'integer', bits: 16, isSigned: true}],
  [DuckDBTypeId.INTEGER, {kind: 'integer', bits: 32, isSigned: true}],
  [DuckDBTypeId.BIGINT, {kind: 'integer', bits: 64, isSigned: true}],
  [DuckDBTypeId.UTINYINT, {kind: 'integer', bits: 8, isSigned: false}],
  [DuckDBTypeId.USMALLINT, {kind: 'integer', bits: 16, isSigned: false}],
  [DuckDBTypeId.UINTEGER, {kind: 'integer', bits: 32, isSigned: false}],
  [DuckDBTypeId.UBIGINT, {kind: 'integer', bits: 64, isSigned: false}],
])

/** The leaves of Parquet and those of DuckDB's type stand in the same order. */
function shapeOf(type: DuckDBType, leaves: Iterator<SchemaElement>, column: string): Shape {
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
      return {kind: 'list', element: shapeOf(type.valueType, leaves, column)}
    case DuckDBTypeId.MAP:
      return {kind: 'map', key: shapeOf(type.keyType, leaves, column), value: shapeOf(type.valueType, leaves, column)}
    case DuckDBTypeId.STRUCT: {
      const fields = type.entryTypes.map((entry, index) => ({
        name: type.entryNames[index]!,
        shape: shapeOf(entry, leaves, column),
      }))
      return {kind: 'struct', fields}
    }
    default:
      return leafShape(type, leaves.next().value as SchemaElement | undefined, column)
  }
}

function leafShape(type: DuckDBType, element: SchemaElement | undefined, column: string): Shape {
  if (element === undefined) throw new UnreadableColumn(column, 'its structure cannot be read')
  if (element.logical?.name === 'null' || type.typeId === DuckDBTypeId.SQLNULL) return {kind: 'null'}
  // Beyond 38 digits DuckDB reads decimals as doubles.
  const isDecimal = element.converted === 'DECIMAL' || element.logical?.name === 'decimal'
  if (isDecimal && type.typeId !== DuckDBTypeId.DECIMAL)
    throw new UnreadableColumn(column, `decimals of ${element.precision} digits cannot be read exactly`)
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return {kind: 'boolean'}
    case DuckDBTypeId.FLOAT:
      return {kind: 'float'}
    case DuckDBTypeId.DOUBLE:
      return {kind: 'double'}
    case DuckDBTypeId.DATE:
      return {kind: 'date'}
    case DuckDBTypeId.DECIMAL:
      return {kind: 'decimal', precision: type.width, scale: type.scale}
    case DuckDBTypeId.VARCHAR:
      return type.alias === undefined ? {kind: 'string'} : {kind: 'string', readAs: type.alias}
    case DuckDBTypeId.BLOB:
      return blobShape(element, column)
    case DuckDBTypeId.UUID:
    case DuckDBTypeId.TIME:
      return {kind: 'other', duckdbType: type.toString()}
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_NS:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestampShape(type.toString(), element, column)
    default: {
      const integer = INTEGERS.get(type.typeId)
      if (integer !== undefined) return integer
      throw new UnreadableColumn(column, `its type ${type.toString()} cannot be carried over`)
    }
  }
}

function blobShape(element: SchemaElement, column: string): Shape {
  const isPlain = element.converted === undefined && element.logical === undefined
  if (!isPlain)
    throw new UnreadableColumn(column, `its type ${element.converted ?? element.logical?.name} cannot be carried over`)
  return {kind: 'binary', isText: element.type === 'BYTE_ARRAY'}
}

function timestampShape(readAs: string, {type, logical, converted}: SchemaElement, column: string): Shape {
  const unit: TimeUnit =
    type === 'INT96' ? 'int96' : (logical?.unit ?? (converted === 'TIMESTAMP_MILLIS' ? 'ms' : 'us'))
  // DuckDB cuts them without a word.
  if (unit === 'ns' && readAs !== 'TIMESTAMP_NS')
    throw new UnreadableColumn(column, 'instants in nanoseconds cannot be read exactly')
  // The older ways of writing have no local times: their timestamps are instants.
  const shape: Shape = {kind: 'timestamp', unit, isInstant: logical?.isAdjustedToUtc ?? true}
  return readAs === duckdbTypeOf(shape) ? shape : {...shape, readAs}
}

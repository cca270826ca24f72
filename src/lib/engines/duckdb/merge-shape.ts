import type {Shape} from '../../parquet/shape.js'
import {quoteIdentifier} from '../../sql/index.js'

/** DuckDB's type for values of a shape, as it reads them. */
export function duckdbTypeOf(shape: Shape): string {
  switch (shape.kind) {
    case 'null':
      return 'INTEGER'
    case 'string':
      return 'VARCHAR'
    case 'binary':
      return 'BLOB'
    case 'integer':
      return `${shape.isSigned ? '' : 'U'}${INTEGER_NAMES[shape.bits]}`
    case 'decimal':
      return `DECIMAL(${shape.precision},${shape.scale})`
    case 'timestamp':
      return shape.isInstant ? 'TIMESTAMP WITH TIME ZONE' : shape.unit === 'ns' ? 'TIMESTAMP_NS' : 'TIMESTAMP'
    case 'other':
      return shape.duckdbType
    case 'list':
      return `${duckdbTypeOf(shape.element)}[]`
    case 'map':
      return `MAP(${duckdbTypeOf(shape.key)}, ${duckdbTypeOf(shape.value)})`
    case 'struct':
      return `STRUCT(${shape.fields.map(({name, shape: of}) => `${quoteIdentifier(name)} ${duckdbTypeOf(of)}`).join(', ')})`
    default:
      return shape.kind.toUpperCase()
  }
}

const INTEGER_NAMES = {8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT'} as const

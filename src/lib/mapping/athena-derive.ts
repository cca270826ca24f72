import {SluiceError} from '../errors.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {plainJson, type AthenaItem} from './athena-item.js'
import {once} from './athena-time.js'
import {athenaType} from './athena-value.js'
import {namedAttributes} from './attributes.js'
import {columnType, type ColumnType} from './column-type.js'
import {attributeOfOperand} from './derivations.js'
import type {Derivation, DerivedColumn, Operand, TableMapping} from './types.js'

type OperandSql = (operand: Operand) => string

/** Places of a pattern's fields in the text of a timestamp, and their lengths. */
const DATE_FIELDS: Readonly<Record<string, readonly [number, number]>> = {
  '%Y': [1, 4],
  '%m': [6, 2],
  '%d': [9, 2],
  '%H': [12, 2],
}

/** Capital letters that are younger than the Unicode of other engines: all leave them as they are. */
const YOUNG_LETTERS = String.raw`\x{1c89}\x{a7cb}\x{a7cc}\x{a7ce}\x{a7d2}\x{a7d4}\x{a7da}\x{a7dc}\x{10d50}-\x{10d65}\x{16ea0}-\x{16eb8}`

/** A derived column's value in its declared type; NULL where the result does not fit. */
export function athenaDerivedSql(column: DerivedColumn, mapping: TableMapping, item: AthenaItem): string {
  const {derive} = column
  const type = columnType(column.type)
  if ('rest' in derive) return restSql(mapping)
  if ('add' in derive) return sumSql(derive.add, '+', type)
  if ('subtract' in derive) return sumSql(derive.subtract, '-', type)
  if ('equal' in derive) return equalSql(derive.equal, '=', mapping, item)
  if ('not_equal' in derive) return equalSql(derive.not_equal, '<>', mapping, item)
  return `TRY_CAST(${derivationSql(derive, itemOperand(item))} AS ${athenaType(type)})`
}

/** Whether a derived column can have inputs and no result. */
export function athenaDerivedProblemSql({derive, name}: DerivedColumn): string | null {
  const operands = 'add' in derive ? derive.add : 'subtract' in derive ? derive.subtract : null
  if (operands === null) return null
  const inputs = operands.map((operand) => `${columnOperand(operand)} IS NOT NULL`).join(' AND ')
  return `IF(${quoteIdentifier(name)} IS NULL AND ${inputs}, ${quoteText(`quarantine inexact ${name}`)})`
}

interface PartitionValue {
  readonly name: string
  readonly sql: string
  readonly isDate: boolean
}

/**
 * Values of the partition columns as Hive keeps them: the empty text is its NULL partition. `day` (SQL) stands in for
 * a missing time.
 */
export function athenaPartitionSql({partition}: TableMapping, day: string): PartitionValue[] {
  return (partition?.by ?? []).map(({name, derive}) => {
    const isDated = partition?.fallback === 'load_day' && 'format_date' in derive
    const operand: OperandSql = isDated ? (column) => `coalesce(${columnOperand(column)}, ${day})` : columnOperand
    return {
      name,
      isDate: 'format_date' in derive,
      sql: `nullif(CAST(${derivationSql(derive, operand)} AS VARCHAR), '')`,
    }
  })
}

/** An operand of an expression over rows. */
export function columnOperand(operand: Operand): string {
  if (attributeOfOperand(operand) !== null) {
    throw new SluiceError('DEFINITION_INVALID', `Operand ${operand}: rows have columns, not attributes.`, {
      fix: 'Map the attribute to a column and name the column.',
    })
  }
  return quoteIdentifier(operand)
}

function itemOperand(item: AthenaItem): OperandSql {
  return (operand) => {
    const name = attributeOfOperand(operand)
    return name === null ? quoteIdentifier(operand) : `coalesce(${item.text([name], 'S')}, ${item.text([name], 'N')})`
  }
}

/** SQL of an expression; no empty text becomes NULL here. */
export function derivationSql(derivation: Derivation, operandSql: OperandSql): string {
  if ('millis_between' in derivation) {
    const [from, to] = derivation.millis_between.map(operandSql)
    return `date_diff('millisecond', ${from}, ${to})`
  }
  if ('format_date' in derivation) return formatSql(operandSql(derivation.format_date[0]), derivation.format_date[1])
  if ('slice_after' in derivation) {
    const [operand, separator] = derivation.slice_after
    const text = operandSql(operand)
    const place = `strpos(${text}, ${quoteText(separator)})`
    return `IF(${place} > 0, substr(${text}, ${place} + ${[...separator].length}))`
  }
  if ('slice_before' in derivation) {
    const [operand, separator] = derivation.slice_before
    const text = operandSql(operand)
    const place = `strpos(${text}, ${quoteText(separator)})`
    return `IF(${place} > 0, substr(${text}, 1, ${place} - 1))`
  }
  if ('lower' in derivation) return lowerSql(operandSql(derivation.lower[0]))
  if ('trim' in derivation) {
    return `trim(BOTH ' ' || chr(9) || chr(10) || chr(13) FROM ${operandSql(derivation.trim[0])})`
  }
  if ('coalesce' in derivation) {
    const [first, ...others] = derivation.coalesce.map(operandSql)
    return others.length === 0 ? first! : `coalesce(${[first, ...others].join(', ')})`
  }
  if ('constant' in derivation) return quoteText(derivation.constant[0])
  throw new SluiceError('DEFINITION_INVALID', `${Object.keys(derivation)[0]} is no expression over rows.`)
}

function formatSql(time: string, pattern: string): string {
  const parts = pattern.split(/(%[YmdH])/).filter((part) => part !== '')
  const texts = parts.map((part) => {
    const field = DATE_FIELDS[part]
    return field === undefined ? quoteText(part) : `substr(CAST(${time} AS VARCHAR), ${field[0]}, ${field[1]})`
  })
  return texts.join(' || ')
}

/** Letter by letter, as other engines do it; Trino knows the letters of its Java's Unicode. */
function lowerSql(text: string): string {
  const parts = `regexp_extract_all(${text}, '[${YOUNG_LETTERS}]+|[^${YOUNG_LETTERS}]+')`
  const mixed = `array_join(transform(${parts}, _s -> IF(regexp_like(_s, '[${YOUNG_LETTERS}]'), _s, lower(_s))), '')`
  return `IF(regexp_like(${text}, '[${YOUNG_LETTERS}]'), ${mixed}, lower(${text}))`
}

/** Operands take a type with room first: Trino adds integers as integers. A result that does not fit is NULL. */
function sumSql(operands: readonly [Operand, Operand], sign: '+' | '-', type: ColumnType): string {
  const wide = type.kind === 'decimal' ? `DECIMAL(38,${type.scale})` : 'BIGINT'
  const [a, b] = operands.map((operand) => `CAST(${columnOperand(operand)} AS ${wide})`)
  return `TRY_CAST(TRY(${a} ${sign} ${b}) AS ${athenaType(type)})`
}

function equalSql(
  operands: readonly [Operand, Operand],
  sign: '=' | '<>',
  mapping: TableMapping,
  item: AthenaItem,
): string {
  const [a, b] = operands.map(itemOperand(item))
  const compared = `${a} ${sign} ${b}`
  const types = operands.map((operand) => mapping.columns.find(({name}) => name === operand)?.type)
  if (types[0] === types[1] || !types.some((type) => type?.startsWith('decimal'))) return `(${compared})`
  // A number that has no room in the type that both are compared in is not equal to one that was in it before.
  return `coalesce(TRY(${compared}), IF(${a} IS NOT NULL AND ${b} IS NOT NULL, ${sign === '<>'}))`
}

function restSql(mapping: TableMapping): string {
  const others = `map_filter(_item, (_k, _v) -> _k NOT IN (${namedAttributes(mapping).map(quoteText).join(', ')}))`
  return once(`nullif(json_format(CAST(${others} AS JSON)), '{}')`, '_j', plainJson('_j'))
}

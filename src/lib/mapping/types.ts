/** What a problem in a source item leads to; see docs/definition.md. */
export type MissingPolicy = 'null' | 'error' | 'quarantine'
export type InexactPolicy = 'quarantine' | 'error' | 'round'
export type WrongTypePolicy = 'quarantine' | 'error' | 'null'
export type TimeFormat = 'iso' | 'iso_local' | 'epoch_s' | 'epoch_ms'
export type DataClass = 'public' | 'internal' | 'personal' | 'restricted'

/** An operand of an expression: a column's name, or `$name` for a source attribute. */
export type Operand = string

/** One expression. All are NULL when an input is NULL. */
export type Derivation =
  | {readonly equal: readonly [Operand, Operand]}
  | {readonly not_equal: readonly [Operand, Operand]}
  | {readonly add: readonly [Operand, Operand]}
  | {readonly subtract: readonly [Operand, Operand]}
  /** Milliseconds from the first to the second timestamp. */
  | {readonly millis_between: readonly [Operand, Operand]}
  /** A timestamp as UTC text; the pattern knows %Y %m %d %H. */
  | {readonly format_date: readonly [Operand, string]}

/** A column read from the source item. */
export interface SourceColumn {
  readonly name: string
  /** Athena's type name: string, boolean, integer, bigint, double, decimal(p,s), timestamp, date. */
  readonly type: string
  /** One attribute name (exact in case and dots), or a path into nested maps. */
  readonly from: string | readonly string[]
  readonly missing: MissingPolicy
  readonly inexact: InexactPolicy
  readonly wrong_type: WrongTypePolicy
  /** Required for timestamp and date. */
  readonly format?: TimeFormat
  readonly class: DataClass
}

/** A column computed from others. */
export interface DerivedColumn {
  readonly name: string
  readonly type: string
  readonly derive: Derivation
  readonly class: DataClass
}

export type Column = SourceColumn | DerivedColumn

export interface PartitionColumn {
  readonly name: string
  /** Always text, as Hive partitions are. */
  readonly derive: Derivation
}

export interface Partitioning {
  readonly by: readonly PartitionColumn[]
  /** True when a key never changes its partition; `current` then prunes. */
  readonly immutable: boolean
  /** Path below the table's location, e.g. `year={year}/month={month}/`. Null: Hive's `name=value/` form. */
  readonly path: string | null
  /** Where a row goes whose partition source is missing: the UTC day of the load, or the NULL partition. */
  readonly fallback: 'load_day' | 'null'
}

/** Everything the compilers need to turn a source item into a row of one table. */
export interface TableMapping {
  readonly table: string
  /** Columns that identify an entity, in order. */
  readonly key: readonly string[]
  readonly columns: readonly Column[]
  readonly partition: Partitioning | null
}

export function isDerived(column: Column): column is DerivedColumn {
  return 'derive' in column
}
